"""Setting the assistant, switching it on for oneself, choosing between drafts, letting go of them. Asking is in ``asking``,
styles are in ``styling``."""

from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.ops import audit
from metya.wallets.models import Member
from metya.web.errors import Conflict, Invalid, NotAllowed
from social.assistant import policy
from social.assistant.endpoint import address_of
from social.assistant.models import (
    AssistantConfig,
    Choice,
    DraftHalf,
    DraftPair,
    HalfState,
    PairState,
)
from social.assistant.reads import CONFIG_KEY
from social.outgoing.addresses import Refused
from social.profiles.models import Profile

# How long the words of pairs are kept that may not be exported.
KEPT = timedelta(days=30)


@transaction.atomic
def configure(*, actor: Member, **fields: Any) -> AssistantConfig:
    """Set the assistant; the audit trail keeps what was changed. Raises NotAllowed, Invalid (endpoint, model, a number)."""
    if not policy.may_set(actor):
        raise NotAllowed(_("Only administrators set the drafting assistant."))
    found, _made = AssistantConfig.objects.select_for_update().get_or_create(pk=AssistantConfig.ONE)
    before = {name: getattr(found, name) for name in fields}
    for name, value in fields.items():
        setattr(found, name, value.strip() if isinstance(value, str) else value)
    try:
        found.clean_fields()
    except ValidationError as error:
        name, problems = next(iter(error.message_dict.items()))
        raise Invalid(problems[0], data={"field": name}) from error
    if found.endpoint:
        try:
            address_of(found.endpoint)
        except Refused as error:
            message = _("The environment variable ASSISTANT_URLS does not allow this endpoint.")
            raise Invalid(message, data={"field": "endpoint"}) from error
    for name in ("endpoint", "model") if found.on else ():
        if not getattr(found, name):
            raise Invalid(_("It cannot be switched on without this."), data={"field": name})
    changed = {name: getattr(found, name) for name in fields if getattr(found, name) != before[name]}
    if changed:
        found.changed_at = timezone.now()
        found.save()
        audit.record(actor, "assistant.configure", found, **changed)
        transaction.on_commit(lambda: cache.delete(CONFIG_KEY))
    return found


@transaction.atomic
def prefer(*, actor: Member, uses: bool, shares: bool) -> None:
    """Switch the assistant on or off for oneself, and allow or forbid that one's comparisons are exported."""
    if not actor.is_active or actor.onboarded_at is None:
        raise NotAllowed(_("Your account cannot do this now."))
    Profile.objects.filter(member=actor).update(uses_assistant=uses, shares_drafts=shares)
    if not shares:  # what was allowed is withdrawn for good, not only while it is off
        allowed = DraftPair.objects.of(actor).filter(shared=True)
        # By number, as a round of training holds them while it is stored: neither waits for the other for ever.
        list(allowed.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
        allowed.update(shared=False)
    actor.profile.uses_assistant, actor.profile.shares_drafts = uses, shares


@transaction.atomic
def choose(*, actor: Member, pair: DraftPair, choice: str) -> DraftPair:
    """Keep one of the drafts, or one's own words, which also ends what is still being written. The last choice stands until
    the post is written.

    Raises NotAllowed, Invalid (choice), Conflict "not-ready" (that draft is not there).
    """
    found = DraftPair.objects.select_for_update(no_key=True).get(pk=pair.pk)
    if not policy.may_choose(actor, found):
        raise NotAllowed(_("Only its author chooses."))
    if choice not in Choice.values:
        raise Invalid(_("Choose a draft, or your own words."), data={"field": "choice"})
    if choice == Choice.OWN:
        _stop(found)
    elif not found.halves.filter(side=choice, state=HalfState.DONE).exists() or found.cleared_at:
        raise Conflict(_("This draft is not there."), code="not-ready")
    elif found.running:
        _stop(found)
    if found.post_id is None and found.choice != choice:
        found.choice, found.chosen_at, found.shared = choice, timezone.now(), actor.profile.shares_drafts
        found.save(update_fields=["choice", "chosen_at", "shared"])
    return found


@transaction.atomic
def cancel(*, actor: Member, pair: DraftPair) -> DraftPair:
    """Do not wait for the drafts any longer; what is there stays. Twice is harmless."""
    found = DraftPair.objects.select_for_update(no_key=True).get(pk=pair.pk)
    if not policy.may_choose(actor, found):
        raise NotAllowed(_("Only its author chooses."))
    _stop(found)
    return found


def _stop(pair: DraftPair) -> None:
    _close([pair.pk], HalfState.CANCELLED)
    if DraftPair.objects.running().filter(pk=pair.pk).update(state=PairState.CANCELLED):
        pair.state = PairState.CANCELLED


@transaction.atomic
def lapse(seconds: int) -> int:
    """End the pairs whose writer is gone (a process was killed); how many. Safe to repeat."""
    ids = list(DraftPair.objects.overdue(seconds).values_list("pk", flat=True)[:100])
    if not ids:
        return 0
    _close(ids, HalfState.FAILED, "slow")
    return DraftPair.objects.running().filter(pk__in=ids).update(state=PairState.READY)


def _close(pairs: list[int], state: str, error: str = "") -> None:
    """What was not begun costs nothing; whoever writes the other notices, and says what it took until then."""
    rows = DraftHalf.objects.filter(pair__in=pairs)
    rows.filter(state=HalfState.WAITING).update(state=state, error=error, tokens_in=0, tokens_out=0, cost=0)
    rows.filter(state=HalfState.RUNNING).update(state=state, error=error)


@transaction.atomic
def forget() -> int:
    """Take the words out of old pairs that may not be exported; which style won stays. How many; safe to repeat."""
    ids = list(DraftPair.objects.forgettable(timezone.now() - KEPT).values_list("pk", flat=True)[:500])
    DraftHalf.objects.filter(pair__in=ids).update(text="")
    return DraftPair.objects.filter(pk__in=ids).update(text="", key="", cleared_at=timezone.now())
