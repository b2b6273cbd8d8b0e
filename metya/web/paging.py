"""Keyset paging: a page is the rows after a key, plus one to know whether more follow. No OFFSET, no COUNT."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from metya.web.errors import ActionError

T = TypeVar("T")
M = TypeVar("M", bound=Model)
PAGE_SIZE = 20


@dataclass(frozen=True)
class Page(Generic[T]):
    """``items`` and the cursor of the next page (None on the last)."""

    items: list[T]
    next: int | None


def cursor_from(raw: str | None) -> int | None:
    """The ``before`` parameter of a list as an id; None when absent. Raises ActionError("bad-cursor")."""
    if not raw:
        return None
    if not raw.isascii() or not raw.isdigit() or len(raw) > 18:
        raise ActionError(_("That page link is damaged; go back to the first page."), code="bad-cursor", status=400)
    return int(raw)


def page_by_id(rows: QuerySet[M], before: int | None, size: int = PAGE_SIZE) -> Page[M]:
    """Newest first by primary key, below ``before``; one query."""
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: size + 1])
    return Page(found[:size], found[size - 1].pk if len(found) > size else None)
