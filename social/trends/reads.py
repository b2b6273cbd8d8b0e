"""The trends as they were last counted."""

from metya.wallets.models import Member
from social.mutes.models import MutedWord
from social.trends.models import TagVeto, Trend


def trends(viewer: Member | None = None, most: int = 5) -> list[tuple[str, int]]:
    """(hashtag, how many people) of the strongest, without what moderators keep out and what ``viewer`` muted; one query."""
    rows = Trend.objects.exclude(tag__in=TagVeto.objects.standing().values("tag"))
    if viewer is not None:
        muted = MutedWord.objects.standing().filter(member=viewer, tag=True)
        rows = rows.exclude(tag__name__in=muted.values("folded"))
    return list(rows.order_by("-score", "tag__name").values_list("tag__name", "people")[:most])
