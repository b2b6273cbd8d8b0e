"""A finding becomes a signal: it joins the case about the same thing, or opens one. Nothing is hidden or limited by it."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from metya.wallets.models import Member
from social.detection.kinds import Found
from social.detection.models import Detector, Kind, Signal
from social.moderation import evidence, opening
from social.moderation.models import About, Case
from social.moderation.models import Kind as Subject
from social.posts.models import Post

# What these find is something that a member does, and a matter of the profile; all else is a matter of the post.
OF_MEMBERS = (Kind.BURST, Kind.MENTIONS, Kind.RING)


@dataclass(frozen=True)
class Thing:
    """What a signal is about: whose it is, what, which state of it was looked at, how it stood, and for how long after a
    decision the same member is not signalled again."""

    member: Member
    about: About
    mark: int
    snapshot: str
    quiet: timedelta = timedelta(0)


def of_post(detector: Detector, post: Post) -> Thing:
    """The post, or the member whose doing it is part of."""
    if detector.kind not in OF_MEMBERS:
        return Thing(post.author, About(Subject.POST, post.pk), post.version, evidence.of_post(post))
    quiet = timedelta(minutes=detector.params.get("minutes", 60))
    return of_member(post.author, post.pk, quiet, evidence.of_post(post))


def of_member(member: Member, mark: int, quiet: timedelta, snapshot: str = "") -> Thing:
    return Thing(member, About(Subject.PROFILE, member.pk), mark, snapshot or evidence.of_profile(member), quiet)


def record(detector: Detector, thing: Thing, found: Found) -> Signal | None:
    """The signal, in a case that is not closed. None where there is one of the same state of the thing, or an open one about
    the member, or it is the time of quiet, or the detector was switched off or changed meanwhile.

    Safe to repeat, and for many at once. Raises Conflict when the case closes again and again.
    """
    if _said(detector, thing):
        return None
    version = detector.rule.version

    def add(case: Case) -> Signal | None:
        running = Detector.objects.running().filter(pk=detector.pk, version=detector.version)
        if not running.select_for_update(no_key=True, of=("self",)).exists() or _said(detector, thing):
            return None
        return Signal.objects.create(
            case=case,
            detector=detector,
            detector_version=detector.version,
            rule_version=version,
            member=thing.member,
            kind=thing.about.kind,
            subject_id=thing.about.pk,
            mark=thing.mark,
            text=found.reason.text,
            values=dict(found.reason.values),
            evidence=found.evidence,
            snapshot=thing.snapshot,
        )

    return opening.join(member=thing.member, about=thing.about, queue=detector.rule.queue, add=add, by_signal=True)


def _said(detector: Detector, thing: Thing) -> bool:
    known = Signal.objects.filter(detector=detector, kind=thing.about.kind, subject_id=thing.about.pk)
    if known.filter(mark=thing.mark).exists():
        return True
    if thing.about.kind != Subject.PROFILE:
        return False
    return known.open().exists() or known.filter(decided_at__gt=timezone.now() - thing.quiet).exists()
