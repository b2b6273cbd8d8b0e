"""Writing down a round that was computed: the version, its figures, and what each member's examples were worth."""

import hashlib
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from django.db.models import Q
from django.utils import timezone

from social.ranking.maths import rounds
from social.ranking.maths.evaluation import Score
from social.ranking.maths.features import FEATURES_VERSION
from social.ranking.models import ModelVersion, State
from social.training import ballots, stylepay, versions
from social.training.computing import Result, Setting
from social.training.models import ExampleValue, MemberValue, Round, RoundState
from social.training.snapshot import Snapshot

BATCH = 2_000
# How long the values of single examples are kept, of rounds that paid nothing and of those that paid.
KEPT, KEPT_PAID = timedelta(days=30), timedelta(days=400)
# What a version depends on beside its examples; the modules of `social.ranking.maths` that compute.
_CODE = ("cards", "design", "features", "heldout", "learning", "payment", "promotion", "rounds", "valuation", "weights")


@cache
def code_version() -> str:
    """SHA-256 of the source that computed a round."""
    place = Path(rounds.__file__).parent
    return hashlib.sha256(b"".join((place / f"{name}.py").read_bytes() for name in _CODE)).hexdigest()


def store(row: Round, taken: Snapshot, setting: Setting, result: Result, champion: ModelVersion) -> ModelVersion:
    """The challenger as a version, in use, up for a vote or rejected; the round with its figures; values. In a transaction."""
    version = ModelVersion.objects.create(
        number=setting.version,
        state=State.REJECTED,
        weights=result.record.inputs.challenger(result.outcome.table).to_json(),
        features_version=FEATURES_VERSION,
        parent=champion,
        snapshot=result.record.snapshot,
        lam=result.record.inputs.rules.lam,
        metrics=_figures(result),
        code=code_version(),
    )
    row.state, row.finished_at = RoundState.DONE, timezone.now()
    if result.promote and setting.ballot:
        version.state = State.CHALLENGER
        version.save(update_fields=["state"])
        ballots.begin(row, *setting.ballot)
    elif result.promote and setting.promoting:
        versions.put_in_use(version)
    gain = result.outcome.gain
    row.snapshot, row.ids = result.record.snapshot, taken.ids
    row.examples, row.members = len(result.examples), len(result.members)
    row.parent, row.challenger = champion, version
    row.gain, row.gain_low, row.gain_high = gain.mean, gain.lower, gain.upper
    row.verdict, row.curve = _verdict(taken, setting, result), result.curve
    row.budget, row.pool = _budget(setting, result), result.outcome.shares.pool
    row.styles_pool = result.styles.outcome.pool if result.styles else 0
    row.rules, row.styles = asdict(result.record.inputs.rules), stylepay.told(result.styles)
    row.save()
    _values(row, result)
    stylepay.store(row, result.styles)
    return version


def _budget(setting: Setting, result: Result) -> int:
    """What the round might have paid in all: where examples may be paid nothing, styles still might."""
    return setting.styles.purse.grains if result.styles else setting.budget.grains


def _figures(result: Result) -> dict[str, Any]:
    return {"total": _score("", result.total), "groups": [_score(name, one) for name, one in result.scores.items()]}


def _score(name: str, one: Score) -> dict[str, Any]:
    return {"name": name, **asdict(one)}


def _verdict(taken: Snapshot, setting: Setting, result: Result) -> dict[str, Any]:
    said, inputs = result.outcome.verdict, result.record.inputs
    reasons = list(said.reasons)
    reasons += ["captured"] * result.capture.alarm
    reasons += ["pinned"] * (not setting.promoting)
    return _figures(result) | {
        "promote": result.promote and setting.promoting and not setting.ballot,
        "rule": said.promote,
        "reasons": reasons,
        "worse": [inputs.groups[at] if at >= 0 else "" for at in said.worse],
        "replay": asdict(inputs.replay) if inputs.replay else None,
        "validators": len(np.unique(inputs.validation.members)),
        "answers": len(inputs.validation),
        "capture": asdict(result.capture),
        "damaged": taken.damaged,
    }


def _values(row: Round, result: Result) -> None:
    """Balances move with money alone: where nothing was paid, nobody carries anything on for it."""
    record, shares = result.record, result.outcome.shares
    paying = shares.pool > 0
    numbers = record.inputs.examples.members.tolist()
    members = result.members.tolist()
    balances = shares.balances if paying else record.inputs.carried
    columns = zip(members, record.member_values, record.inputs.items, record.grains, balances, strict=True)
    MemberValue.objects.bulk_create(
        (
            MemberValue(round=row, member_id=pk, number=at, phi=phi, items=items, grains=grains, balance=balance)
            for at, (pk, phi, items, grains, balance) in enumerate(columns)
        ),
        batch_size=BATCH,
    )
    rows = zip(result.examples.tolist(), numbers, record.values.tolist(), strict=True)
    ExampleValue.objects.bulk_create(
        (
            ExampleValue(round=row, example_id=pk, member_id=members[number], number=at, phi=phi)
            for at, (pk, number, phi) in enumerate(rows)
        ),
        batch_size=BATCH,
    )


def kept_until(one: Round) -> datetime | None:
    """When the values of a round's single examples go; None while it runs."""
    return one.finished_at and one.finished_at + (KEPT_PAID if one.pool else KEPT)


def forget_details() -> int:
    """Take out the values of single examples of rounds long over; members' sums and the public record stay."""
    now = timezone.now()
    over = Q(pool=0, finished_at__lt=now - KEPT) | Q(finished_at__lt=now - KEPT_PAID)
    return ExampleValue.objects.filter(round__in=Round.objects.finished().filter(over)).delete()[0]
