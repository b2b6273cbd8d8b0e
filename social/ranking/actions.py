"""Steering one's feed, keeping presets, and staying out of recommendations. Every verb may be repeated."""

import math
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from metya.ops import audit
from metya.wallets.models import Member
from metya.web.errors import Conflict, Invalid, NotAllowed
from social.notifications import actions as notifications
from social.notifications.sentences import Sentence
from social.posts.text import clean_line
from social.ranking import policy
from social.ranking.maths.features import PLACE
from social.ranking.maths.scoring import LARGEST_SLIDER
from social.ranking.models import Ask, NotRecommended, Preset, Steering
from social.ranking.readers import USUAL
from social.ranking.sources import MOST, QUOTAS
from social.ranking.words import QUOTA_NAMES, name_of

STEP = 0.5
MOST_OF_ONE = 300
MAX_NAME, MAX_PRESETS, MAX_REASON = 50, 50, 300
_UNSHARED = gettext_noop("A moderator ended the sharing of your preset “%(name)s”: %(reason)s")


def clean_slider(key: str, value: float) -> float:
    """A value of a slider. Raises Invalid for an unknown factor, what is no number, and what is beyond ± 2."""
    if key not in PLACE:
        raise Invalid(_("There is no such factor any more. Open the page again."), data={"field": key})
    if not math.isfinite(value) or abs(value) > LARGEST_SLIDER or value % STEP:
        said = _("“%(name)s” goes from −2 to 2 in halves.") % {"name": name_of(key)}
        raise Invalid(said, code="slider-range", data={"field": key})
    return value


def clean_quotas(quotas: dict[str, int]) -> dict[str, int]:
    """How many posts of each source. Raises Invalid for an unknown source, numbers out of range, and too many in all."""
    for name, count in quotas.items():
        if name not in QUOTAS:
            raise Invalid(_("There is no such source any more. Open the page again."), data={"field": name})
        if not 0 <= count <= MOST_OF_ONE:
            said = _("“%(name)s” goes from 0 to %(most)d.") % {"name": QUOTA_NAMES[name][0], "most": MOST_OF_ONE}
            raise Invalid(said, code="quota-range", data={"field": name})
    whole = sum({**QUOTAS, **quotas}.values())
    if whole > MOST:
        said = _("That is %(sum)d posts in all; at most %(most)d are looked at. Take some away.") % {
            "sum": whole,
            "most": MOST,
        }
        raise Invalid(said, code="quota-sum", data={"field": "quotas"})
    return {name: count for name, count in quotas.items() if count != QUOTAS[name]}


def _cleaned(sliders: dict[str, float], quotas: dict[str, int]) -> dict[str, Any]:
    """What differs from the usual."""
    chosen = {key: clean_slider(key, value) for key, value in sliders.items()}
    return {"sliders": {key: value for key, value in chosen.items() if value != USUAL}, "quotas": clean_quotas(quotas)}


def steer(*, actor: Member, sliders: dict[str, float], quotas: dict[str, int]) -> Steering:
    """Take these sliders and quotas from now on; what was learnt from the actor's feedback stays. Raises Invalid."""
    _may(actor)
    defaults = {**_cleaned(sliders, quotas), "changed_at": timezone.now()}
    return Steering.objects.update_or_create(member=actor, defaults=defaults)[0]


def reset(*, actor: Member) -> None:
    """Back to the usual."""
    _may(actor)
    Steering.objects.filter(member=actor).update(sliders={}, quotas={}, changed_at=timezone.now())


@transaction.atomic
def set_wishes(*, actor: Member, ask: str, recommended: bool) -> None:
    """How often to be asked, and whether the actor's posts are recommended. Raises Invalid."""
    _may(actor)
    if ask not in Ask.values:
        raise Invalid(_("Choose how often you want to be asked."), data={"field": "ask"})
    Steering.objects.update_or_create(member=actor, defaults={"ask": ask})
    if recommended:
        NotRecommended.objects.filter(member=actor).delete()
    else:
        NotRecommended.objects.get_or_create(member=actor)


def keep(
    *, actor: Member, name: str, sliders: dict[str, float], quotas: dict[str, int], source: Preset | None = None
) -> Preset:
    """A new preset; copied from ``source`` it credits whoever made that. Raises Invalid, Conflict "taken"."""
    _may(actor)
    name = clean_line(name, most=MAX_NAME, field="name", required=True)
    if Preset.objects.of(actor).count() >= MAX_PRESETS:
        raise Invalid(_("You have %(most)d presets, which is the most. Delete one first.") % {"most": MAX_PRESETS})
    credited = "" if source is None or source.owner_id == actor.pk else source.credited or str(source.owner.handle)
    try:
        with transaction.atomic():
            return Preset.objects.create(
                owner=actor, name=name, copied_from=source, credited=credited, **_cleaned(sliders, quotas)
            )
    except IntegrityError as error:
        said = _("You have a preset of that name. Choose another name.")
        raise Conflict(said, code="taken", status=422, data={"field": "name"}) from error


def copy(*, actor: Member, preset: Preset) -> Preset:
    """One's own copy of a preset, under a name that is free."""
    taken = set(Preset.objects.of(actor).values_list("name", flat=True))
    names = [
        preset.name[:MAX_NAME],
        *(f"{preset.name[: MAX_NAME - 4]} {number}" for number in range(2, MAX_PRESETS + 2)),
    ]
    name = next(one for one in names if one not in taken)
    sliders = {key: value for key, value in preset.sliders.items() if key in PLACE}
    return keep(actor=actor, name=name, sliders=sliders, quotas=dict(preset.quotas), source=preset)


def share(*, actor: Member, preset: Preset, shared: bool) -> None:
    """Give it to everyone, or no more; copies that others made stay theirs. Raises NotAllowed, Conflict "unshared" for one that
    a moderator has ended that for."""
    _own(actor, preset)
    given = Preset.objects.filter(pk=preset.pk, unshared_by=None).update(shared=shared)
    if shared and not given:
        raise Conflict(_("A moderator ended the sharing of this preset. It stays yours alone."), code="unshared")


@transaction.atomic
def unshare(*, actor: Member, preset: Preset, reason: str) -> bool:
    """Moderators: end the sharing of a preset for good; its owner keeps it and reads why. Copies stay their owners'.

    False when it was not shared any more. Raises NotAllowed, Invalid (reason).
    """
    found = Preset.objects.select_for_update(no_key=True, of=("self",)).select_related("owner").get(pk=preset.pk)
    why = clean_line(reason, most=MAX_REASON, field="reason", required=True)
    if not found.shared:
        return False
    if not policy.may_unshare(actor, found):
        raise NotAllowed(_("Moderators end the sharing of presets of others."))
    found.shared, found.unshared_by, found.unshared_reason = False, actor, why
    found.save(update_fields=["shared", "unshared_by", "unshared_reason"])
    audit.record(actor, "ranking.unshare_preset", found, owner=found.owner.handle, name=found.name, reason=why)
    said = Sentence(_UNSHARED, {"name": found.name, "reason": why})
    key = f"preset:{found.pk}:unshared"
    notifications.notify(member=found.owner, kind="notice", text=said, url="/feeds/presets/", key=key)
    return True


def delete(*, actor: Member, preset: Preset) -> None:
    """For good; copies that others made stay theirs."""
    _own(actor, preset)
    Preset.objects.filter(pk=preset.pk).delete()


def _may(actor: Member) -> None:
    if not policy.may_steer(actor):
        raise NotAllowed(_("Your account cannot change this now."))


def _own(actor: Member, preset: Preset) -> None:
    if not policy.may_change(actor, preset):
        raise NotAllowed(_("Only who made a preset can change it."))
