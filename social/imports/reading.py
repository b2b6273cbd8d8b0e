"""Files of accounts as Mastodon and its kin export them; a broken one is refused with its line and the reason.

Each row is (account, name of a list). Following and mutes begin with a line of titles and have the account first; blocks are
accounts alone; lists have the name of the list, then the account.
"""

import csv
import io
import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from metya.web.errors import Invalid
from metya.web.numbers import grouped
from social.imports.models import ImportKind

MAX_ROWS = 5000
MAX_BYTES = 1024 * 1024
MAX_LIST_NAME = 50
Row = tuple[str, str]
_ACCOUNT = re.compile(r"@?[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,99})(?:@[A-Za-z0-9.-]{1,200}(?::\d{1,5})?)?")
_TITLES = {"account address", "list name"}


def read_rows(kind: str, name: str, data: bytes) -> list[Row]:
    """The rows of the file ``name``, in order, each once. Raises Invalid with ``data`` field and line (0: the whole file)."""
    if len(data) > MAX_BYTES:
        raise _broken(name, 0, _("it is larger than %(most)d MB.") % {"most": MAX_BYTES // (1024 * 1024)})
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise _broken(name, line, _("this is not UTF-8 text. Choose a CSV file.")) from error
    found: dict[Row, None] = {}
    for line, cells in _lines(name, text):
        if line == 1 and cells[0].strip().casefold() in _TITLES:
            continue
        found[_row(kind, name, line, cells)] = None
        if len(found) > MAX_ROWS:
            raise _broken(name, line, _("more than %(most)s rows. Split the file.") % {"most": grouped(MAX_ROWS)})
    if not found:
        raise _broken(name, 0, _("there are no accounts in it."))
    return list(found)


def _lines(name: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """(number of the line, cells), without the empty ones."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise _broken(name, reader.line_num, _("quotes or commas are out of place.")) from error
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def _row(kind: str, name: str, line: int, cells: list[str]) -> Row:
    listed = ""
    if kind == ImportKind.LISTS:
        if len(cells) < 2:
            raise _broken(name, line, _("the name of a list and an account are expected."))
        listed, account = cells[0].strip(), cells[1].strip()
        if not listed or len(listed) > MAX_LIST_NAME:
            raise _broken(name, line, _("a list has a name of 1 to %(most)d characters.") % {"most": MAX_LIST_NAME})
    else:
        account = cells[0].strip()
    if not _ACCOUNT.fullmatch(account):
        message = _("“%(account)s” is not an account, like name@example.org.")
        raise _broken(name, line, message % {"account": account[:40]})
    return account.removeprefix("@").lower(), listed


def _broken(name: str, line: int, reason: str) -> Invalid:
    where = _("%(file)s, line %(line)d") % {"file": name, "line": line} if line else name
    return Invalid(f"{where}: {reason}", code="bad-file", data={"field": "file", "line": line})
