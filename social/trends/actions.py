"""Counting the trends, saying whom they trust, and vetoing a hashtag.

A trend is made by people, not by posts: each trusted member counts once for a tag, by their latest public post with it, and
half as much with every HALF_LIFE that has passed since.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.ops import audit
from metya.wallets.models import Member
from metya.web.errors import Invalid, NotAllowed
from social.moderation import policy
from social.moderation.models import unlimited
from social.posts.models import Post, PostTag, Tag
from social.posts.text import clean_text
from social.trends.models import TagVeto, Trend, TrustedMember

HALF_LIFE = timedelta(hours=6)
# Eight half-lives: what is older weighs less than a hundredth.
WINDOW = 8 * HALF_LIFE
LEAST_PEOPLE = 2
MOST = 50
# Where nobody has influence yet, who is here longer than this counts.
SETTLED_AFTER = timedelta(days=1)
MAX_REASON = 500
BATCH = 5000


@transaction.atomic
def set_trusted(members: Iterable[int]) -> None:
    """From now on these members' voices make trends, and no others; nobody: everyone who is settled."""
    TrustedMember.objects.all().delete()
    rows = [TrustedMember(member_id=pk) for pk in sorted(set(members))]
    TrustedMember.objects.bulk_create(rows, batch_size=BATCH)


@transaction.atomic
def count_trends(now: datetime | None = None) -> int:
    """Put the trends of this moment in the place of the last ones; how many."""
    now = now or timezone.now()
    said = Post.objects.visible_to(None).present().filter(created_at__gt=now - WINDOW, author__in=_trusted(now))
    said = said.filter(unlimited())
    uses = (
        PostTag.objects.filter(post__in=said).values_list("tag", "post__author").annotate(last=Max("post__created_at"))
    )
    voices: dict[int, list[float]] = defaultdict(list)
    for tag, _author, last in uses:
        voices[tag].append(0.5 ** (max(now - last, timedelta()) / HALF_LIFE))
    rows = [
        Trend(tag_id=tag, score=round(1000 * sum(heard)), people=len(heard))
        for tag, heard in voices.items()
        if len(heard) >= LEAST_PEOPLE
    ]
    rows = sorted(rows, key=lambda row: (-row.score, row.tag_id))[:MOST]
    Trend.objects.exclude(tag__in=[row.tag_id for row in rows]).delete()
    Trend.objects.bulk_create(rows, update_conflicts=True, unique_fields=["tag"], update_fields=["score", "people"])
    return len(rows)


@transaction.atomic
def veto(*, actor: Member, tag: Tag, until: datetime, reason: str) -> TagVeto:
    """Keep ``tag`` out of the trends until then; a veto that stands gets this end and reason. Raises NotAllowed, Invalid."""
    if not policy.may_moderate(actor):
        raise NotAllowed(_("Only moderators keep hashtags out of the trends."))
    if until <= timezone.now():
        raise Invalid(_("The end must lie in the future."), data={"field": "until"})
    why = clean_text(reason, most=MAX_REASON, field="reason")
    fields = {"by": actor, "reason": why, "until": until, "created_at": timezone.now()}
    row, _made = TagVeto.objects.update_or_create(tag=tag, lifted_at=None, defaults=fields)
    audit.record(actor, "trends.veto", row, tag=tag.name, until=until.isoformat(), reason=why)
    return row


@transaction.atomic
def lift(*, actor: Member, veto: TagVeto, reason: str) -> bool:
    """The veto ends now; False if it had ended."""
    if not policy.may_moderate(actor):
        raise NotAllowed(_("Only moderators keep hashtags out of the trends."))
    why = clean_text(reason, most=MAX_REASON, field="reason")
    if not TagVeto.objects.standing().filter(pk=veto.pk).update(lifted_at=timezone.now()):
        return False
    audit.record(actor, "trends.lift", veto, tag=veto.tag.name, reason=why)
    return True


def _trusted(now: datetime) -> Any:
    """The ids of those whose voice counts, as a subquery."""
    if TrustedMember.objects.exists():
        return TrustedMember.objects.values("member")
    return Member.objects.active().filter(onboarded_at__lte=now - SETTLED_AFTER).values("pk")
