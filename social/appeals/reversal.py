"""The outcome of an appeal, settled at one place, inside the transaction that decides it."""

from dataclasses import asdict, dataclass
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from metya.ops import audit
from metya.wallets.models import Member
from social.appeals import keeping, publishing
from social.appeals.models import Appeal
from social.detection.models import Signal
from social.interactions import actions as interactions
from social.moderation import stakes
from social.moderation.models import Decision, Deed, Kind, Report, Strike, hiding
from social.notifications import actions as notifications
from social.notifications.sentences import Sentence
from social.posts import pictures, removal
from social.posts.models import Post

_UPHELD = gettext_noop("Your appeal was decided: the decision stays (%(rule)s). Read the reasons.")
_OVERTURNED = gettext_noop("Your appeal was right: the decision was overturned (%(rule)s). Read what follows from it.")
_CORRECTED = gettext_noop("The decision on your report about @%(handle)s was overturned on appeal: no rule was broken.")


@dataclass(frozen=True)
class Followed:
    """What came of an overturned decision.

    ``content``: "back" is there again, "gone" it cannot come back, "" nothing had been taken. ``suspension``: "ended", "stays"
    for another reason, "" there was none. Of payouts: how many holds ended, how many amounts were forfeited before, how many
    another decision still stops; and of how many epochs the facts were taken while the decision stood.
    """

    content: str = ""
    suspension: str = ""
    limit: bool = False
    released: int = 0
    lost: int = 0
    kept: int = 0
    epochs: int = 0


def settle(appeal: Appeal) -> None:
    """Everything that follows from a decided appeal: the decision taken back if it was overturned, the member told (and the
    reporters), an audit event, an entry of the public log."""
    made, by = appeal.decision, appeal.decided_by
    if by is None:
        raise ValueError("an open appeal has no outcome")
    overturned = appeal.state == Appeal.State.OVERTURNED
    if overturned:
        followed = _overturn(made, by, f"appeal {appeal.pk}: the decision was overturned")
        appeal.followed = asdict(followed)
        Appeal.objects.filter(pk=appeal.pk).update(followed=appeal.followed)
        _correct_reports(made)
    audit.record(
        by,
        "appeal.overturned" if overturned else "appeal.upheld",
        appeal,
        decision=made.pk,
        case=made.case_id,
        member=made.member_id,
        reasons=appeal.reasons,
        **appeal.followed,
    )
    text = _OVERTURNED if overturned else _UPHELD
    said = Sentence(text, {"rule": made.rule_version.said_title if made.rule_version else ""})
    url = f"/settings/reports/#decision-{made.pk}"
    notifications.notify(member=appeal.member, kind="notice", text=said, url=url, key=f"appeal:{appeal.pk}")
    publishing.judged(appeal)


def hides(made: Decision) -> bool:
    """Whether the decision takes a post out of sight."""
    return made.case.kind == Kind.POST and made.kind in (Deed.HIDE, Deed.REMOVE)


def _overturn(made: Decision, by: Member, note: str) -> Followed:
    now = timezone.now()
    Decision.objects.filter(pk=made.pk).update(overturned_at=now)
    made.overturned_at = now
    Strike.objects.filter(decision=made).delete()
    content, suspension = _bring_back(made), _end_suspension(made)
    interactions.resume(decision=made)
    returned = stakes.give_back(made, by=by, note=note)
    return Followed(
        content=content,
        suspension=suspension,
        limit=made.kind == Deed.LIMIT and made.ends_at is not None and made.ends_at > now,
        released=returned.released,
        lost=returned.lost,
        kept=returned.kept,
        epochs=returned.epochs,
    )


def _bring_back(made: Decision) -> str:
    """A post that this decision took out of sight is there again, unless it was emptied, or another decision keeps it away; other
    things, as far as they were kept.

    What its author had deleted before stays deleted.
    """
    if made.kind not in (Deed.HIDE, Deed.REMOVE):
        return ""
    if not hides(made):
        return "back" if keeping.bring_back(made) else "gone"
    post = Post.objects.filter(pk=made.case.subject_id).first()
    if post is None or made.applied_at is None or post.emptied:
        return "gone"
    if post.deleted_at is None or post.deleted_at < made.applied_at:
        return ""
    if Decision.objects.standing().filter(hiding(post.pk)).exists():
        return "gone"
    if not removal.restore(post):
        return "gone"
    transaction.on_commit(partial(pictures.rehouse, post.pk), robust=True)
    return "back"


def _end_suspension(made: Decision) -> str:
    """Only what this decision set; a longer one, or one that an administrator set, stays."""
    if made.kind != Deed.SUSPEND or made.ends_at is None or made.ends_at <= timezone.now():
        return ""
    others = Decision.objects.valid().filter(member=made.member_id, kind=Deed.SUSPEND, ends_at__gt=timezone.now())
    next_one = others.select_related("rule_version").order_by("-ends_at").first()
    until, why = (next_one.ends_at, next_one.why) if next_one else (None, "")
    rows = Member.objects.filter(pk=made.member_id, suspended_until=made.ends_at)
    if not rows.update(suspended_until=until, suspension_reason=why):
        return "stays"
    return "stays" if next_one else "ended"


def _correct_reports(made: Decision) -> None:
    """They were dismissed after all, which also counts for how often reporters and detectors were right; reporters are told."""
    rows = Report.objects.filter(case=made.case_id, state=Report.State.UPHELD).select_related("reporter", "member")
    for one in rows:
        said = Sentence(_CORRECTED, {"handle": one.member.handle})
        key = f"report:{one.pk}:appeal"
        notifications.notify(member=one.reporter, kind="notice", text=said, url="/settings/reports/", key=key)
    for Model in (Report, Signal):
        Model._default_manager.filter(case=made.case_id, state="upheld").update(state="dismissed")
