"""Some members allow their feedback to be used and say in "For you" what they want more and less of."""

from random import Random

from metya.wallets.models import Member
from social.comparisons import actions
from social.consent import actions as consent
from social.consent import texts
from social.consent.models import Purpose
from social.demo.people import Role
from social.demo.planting import Planted
from social.posts.models import Post
from social.posts.reads import PostCard
from social.ranking.models import Slate
from social.ranking.serving import for_you

_MEMBERS, _TAPS, _PAIRS = 12, 4, 3


def add(planted: Planted) -> None:
    """Through the same actions as anybody's. Ines is one of them; each likes pictures, questions or the fresh."""
    rng = Random(planted.community.seed)  # noqa: S311
    regulars = [planted.members[one.place] for one in planted.community.people if one.role is Role.REGULAR]
    others = [one for one in regulars if one.handle != "ines" and one.onboarded_at and not one.suspended]
    ines = Member.objects.get(handle="ines")
    for place, member in enumerate([ines, *rng.sample(others, min(_MEMBERS, len(others)))]):
        # Not everybody allows everything, and a few allow nothing.
        for purpose in ([Purpose.TRAIN, Purpose.FEATURES, Purpose.EVALUATE], [Purpose.TRAIN], [])[place % 3]:
            consent.give(actor=member, purpose=purpose, version=texts.current(purpose))
        _say(member, place, rng)


def _say(member: Member, place: int, rng: Random) -> None:
    found = for_you(member)
    if found.slate is None or len(found.page.items) < 2 * _TAPS:
        return
    liked = sorted(found.page.items, key=lambda card: (_taste(card, place), rng.random()))
    for card in liked[:_TAPS]:
        actions.say(actor=member, slate=found.slate, post=card.post, said="more")
    for card in liked[-_TAPS:]:
        actions.say(actor=member, slate=found.slate, post=card.post, said="less")
    for number in range(_PAIRS):
        _prefer(member, found.slate, liked[number].post, liked[-1 - number].post)


def _prefer(member: Member, slate: Slate, winner: Post, loser: Post) -> None:
    if winner.pk != loser.pk:
        actions.compare(actor=member, slate=slate, winner=winner, loser=loser)


def _taste(card: PostCard, place: int) -> int:
    """0 for what this member likes."""
    likes = (bool(card.images), "?" in card.post.text, len(card.post.text) < 140)[place % 3]
    return 0 if likes else 1
