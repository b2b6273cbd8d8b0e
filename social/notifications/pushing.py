"""A notification, as a device tells of it."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from metya.wallets.models import Member
from social.notifications import policy, reads
from social.notifications.words import sentence
from social.push.reads import wants
from social.push.sources import Said

KIND = "notification"
# After a long standstill nobody is woken by what happened days ago.
NEWS = timedelta(days=1)


def said(member: Member, pk: int) -> Said | None:
    """The line in which it stands on the notifications page, if it stands there now, is unread, and its kind is wanted here."""
    told = reads.told_of(member, pk)
    if told is None or not told.unread or not reads.welcome(member, told):
        return None
    row = told.row
    if not wants(member, row.kind, otherwise=row.kind in policy.PUSHED):
        return None
    if row.created_at < timezone.now() - NEWS:
        return None
    words = sentence(told)
    if row.actor is None:
        return Said(settings.COMMUNITY_NAME, words, row.target_url, row.pk)
    return Said(words, row.post.summary if row.post else "", row.target_url, row.pk)
