"""Making detectors, changing what they look for, trying them and switching them on and off: each audited."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.ops import audit
from metya.wallets.models import Member
from metya.web.errors import Conflict, Invalid, NotAllowed
from social.detection import params as parameters
from social.detection import policy
from social.detection.models import Detector, Kind, Trial
from social.detection.watching import try_out
from social.posts.text import clean_line
from social.rules.models import Rule

MAX_NAME = 60


@transaction.atomic
def make(*, actor: Member, kind: str, name: str, rule: Rule) -> Detector:
    """A detector as its kind begins, switched off. Raises NotAllowed, Invalid (kind, name, rule)."""
    _may(actor)
    if kind not in Kind.values:
        raise Invalid(_("Choose by what it tells."), data={"field": "kind"})
    called = _named(name, None)
    detector = Detector.objects.create(
        kind=kind, name=called, rule=_in_force(rule), params=parameters.defaults(kind), changed_by=actor
    )
    audit.record(actor, "detection.make", detector, kind=kind, rule=rule.key)
    return detector


@transaction.atomic
def change(*, actor: Member, detector: Detector, name: str, rule: Rule, params: Mapping[str, Any]) -> Detector:
    """What it is called, for which rule it stands, what it looks for. Looking for something else makes a new version, which is
    switched off until it was tried.

    Raises NotAllowed, Invalid (name, rule, or a parameter).
    """
    _may(actor)
    now = Detector.objects.select_for_update(no_key=True).get(pk=detector.pk)
    called, wanted = _named(name, now), parameters.clean(now.kind, params)
    chosen = rule if rule.pk == now.rule_id else _in_force(rule)
    if (called, chosen.pk, wanted) == (now.name, now.rule_id, now.params):
        return now
    if wanted != now.params:
        now.params, now.version, now.active = wanted, now.version + 1, False
    now.name, now.rule = called, chosen
    _keep(actor, now)
    audit.record(actor, "detection.change", now, version=now.version, rule=chosen.key, active=now.active)
    return now


@transaction.atomic
def ask_trial(*, actor: Member, detector: Detector) -> Trial:
    """Have it look back over the last week; one that is under way goes on. Raises NotAllowed, Conflict "incomplete"."""
    _may(actor)
    now = Detector.objects.select_for_update(no_key=True).get(pk=detector.pk)
    if not parameters.complete(now.kind, now.params):
        raise Conflict(_("Write first what it looks for."), code="incomplete")
    known = Trial.objects.filter(detector=now).first()
    under_way = known is not None and known.state in (Trial.State.WAITING, Trial.State.RUNNING)
    if known is not None and under_way and known.version == now.version:
        return known
    Trial.objects.filter(detector=now).delete()
    trial = Trial.objects.create(detector=now, version=now.version, asked_by=actor)
    try_out(trial)
    audit.record(actor, "detection.try", now, version=now.version)
    return trial


@transaction.atomic
def switch_on(*, actor: Member, detector: Detector) -> bool:
    """It looks at posts from now on; False if it did. Raises NotAllowed, Conflict "untried", "rule"."""
    _may(actor)
    now = Detector.objects.select_for_update(no_key=True).get(pk=detector.pk)
    if now.active:
        return False
    if not now.rule.active:
        raise Conflict(_("The rule it stands for is not in force. Choose another."), code="rule")
    trial = Trial.objects.filter(detector=now).first()
    if trial is None or not trial.counts_for(now):
        raise Conflict(
            _("Try it first: what it looks for must have been tried within the last 7 days."), code="untried"
        )
    now.active = True
    _keep(actor, now)
    audit.record(actor, "detection.on", now, version=now.version, matched=trial.matched, looked=trial.looked)
    return True


@transaction.atomic
def switch_off(*, actor: Member, detector: Detector) -> bool:
    """It looks at nothing more; its signals stay. False if it was off. Raises NotAllowed."""
    _may(actor)
    now = Detector.objects.select_for_update(no_key=True).get(pk=detector.pk)
    if not now.active:
        return False
    now.active = False
    _keep(actor, now)
    audit.record(actor, "detection.off", now, version=now.version)
    return True


def _keep(actor: Member, now: Detector) -> None:
    now.changed_by, now.changed_at = actor, timezone.now()
    now.save()


def _may(actor: Member) -> None:
    if not policy.may_edit(actor):
        raise NotAllowed(_("Only senior moderators and administrators set detectors."))


def _named(name: str, now: Detector | None) -> str:
    called = clean_line(name, most=MAX_NAME, field="name", required=True)
    others = Detector.objects.filter(name=called)
    if (others.exclude(pk=now.pk) if now else others).exists():
        raise Invalid(_("There is a detector of this name."), data={"field": "name"})
    return called


def _in_force(rule: Rule) -> Rule:
    if not Rule.objects.active().filter(pk=rule.pk).exists():
        raise Invalid(_("Choose a rule that is in force."), data={"field": "rule"})
    return rule
