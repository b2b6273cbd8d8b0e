"""Making a member's download, handing it out, and forgetting it."""

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.members import archive, parts
from metya.members.models import FETCH, Download
from metya.ops import audit
from metya.wallets.models import Member
from metya.web.errors import Conflict

CHUNK = 256 * 1024


def ask(*, actor: Member) -> Download:
    """A new download, which a job makes. Raises Conflict while another is being made."""
    try:
        with transaction.atomic():
            made = Download.objects.create(member=actor)
            audit.record(actor, "members.ask_download", made)
            return made
    except IntegrityError as error:
        raise Conflict(_("A download is being made already. Wait until it is ready."), code="running") from error


def make(download: Download) -> bool:
    """Write the file and say that it is ready; False when it was made or dropped meanwhile. Two at once: one file stays."""
    if download.state != Download.State.WAITING:
        return False
    name = f"{secrets.token_hex(16)}.zip"
    place = folder() / name
    try:
        with place.open("xb") as out:
            archive.write(out, handle=download.member.handle, sections=parts.sections(download.member))
            out.flush()
            os.fsync(out.fileno())
        ready = (
            Download.objects.waiting()
            .filter(pk=download.pk)
            .update(state=Download.State.READY, file=name, size=place.stat().st_size, expires_at=timezone.now() + FETCH)
        )
    except BaseException:
        place.unlink(missing_ok=True)
        raise
    if not ready:
        place.unlink(missing_ok=True)
    return bool(ready)


def forget(*, most: int = 100) -> int:
    """Delete what is over, files first, and files of which no row knows (a job was killed); how many downloads."""
    rows = list(Download.objects.over().order_by("pk")[:most])
    for row in rows:
        drop(row)
    known = set(Download.objects.exclude(file="").values_list("file", flat=True))
    for path in folder().glob("*.zip"):
        with suppress(OSError):
            if path.name not in known and timezone.now().timestamp() - path.stat().st_mtime > 86_400:
                path.unlink()
    return len(rows)


def drop(download: Download) -> None:
    """The file, then the row: interrupted between them, it is done again."""
    if download.file:
        path_of(download).unlink(missing_ok=True)
    Download.objects.filter(pk=download.pk).delete()


def folder() -> Path:
    """Where downloads lie, beside the private pictures; no web server is given it."""
    place = Path(settings.PRIVATE_ROOT) / "downloads"
    place.mkdir(parents=True, exist_ok=True)
    return place


def path_of(download: Download) -> Path:
    return folder() / download.file


async def pieces(path: Path) -> AsyncIterator[bytes]:
    """The file a piece at a time, for the asynchronous server, which would gather a plain file in memory first."""
    with path.open("rb") as source:
        while piece := await sync_to_async(source.read)(CHUNK):
            yield piece
