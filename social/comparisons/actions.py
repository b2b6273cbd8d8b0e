"""Saying more, less, or which of two; and taking it back. Each fits the member's own residual anew, in the same transaction."""

from django.db import transaction
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web.errors import ActionError, Conflict, Invalid, NotAllowed
from social.comparisons import learning, policy, slates
from social.comparisons.models import Answer, Example, Feedback, Kind, Question, Said
from social.consent import grants
from social.consent.models import Purpose
from social.posts.models import Post
from social.ranking.maths.features import FEATURES_VERSION
from social.ranking.models import Slate
from social.ranking.packed import packed

NEIGHBOURS = 4
PAIR, TAP = 1.0, 0.5


@transaction.atomic
def say(*, actor: Member, slate: Slate, post: Post, said: str) -> Feedback:
    """More or less like ``post``, as it stood in ``slate``: examples against up to four of its neighbours there.

    A repeat is the same answer; the opposite replaces it. Raises Invalid (said), NotAllowed, ActionError "not-shown", Conflict
    "old-page".
    """
    if said not in Said.values:
        raise Invalid(_("Say more or less."), data={"field": "said"})
    page = _page(actor, slate, post.pk)
    steering = learning.locked_steering(actor)
    found = Feedback.objects.of(actor).filter(post=post).first()
    if found is not None and found.said == said:
        return found
    if found is not None:
        found.delete()
    made = Feedback.objects.create(member=actor, post=post, slate=slate, said=said)
    others = _neighbours(actor, page, post.pk, said)
    pairs = [(post.pk, other) if said == Said.MORE else (other, post.pk) for other in others]
    _add(actor, slate, page, pairs, Kind(said), made)
    learning.refit(steering)
    return made


@transaction.atomic
def unsay(*, actor: Member, post: Post) -> bool:
    """Take back what was said of a post, with its examples; False when nothing was."""
    steering = learning.locked_steering(actor)
    if not Feedback.objects.of(actor).filter(post=post).delete()[0]:
        return False
    learning.refit(steering)
    return True


@transaction.atomic
def compare(*, actor: Member, slate: Slate, winner: Post, loser: Post) -> Example:
    """``winner`` rather than ``loser``, both of one page. A repeat is the same answer; the opposite replaces it.

    Raises Invalid (the same post twice), NotAllowed, ActionError "not-shown", Conflict "old-page".
    """
    if winner.pk == loser.pk:
        raise Invalid(_("Choose between two different posts."), code="same-post")
    page = _page(actor, slate, winner.pk, loser.pk)
    steering = learning.locked_steering(actor)
    rows = Example.objects.of(actor)
    found = rows.filter(winner=winner, loser=loser).first()
    if found is None or found.kind != Kind.PAIR:
        # What a tap said of the two alone is less than the answer; an answer the other way is taken back by this one.
        rows.filter(winner=winner, loser=loser).delete()
        rows.filter(winner=loser, loser=winner, kind=Kind.PAIR).delete()
        found = _add(actor, slate, page, [(winner.pk, loser.pk)], Kind.PAIR, None)[0]
        learning.refit(steering)
    Question.objects.of(actor).about(winner.pk, loser.pk).update(answer=Answer.ANSWERED)
    return found


@transaction.atomic
def uncompare(*, actor: Member, winner: Post, loser: Post) -> bool:
    """Take an answer back, so that the question stands again; False when there was none."""
    steering = learning.locked_steering(actor)
    rows = Example.objects.of(actor).filter(kind=Kind.PAIR, winner=winner, loser=loser)
    if not rows.delete()[0]:
        return False
    Question.objects.of(actor).about(winner.pk, loser.pk).update(answer="")
    learning.refit(steering)
    return True


@transaction.atomic
def put_off(*, actor: Member, question: Question) -> None:
    """Not now. Raises NotAllowed."""
    if question.member_id != actor.pk:
        raise NotAllowed(_("That question was asked of somebody else."))
    Question.objects.of(actor).open().filter(pk=question.pk).update(answer=Answer.LATER)


@transaction.atomic
def forget(*, actor: Member, example: Example) -> bool:
    """Delete one of one's own, with what was said when it was the last of it; False when it was gone. Raises NotAllowed."""
    if example.member_id != actor.pk:
        raise NotAllowed(_("Only who made an example deletes it."))
    steering = learning.locked_steering(actor)
    gone = bool(Example.objects.of(actor).filter(pk=example.pk).delete()[0])
    if example.feedback_id is not None:
        Feedback.objects.of(actor).filter(pk=example.feedback_id, examples=None).delete()
    learning.refit(steering)
    return gone


@transaction.atomic
def forget_all(*, actor: Member) -> int:
    """Delete every example of one's own and all that was said; how many examples."""
    steering = learning.locked_steering(actor)
    count = Example.objects.of(actor).delete()[0]
    Feedback.objects.of(actor).delete()
    learning.refit(steering)
    return count


def _page(actor: Member, slate: Slate, *posts: int) -> slates.Page:
    if not policy.may_say(actor, slate):
        raise NotAllowed(_("Only who was shown a page says something about it."))
    page = slates.page_of(slate)
    if page is None:
        raise Conflict(_("This page is too old to learn from. Load “For you” again."), code="old-page")
    if not set(posts) <= set(page.posts):
        raise ActionError(_("That post was not on this page of yours."), code="not-shown", status=400)
    return page


def _neighbours(actor: Member, page: slates.Page, post: int, said: str) -> list[int]:
    """The nearest of the page that are still public, of which the same was not said, and about which nothing is known yet."""
    around = page.around(post)
    there = set(Post.objects.present().public().filter(pk__in=around).values_list("pk", flat=True))
    there -= set(Feedback.objects.of(actor).filter(post__in=around, said=said).values_list("post", flat=True))
    mine = Example.objects.of(actor)
    there -= set(mine.filter(winner=post).values_list("loser", flat=True))
    there -= set(mine.filter(loser=post).values_list("winner", flat=True))
    return [pk for pk in around if pk in there][:NEIGHBOURS]


def _add(
    actor: Member, slate: Slate, page: slates.Page, pairs: list[tuple[int, int]], kind: Kind, feedback: Feedback | None
) -> list[Example]:
    held = grants.all_active(actor)
    whole = PAIR if kind is Kind.PAIR else TAP
    rows = [
        Example(
            member=actor, kind=kind, feedback=feedback, slate=slate, winner_id=winner, loser_id=loser,
            z=packed(page.z(winner, loser)), features_version=FEATURES_VERSION,
            propensity=page.propensity(winner, loser), base=whole / len(pairs),
            grant=held.get(Purpose.TRAIN), evaluation=held.get(Purpose.EVALUATE),
        )
        for winner, loser in pairs
    ]  # fmt: skip
    return Example.objects.bulk_create(rows)
