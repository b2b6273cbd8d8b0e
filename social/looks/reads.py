"""The look of a session, and what a member reads about looks at the site as them."""

from django.db.models import Prefetch

from metya.wallets.models import Member
from metya.web.paging import Page, page_by_id
from social.looks.models import Look, LookPage


def look_of(pk: int) -> Look | None:
    """With whom it is about, as pages need them, and who looks; one query.

    How many conversations wait is nothing to look at: the member comes without their letters.
    """
    rows = Look.objects.select_related("actor", "member__profile", "member__preferences")
    look = rows.filter(pk=pk).first()
    if look is not None:
        look.member.letters = 0  # type: ignore[attr-defined]
        look.member.looked_at = True
    return look


def looks_at(member: Member, before: int | None) -> Page[Look]:
    """The latest first, each with its pages; two queries."""
    pages = Prefetch("pages", queryset=LookPage.objects.order_by("pk"))
    rows = Look.objects.filter(member=member).select_related("actor").prefetch_related(pages)
    return page_by_id(rows, before, 20)
