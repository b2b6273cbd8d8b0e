"""Voting, and telling people when a poll is over."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from metya.wallets.models import Member
from metya.web.errors import Conflict, Invalid, NotAllowed
from social.live import publish as live
from social.notifications import actions as notifications
from social.notifications.actions import Notice
from social.notifications.sentences import Sentence, once
from social.polls import policy
from social.polls.models import Poll, PollVote
from social.posts.models import Post

AT_ONCE = 50
_ENDED = once(gettext_noop("A poll has ended: %(text)s"))


@transaction.atomic
def vote(*, actor: Member, post: Post, choices: Sequence[int]) -> Poll:
    """Vote for the numbers ``choices``, once and for good; the same vote again changes nothing.

    Raises Invalid (no or too many choices), NotAllowed (one's own poll), Conflict "over" or "voted" (another vote stands).
    """
    poll = Poll.objects.select_for_update().select_related("post").filter(pk=post.pk).first()
    if poll is None or not Post.objects.visible_to(actor).present().filter(pk=post.pk).exists():
        raise Conflict(_("That poll is not there any more."), code="gone", status=404)
    wanted = sorted(set(choices))
    standing = sorted(PollVote.objects.filter(poll=poll, member=actor).values_list("choice", flat=True))
    if standing:
        if standing == wanted:
            return poll
        raise Conflict(_("You voted already; a vote cannot be changed."), code="voted")
    if not poll.open:
        raise Conflict(_("This poll is over."), code="over")
    if not policy.may_vote(actor, poll, poll.post.author_id):
        raise NotAllowed(_("You cannot vote in this poll."))
    _check(poll, wanted)
    PollVote.objects.bulk_create(
        PollVote(poll=poll, member=actor, choice=one, slot=one if poll.multiple else 0) for one in wanted
    )
    poll.counts = [count + (number in wanted) for number, count in enumerate(poll.counts)]
    poll.voters += 1
    poll.save(update_fields=["counts", "voters"])
    live.post_counts(post.pk)
    return poll


def tell_ended() -> int:
    """Tell authors and voters of polls that are over, each once; how many polls. Safe to repeat and to interrupt."""
    done = 0
    for pk in Poll.objects.due().order_by("ends_at").values_list("pk", flat=True)[:AT_ONCE]:
        done += _tell(pk)
    return done


@transaction.atomic
def _tell(pk: int) -> bool:
    if not Poll.objects.due().filter(pk=pk).update(told_at=timezone.now()):
        return False
    post = Post.objects.select_related("author").get(pk=pk)
    if not post.present:
        return True
    text, url, key = (
        Sentence(_ENDED, {"text": post.summary[:120]}),
        post.get_absolute_url(),
        f"poll:{pk}",
    )
    voters = set(PollVote.objects.filter(poll=pk).values_list("member", flat=True))
    may_see = [
        member.pk
        for member in Member.objects.active().filter(pk__in=voters | {post.author_id})
        if Post.objects.visible_to(member).filter(pk=pk).exists()
    ]
    notifications.notify_many(kind="notice", notices=[Notice(member, text, url, key) for member in may_see])
    return True


def _check(poll: Poll, wanted: list[int]) -> None:
    if not wanted:
        raise Invalid(_("Choose an answer first."), data={"field": "choice"})
    if any(not 0 <= one < len(poll.choices) for one in wanted):
        raise Invalid(_("That choice is not in this poll."), data={"field": "choice"})
    if len(wanted) > 1 and not poll.multiple:
        raise Invalid(_("Only one choice is possible in this poll."), data={"field": "choice"})
