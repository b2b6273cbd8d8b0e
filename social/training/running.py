"""The life of a round: begun, computed, stored whole at one moment, or failed with its reason.

Nothing is stored before the end but the row of the round, so whoever dies on the way leaves the champion as it was; the next
pass finds a row that has been silent too long, says so on it, and begins anew. A member who takes the consent back while a
round is computed is taken out by computing it again; the last look at the consents holds them still until all is stored.
Whoever goes on leaving, or deleting examples, stops nothing by it: after a few times it is computed without any of theirs.
"""

import logging
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from metya.ops import audit
from metya.wallets.models import Member
from social.consent.models import Grant, Purpose
from social.ranking.champions import ensure_first
from social.ranking.maths.errors import RankingError
from social.ranking.models import ModelVersion, Steering
from social.training import ballots, budget, folders, lots, replaying, snapshot, storing, stylepay, styles, versions
from social.training.budget import Budget
from social.training.computing import NothingToLearn, Result, Setting, compute, silently
from social.training.models import Mode, Round, RoundState
from social.training.snapshot import Snapshot
from social.training.stylepay import Known

logger = logging.getLogger(__name__)
# How often a round is computed with all who are there, because somebody withdrew meanwhile, or the version in use changed;
# and how often after that without anybody who was seen to leave. From then on nobody can stop a round twice.
ATTEMPTS, WITHOUT = 3, 5
_LONGEST = 500


class Again(Exception):
    """What was computed is not true any more: ``withdrawn`` (by ``members``), ``champion-changed``, ``switched``."""

    def __init__(self, code: str, members: Collection[int] = ()) -> None:
        super().__init__(code)
        self.members = members


class Gone(Exception):
    """Another pass took this round for dead, and said so on its row."""


@dataclass(frozen=True)
class Computed:
    """What a round would store."""

    taken: Snapshot
    parent: ModelVersion
    setting: Setting
    result: Result
    mode: str


def train(*, asked_by: Member | None = None, fresh: bool = False) -> Round | None:
    """One round to its end or to the vote on it, with its row; None while another runs or is voted on, while training is stopped,
    or where nothing changed since the last one (``fresh``: train all the same)."""
    heal()
    ballots.close_due()
    if versions.mode() == Mode.STOPPED or Round.objects.voting().exists() or (not fresh and unchanged()):
        return None
    one = begin(asked_by)
    if one is None:
        return None
    try:
        _attempts(one)
    except NothingToLearn as nothing:
        _end(one, RoundState.NOTHING, nothing.code, nothing.ids)
    except Gone:
        logger.exception("round %s was taken for dead while it ran; nothing of it is stored", one.number)
    except Again as again:
        _end(one, RoundState.FAILED, str(again))
    except RankingError as error:
        logger.exception("round %s cannot be computed", one.number)
        _end(one, RoundState.FAILED, f"{error.code}: {error}")
    except OSError as error:
        logger.exception("the record of round %s cannot be written", one.number)
        _end(one, RoundState.FAILED, f"disk: {error.strerror or error}")
    except Exception as error:
        logger.exception("round %s failed", one.number)
        _end(one, RoundState.FAILED, f"fault: {type(error).__name__}")
    one.refresh_from_db()
    if one.state == RoundState.DONE:
        lots.invite(one.number + 1)
    return one


def heal() -> int:
    """Mark rounds that died with their process as failed, and clear away what they left on disk; how many."""
    found = 0
    for one in Round.objects.silent():
        found += _end(one, RoundState.FAILED, "silent")
    return found


def begin(asked_by: Member | None = None) -> Round | None:
    """The row of the next round; None while another runs or is voted on."""
    try:
        with transaction.atomic():
            number = int(Round.objects.aggregate(last=Max("number"))["last"] or 0) + 1
            one = Round.objects.create(number=number, asked_by=asked_by)
            # Asked last: making the row waited for whoever was just storing a round. What that one may pay is promised only
            # when its vote is over, so a round beside it would be told to pay the same grains, and the same gain of styles.
            if Round.objects.voting().exists():
                transaction.set_rollback(True)
                return None
            return one
    except IntegrityError:
        return None


def unchanged() -> bool:
    """Whether the last finished round had the same examples and the same champion, or nothing to learn from the same, and
    nobody who trains changed their group since."""
    last = Round.objects.told().latest_first().first()
    if last is None or _regrouped(last):
        return False
    if last.state == RoundState.NOTHING:
        return snapshot.take().ids == last.ids
    champion = ModelVersion.objects.champion().first()
    standing = champion is not None and champion.pk in (last.parent_id, last.challenger_id)
    promoted = champion is not None and champion.pk == last.challenger_id
    return standing and not promoted and snapshot.take().ids == last.ids


def _regrouped(last: Round) -> bool:
    """Whether an example counts for another group than it did."""
    training = Grant.objects.active(Purpose.TRAIN).values("member")
    return Steering.objects.filter(group_changed_at__gte=last.started_at, member__in=training).exists()


def computed(number: int, without: Collection[int] = (), beat: Callable[[], None] = silently) -> Computed:
    """The round as it would be now, of all members but ``without``; stores nothing. ``beat`` is called between its stages.

    Raises NothingToLearn, RankingError, and what ``beat`` raises.
    """
    taken, parent, mode = snapshot.take(without), ensure_first(), versions.mode()
    weights = versions.readable(parent)
    if weights is None:
        raise RankingError("The version in use cannot be read; bring an earlier one back.", code="champion-unreadable")
    purse = budget.now()
    setting = Setting(
        number=number,
        version=versions.next_number(),
        parent=parent.number,
        champion=weights,
        seed=lots.draw(number).seed,
        budget=_budget(parent, purse),
        promoting=mode in (Mode.ON, Mode.VOTE),
        ballot=versions.ballot() if mode == Mode.VOTE else None,
        carried=ballots.carried(),
        explored=replaying.explored(taken.groups),
        styles=_styles(number, taken, purse),
    )
    return Computed(taken, parent, setting, compute(taken, setting, beat), mode)


def _styles(number: int, taken: Snapshot, purse: Budget) -> Known:
    """What is known of styles when the round begins: a vote that came later brings nothing from it."""
    began = Round.objects.filter(number=number).values_list("started_at", flat=True).first() or timezone.now()
    claimed = styles.claims(taken.choices.cards, began) if len(taken.choices) else []
    return Known(purse, stylepay.last_strengths(), tuple(claimed))


def _budget(parent: ModelVersion, purse: Budget) -> Budget:
    """Nothing where a gain over this very version was paid before: brought back, it would have the same one paid again."""
    paid = Round.objects.finished().filter(parent=parent, pool__gt=0).exists()
    return Budget() if paid else purse


def _attempts(one: Round) -> None:
    seen: set[int] = set()
    for attempt in range(1, ATTEMPTS + WITHOUT + 1):
        _beat(one)
        made = computed(one.number, seen if attempt > ATTEMPTS else (), partial(_beat, one))
        draft = folders.draft(one.number, made.result.record)
        try:
            _beat(one)
            _stored(one, made, draft)
            return
        except Again as again:
            logger.warning("round %s begins anew: %s", one.number, again)
            seen.update(again.members)
            if attempt == ATTEMPTS + WITHOUT:
                raise
        finally:
            shutil.rmtree(draft.place, ignore_errors=True)


def _stored(one: Round, made: Computed, draft: folders.Draft) -> None:
    """Raises Again, also for an example that was deleted while its value was written down, and Gone."""
    try:
        _store(one, made, draft)
    except IntegrityError as error:
        raise Again("withdrawn", snapshot.leavers(made.taken)) from error


@transaction.atomic
def _store(one: Round, made: Computed, draft: folders.Draft) -> None:
    """All of it, or nothing. Raises Again, Gone."""
    row = Round.objects.select_for_update().running().filter(pk=one.pk).first()
    if row is None:
        raise Gone
    # Taking a consent back waits here, and counts from the next round on. New pages and taps, which refer to the version in
    # use and to consents, do not wait: to write the values of a large community takes a while.
    for purpose in (Purpose.TRAIN, Purpose.EVALUATE):
        held = Grant.objects.active(purpose).select_for_update(no_key=True, of=("self",))
        list(held.order_by("pk").values_list("pk", flat=True))
    styles.hold(made.taken.choices)
    if left := snapshot.leavers(made.taken):
        raise Again("withdrawn", left)
    champion = ModelVersion.objects.select_for_update(no_key=True).champion().first()
    if champion is None or champion.pk != made.parent.pk:
        raise Again("champion-changed")
    if versions.mode() != made.mode:
        raise Again("switched")
    version = storing.store(row, made.taken, made.setting, made.result, champion)
    row.folder, row.record_sha256 = str(row.number), draft.sha256
    row.save(update_fields=["folder", "record_sha256"])
    audit.record(
        row.asked_by, "training.round", row, promoted=row.verdict["promote"], version=version.number,
        snapshot=row.snapshot, record=row.record_sha256,
    )  # fmt: skip
    # Last, so that a folder with this name belongs to a round that was stored; what fails after it clears it away.
    folders.name(draft, row.number)


def _beat(one: Round) -> None:
    """Say that it is alive. Raises Gone."""
    if not Round.objects.running().filter(pk=one.pk).update(beat_at=timezone.now()):
        raise Gone


def _end(one: Round, state: RoundState, error: str, ids: str = "") -> int:
    """1 when it was running until now."""
    fields = {"state": state, "finished_at": timezone.now(), "error": error[:_LONGEST], "ids": ids}
    changed = Round.objects.running().filter(pk=one.pk).update(**fields)
    if changed:
        folders.clear(one.number)
    return changed
