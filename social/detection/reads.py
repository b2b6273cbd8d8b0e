"""What moderators see of signals, and what they weigh."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from social.detection.models import Detector, Signal, Trial, reason_of
from social.moderation.models import Case
from social.moderation.reads import Accuracy
from social.posts.models import Post

SHOWN = 20


@dataclass(frozen=True)
class Sign:
    """A signal, and how often its detector was right."""

    signal: Signal
    accuracy: Accuracy


@dataclass(frozen=True)
class Match:
    """One match of a trial: the post as it is now (None: gone, or a match of a member), why, and what was seen."""

    post: Post | None
    handle: str
    reason: str
    evidence: str


def accuracies(detectors: "list[int]") -> dict[int, Accuracy]:
    """By the detector; one query."""
    rows: list[Any] = list(Detector.objects.filter(pk__in=detectors).judged())
    return {one.pk: Accuracy(one.upheld, one.decided) for one in rows}


def weigh(case: Case) -> int:
    """What the open signals of a case weigh, each detector once, as a report does; at most two queries."""
    found = list(Signal.objects.open().filter(case=case).values_list("detector", flat=True).distinct())
    return sum(one.weight for one in accuracies(found).values()) if found else 0


def signs(case: Case) -> list[Sign]:
    """The signals of a case, the newest first; at most two queries."""
    rows = Signal.objects.filter(case=case).select_related("detector", "rule_version__rule").order_by("-pk")[:SHOWN]
    found = list(rows)
    known = accuracies([one.detector_id for one in found]) if found else {}
    return [Sign(one, known[one.detector_id]) for one in found]


def sample(trial: Trial) -> list[Match]:
    """The matches that a trial kept, with the posts as they are now: what is gone or not for everyone any more shows no
    words; two queries."""
    posts = {one["post"] for one in trial.sample if one["post"]}
    shown = Post.objects.visible_to(None).present().select_related("author").prefetch_related("images").in_bulk(posts)
    return [Match(shown.get(one["post"]), one["handle"], reason_of(one), one["evidence"]) for one in trial.sample]


def standing(detector: Detector) -> str:
    """In a word, where it stands between being written and running."""
    trial = detector.tried
    if detector.active:
        return _("switched on")
    if trial is None:
        return _("not tried yet")
    if trial.state in (Trial.State.WAITING, Trial.State.RUNNING):
        return _("trial under way")
    if trial.state == Trial.State.FAILED:
        return _("trial failed")
    return _("tried: can be switched on") if trial.counts_for(detector) else _("trial out of date")
