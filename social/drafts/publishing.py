"""Posting what is due."""

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext_noop

from metya.members.languages import speaking_to
from metya.wallets.models import Member
from social.drafts import actions
from social.drafts.models import Draft
from social.notifications import actions as notifications
from social.notifications.actions import Notice
from social.notifications.sentences import Sentence, once
from social.posts.forms import PostForm
from social.posts.models import Post

AT_ONCE = 50
_NOT_POSTED = once(gettext_noop("Your scheduled post was not posted: %(why)s"))


def publish_due() -> int:
    """Post every draft whose hour has come; how many posts. Safe to repeat and to interrupt: a draft makes one post."""
    done = 0
    for draft in Draft.objects.due().select_related("member__profile").order_by("due_at")[:AT_ONCE]:
        done += publish(draft) is not None
    return done


def publish(draft: Draft) -> Post | None:
    """Post one draft as its author would; None when a rule refuses it, which its author is told with the reason."""
    with speaking_to(draft.member):
        form = PostForm(as_sent(draft), actor=draft.member)
        post = form.publish() if form.is_valid() else None
        if post is not None:
            return post  # the form let the draft go
        why = " ".join(str(error) for errors in form.errors.values() for error in errors)
    with transaction.atomic():
        actions.refuse(draft, why)
        _tell(draft.member, draft, why)
    return None


def as_sent(draft: Draft) -> QueryDict:
    """The fields of the draft as the composer would send them."""
    data = QueryDict(mutable=True)
    for name, values in draft.fields.items():
        data.setlist(name, values)
    data["client_key"] = draft.key
    return data


def _tell(member: Member, draft: Draft, why: str) -> None:
    text = Sentence(_NOT_POSTED, {"why": why})
    key = f"draft:{draft.pk}:{int(draft.updated_at.timestamp())}"
    notifications.notify_many(kind="notice", notices=[Notice(member.pk, text, "/drafts/", key)])
