"""Reports and their outcome, reporters, cases that moderators open, the early end of suspensions: reasoned and audited."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from metya.ops import audit
from metya.wallets.models import Member
from metya.web.errors import Invalid, NotAllowed
from social.detection.models import Signal
from social.follows import actions as follows
from social.moderation import evidence as snapshots
from social.moderation import opening, policy, publishing, reads
from social.moderation.models import About, Case, CaseNote, Decision, Deed, Kind, Report, ReporterMute
from social.notifications import actions as notifications
from social.notifications.sentences import Sentence, once
from social.posts.models import Post
from social.posts.text import clean_text
from social.rules.models import Rule

MAX_NOTE = 1000
MAX_REASON = 500
ALSO = ("", "mute", "block")
_MUTED = gettext_noop("The moderators take no reports from you until %(day)s: %(why)s")
_UPHELD = gettext_noop("Your report about @%(handle)s was right: a rule was broken.")
# Notices of before, when posts were removed without a case, are still read.
once(gettext_noop("A moderator removed your post: %(reason)s"))
_DISMISSED = gettext_noop("Your report about @%(handle)s was looked at: no rule was broken.")


@transaction.atomic
def report(
    *,
    actor: Member,
    member: Member,
    rule: str,
    note: str = "",
    post: Post | None = None,
    about: About | None = None,
    evidence: str = "",
    also: str = "",
) -> Report:
    """Tell the moderators that ``member`` breaks a rule (its key). While it is open, repeating it changes nothing.

    ``about`` names what exactly; without it the post, or else the profile. ``evidence`` is how it stood; without it, the
    words of the post or the profile. ``also`` "mute" or "block": that too, at once.

    Raises Invalid (rule, note, also), NotAllowed (oneself, muted as a reporter).
    """
    if post is not None and post.author_id != member.pk:
        raise Invalid(_("That post is by somebody else."), data={"field": "post"})
    if not policy.may_report(actor, member):
        raise NotAllowed(_("You cannot report yourself.") if actor.pk == member.pk else _("You cannot report now."))
    if (mute := reads.mute_of(actor)) is not None:
        said = _("The moderators take no reports from you until %(day)s: %(reason)s")
        raise NotAllowed(said % {"day": date_format(mute.until, "DATE_FORMAT"), "reason": mute.reason})
    chosen = Rule.objects.active().filter(key=rule).first()
    if chosen is None:
        raise Invalid(_("Choose which rule is broken."), data={"field": "rule"})
    if also not in ALSO:
        raise Invalid(_("Choose one of the possibilities."), data={"field": "also"})
    text = clean_text(note, most=MAX_NOTE, field="note", required=False)
    seen = evidence or (snapshots.of_post(post) if post is not None else snapshots.of_profile(member))
    taken = opening.take(
        reporter=actor,
        member=member,
        about=about or (About(Kind.POST, post.pk) if post is not None else About(Kind.PROFILE, member.pk)),
        post=post,
        version=chosen.version,
        note=text,
        evidence=seen,
    )
    if also == "mute":
        follows.mute(actor=actor, target=member)
    elif also == "block":
        follows.block(actor=actor, target=member)
    return taken


@transaction.atomic
def mute_reporter(*, actor: Member, member: Member, until: datetime, reason: str) -> None:
    """Until then no report of ``member`` is taken; they are told until when and why. Raises Invalid, NotAllowed."""
    if not policy.may_suspend(actor, member):
        raise NotAllowed(_("You may not mute this reporter."))
    if until <= timezone.now():
        raise Invalid(_("The end must lie in the future."), data={"field": "until"})
    why = _reasoned(reason)
    ReporterMute.objects.update_or_create(member=member, defaults={"until": until, "reason": why, "by": actor})
    audit.record(actor, "moderation.mute_reporter", member, until=until.isoformat(), reason=why)
    text = Sentence(_MUTED, {"day": until.date().isoformat(), "why": why})
    key = f"reporter-muted:{until.isoformat()}"[:80]
    notifications.notify(member=member, kind="notice", text=text, url="/settings/reports/", key=key)


@transaction.atomic
def hear_reporter(*, actor: Member, member: Member) -> bool:
    """The reports of ``member`` are taken again; False if they were."""
    if not policy.may_suspend(actor, member):
        raise NotAllowed(_("You may not mute this reporter."))
    if not ReporterMute.objects.filter(member=member).delete()[0]:
        return False
    audit.record(actor, "moderation.hear_reporter", member)
    return True


@transaction.atomic
def open_case(*, actor: Member, member: Member, rule: str, note: str, post: Post | None = None) -> Case:
    """A moderator came upon something that nobody reported: its case, in the queue of the rule (its key), with ``note`` for other
    moderators; the one that stands, if there is one. It is decided there, with a statement of reasons that can be appealed.

    Raises Invalid (rule, note), NotAllowed (not a moderator, about oneself).
    """
    if not policy.may_moderate(actor) or actor.pk == member.pk:
        raise NotAllowed(_("Only moderators open cases, and not about themselves."))
    chosen = Rule.objects.active().filter(key=rule).first()
    if chosen is None:
        raise Invalid(_("Choose which rule is broken."), data={"field": "rule"})
    text = clean_text(note, most=MAX_REASON, field="note")
    about = About(Kind.POST, post.pk) if post is not None else About(Kind.PROFILE, member.pk)
    case = opening.found_by(moderator=actor, member=member, about=about, queue=chosen.queue)
    CaseNote.objects.create(case=case, by=actor, text=text)
    audit.record(actor, "moderation.open", case, rule=chosen.key)
    return case


@transaction.atomic
def unsuspend(*, actor: Member, member: Member, reason: str) -> bool:
    """The suspension ends now; False if there was none."""
    if not policy.may_suspend(actor, member):
        raise NotAllowed(_("You may not end this suspension."))
    why = _reasoned(reason)
    now = timezone.now()
    suspended = Member.objects.filter(pk=member.pk, suspended_until__gt=now)
    if not suspended.update(suspended_until=None, suspension_reason=""):
        return False
    member.suspended_until, member.suspension_reason = None, ""
    # Nothing brings back what was lifted, such as the appeal against a later suspension.
    lifted = Decision.objects.valid().filter(member=member, kind=Deed.SUSPEND, ends_at__gt=now)
    lifted.update(ends_at=now)
    audit.record(actor, "moderation.unsuspend", member, reason=why)
    publishing.lifted(actor, Deed.SUSPEND)
    return True


def settle(case: Case, *, state: str, by: Member) -> None:
    """The open reports and signals of a case get their outcome, and reporters are told; inside the caller's transaction."""
    now = timezone.now()
    text = _UPHELD if state == Report.State.UPHELD else _DISMISSED
    for one in Report.objects.open().filter(case=case).select_related("reporter", "member"):
        said = Sentence(text, {"handle": one.member.handle})
        key = f"report:{one.pk}"
        notifications.notify(member=one.reporter, kind="notice", text=said, url="/settings/reports/", key=key)
    Report.objects.open().filter(case=case).update(state=state, decided_at=now, decided_by=by, told_at=now)
    Signal.objects.open().filter(case=case).update(state=state, decided_at=now)


def _reasoned(reason: str) -> str:
    return clean_text(reason, most=MAX_REASON, field="reason")
