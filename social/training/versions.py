"""Which version of the model is in use: promotion by a round, and the way back by an administrator."""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.ops import audit
from metya.wallets.models import Member
from metya.web.errors import Conflict, Invalid, NotAllowed
from social.posts.text import clean_text
from social.ranking.maths.errors import RankingError
from social.ranking.maths.weights import Weights
from social.ranking.models import ModelVersion, State
from social.training import policy
from social.training.models import Mode, Switch

MAX_REASON = 400


def readable(version: ModelVersion) -> Weights | None:
    """Its weights, unless they are cut off, altered or of another list of features."""
    try:
        return Weights.from_json(version.weights)
    except RankingError:
        return None


def next_number() -> int:
    """Of the version that a round would make."""
    return int(ModelVersion.objects.aggregate(last=Max("number"))["last"] or 0) + 1


def put_in_use(version: ModelVersion) -> None:
    """Take the place of the champion; inside a transaction that holds it locked."""
    now = timezone.now()
    ModelVersion.objects.champion().update(state=State.RETIRED, retired_at=now)
    version.state, version.promoted_at, version.retired_at = State.CHAMPION, now, None
    version.save(update_fields=["state", "promoted_at", "retired_at"])


@transaction.atomic
def roll_back(*, actor: Member, version: ModelVersion, reason: str) -> ModelVersion:
    """Bring a version back that was in use before. Training goes on, but promotes nothing until an administrator says so.

    Raises NotAllowed, Invalid (reason), Conflict "in-use", "never-used", "unreadable".
    """
    if not policy.may_steer(actor):
        raise NotAllowed(_("Only administrators choose which version of the model is in use."))
    why = clean_text(reason, most=MAX_REASON, field="reason")
    rows = list(ModelVersion.objects.select_for_update().filter(state=State.CHAMPION))
    version = ModelVersion.objects.select_for_update().get(pk=version.pk)
    if version.state == State.CHAMPION:
        raise Conflict(_("This version is in use already."), code="in-use")
    if version.promoted_at is None:
        raise Conflict(_("This version was never in use: the rule refused it."), code="never-used")
    if readable(version) is None:
        raise Conflict(_("This version cannot be read any more, so it cannot be used."), code="unreadable")
    put_in_use(version)
    _set(actor, Mode.PINNED, why)
    before = rows[0].number if rows else None
    audit.record(actor, "training.rolled_back", version, before=before, now=version.number, reason=why)
    return version


@transaction.atomic
def set_mode(*, actor: Member, mode: str, reason: str, **votes: int) -> Switch:
    """Train and promote, have members vote on what is promoted, train alone, or neither; ``votes`` are ``vote_days`` and
    ``vote_least``. A vote that runs goes on by what it began with. Raises NotAllowed, Invalid (mode, reason)."""
    if not policy.may_steer(actor):
        raise NotAllowed(_("Only administrators switch the training."))
    if mode not in Mode.values:
        raise Invalid(_("Choose what the training does."), data={"field": "mode"})
    why = clean_text(reason, most=MAX_REASON, field="reason")
    switch = _set(actor, mode, why, **votes)
    audit.record(actor, "training.switched", switch, mode=mode, reason=why, **votes)
    return switch


def _set(actor: Member, mode: str, why: str, **votes: int) -> Switch:
    fields = {"mode": mode, "reason": why, "set_by": actor, "set_at": timezone.now(), **votes}
    return Switch.objects.update_or_create(pk=1, defaults=fields)[0]


def mode() -> str:
    """What the training does now; one query."""
    return Switch.objects.values_list("mode", flat=True).filter(pk=1).first() or Mode.ON


def ballot() -> tuple[int, int]:
    """For how many days members vote, and how many of them have to; one query."""
    switch = Switch.objects.filter(pk=1).first() or Switch()
    return switch.vote_days, switch.vote_least
