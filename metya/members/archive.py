"""Writing a member's data into one file: JSON for programs, pages for people. Rows and pictures pass through one by one."""

import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from shutil import copyfileobj
from typing import IO, Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.translation import gettext as _

from metya.members.parts import Section

_LOOK = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}"
    "dl{border-top:1px solid #8888;padding:.75rem 0;margin:0;display:grid;grid-template-columns:10rem 1fr;gap:0 1rem}"
    "dt{opacity:.7}dd{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}"
)


def write(target: IO[bytes], *, handle: str, sections: list[Section]) -> None:
    """The whole archive into an open file."""
    now = timezone.now()
    written: list[tuple[Section, int, int]] = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for section in sections:
            rows = _write_rows(archive, section)
            _write_page(archive, section, handle)
            written.append((section, rows, _write_files(archive, section)))
        archive.writestr("index.html", _index(handle, written, now))


def _write_rows(archive: zipfile.ZipFile, section: Section) -> int:
    """A JSON list, a row a line; how many rows."""
    count = 0
    with archive.open(f"data/{section.name}.json", "w", force_zip64=True) as out:
        out.write(b"[")
        for count, row in enumerate(section.rows(), 1):
            text = json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False)
            out.write((",\n" if count > 1 else "\n").encode() + text.encode())
        out.write(b"\n]\n")
    return count


def _write_page(archive: zipfile.ZipFile, section: Section, handle: str) -> None:
    with archive.open(f"{section.name}.html", "w", force_zip64=True) as out:
        for piece in _page(section, handle):
            out.write(piece.encode())


def _write_files(archive: zipfile.ZipFile, section: Section) -> int:
    """The pictures of a section; one whose file is lost is left out."""
    count = 0
    for name, stored in section.files():
        try:
            source = stored.open("rb")
        except OSError:
            continue
        entry = zipfile.ZipInfo(f"files/{name}")
        # What a picture weighs less when it is packed is not worth the time.
        entry.compress_type = zipfile.ZIP_STORED
        with source, archive.open(entry, "w", force_zip64=True) as out:
            copyfileobj(source, out, 65_536)
        count += 1
    return count


def _top(title: str) -> str:
    head = f'<!DOCTYPE html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><style>{_LOOK}</style>'
    return head + format_html("<title>{}</title><h1>{}</h1>", title, title)


def _page(section: Section, handle: str) -> Iterator[str]:
    yield _top(f"{section.title} · @{handle}")
    yield '<p><a href="index.html">@' + escape(handle) + "</a></p>"
    for row in section.rows():
        yield (
            "<dl>"
            + "".join(_pair(name, value) for name, value in row.items() if value not in (None, "", []))
            + "</dl>\n"
        )


def _pair(name: str, value: Any) -> str:
    shown = value
    if isinstance(value, datetime):
        shown = value.isoformat(" ", "seconds")
    elif isinstance(value, dict | list):
        shown = json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
    if isinstance(value, str) and value.startswith("files/"):
        return format_html('<dt>{}</dt><dd><a href="{}">{}</a></dd>', name, value, value)
    return format_html("<dt>{}</dt><dd>{}</dd>", name, shown)


def _index(handle: str, written: list[tuple[Section, int, int]], now: datetime) -> str:
    title = _("%(site)s: what is kept about @%(handle)s") % {"site": settings.COMMUNITY_NAME, "handle": handle}
    rows = "".join(
        format_html(
            '<dl><dt><a href="{0}.html">{1}</a></dt><dd>{2} · <a href="data/{0}.json">JSON</a>{3}</dd></dl>',
            section.name,
            section.title,
            count,
            format_html(" · {}", _("%(count)d files") % {"count": files}) if files else "",
        )
        for section, count, files in written
    )
    return _top(title) + format_html("<p>{} UTC</p>", now.strftime("%Y-%m-%d %H:%M")) + rows
