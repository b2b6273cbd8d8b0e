"""Which style of two members preferred, as far as they allow that it is used: what rounds of training value styles by."""

from django.db.models import F, OuterRef, QuerySet, Subquery

from metya.wallets.models import Member
from social.assistant.models import DraftHalf, DraftPair, HalfState, StyleCard


def shared() -> "QuerySet[DraftHalf, tuple[int, int, int, int]]":
    """(pair, member, winner, loser) of every shared choice between two styles, newest first: of members neither gone nor
    suspended, who wrote neither of the two; both styles still there and not removed by a moderator; both drafts finished."""
    pairs = DraftPair.objects.consented().filter(member__in=Member.objects.active())
    there = StyleCard.objects.told().filter(retired_by=None)
    halves = DraftHalf.objects.filter(state=HalfState.DONE, card__in=there).exclude(card__author=F("pair__member"))
    won = halves.filter(pair__in=pairs, side=F("pair__choice"))
    lost = halves.filter(pair=OuterRef("pair")).exclude(side=OuterRef("side")).exclude(card=OuterRef("card"))
    rows = won.annotate(loser=Subquery(lost.values("card")[:1])).exclude(loser=None)
    return rows.order_by("-pair_id").values_list("pair_id", "pair__member_id", "card_id", "loser")
