"""What today's epoch would bring if it ended now: by the very same rules, booked nowhere, and shown as an estimate."""

import io
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from django.conf import settings
from django.utils import timezone
from numpy.typing import NDArray

from rewards import engine
from rewards.engine import text
from rewards.epochs import calendar, freezing, scoring
from rewards.epochs.models import Epoch, EpochState

FILE = "estimate.npz"
_EARLY = (EpochState.OPEN, EpochState.CLOSED)


@dataclass(frozen=True)
class Estimate:
    """What a member would earn in the open epoch, in grains; computed ``at``, and the epoch ends at ``closes_at``."""

    epoch: int
    amount: int
    at: datetime
    closes_at: datetime


def compute(now: datetime | None = None) -> bool:
    """Computes today's epoch as it stands and keeps the amounts in a file; False while one before it is not computed."""
    now = now or timezone.now()
    number = calendar.number_at(now)
    epoch = Epoch.objects.filter(pk=number, state=EpochState.OPEN).first() if number is not None else None
    if epoch is None or Epoch.objects.filter(number__lt=epoch.number, state__in=_EARLY).exists():
        return False
    with tempfile.TemporaryDirectory(prefix="metya-estimate-") as place:
        freezing.freeze(epoch, Path(place))
        result = engine.score(engine.read_inputs(place))
    out = io.BytesIO()
    about = np.array([epoch.number, int(now.timestamp())], dtype=np.int64)
    np.savez(out, about=about, wallet=result.payouts.wallet, earned=scoring.earned(result))
    home = _path().parent
    home.mkdir(parents=True, exist_ok=True)
    text.write_file(_path(), [out.getbuffer()])
    return True


def of(wallets: Iterable[str], now: datetime | None = None) -> Estimate | None:
    """The estimate for the wallets together; None when there is none for today's epoch."""
    try:
        about, listed, earned = _read(_path(), _path().stat().st_mtime_ns)
    except (OSError, EOFError, ValueError, KeyError, BadZipFile):
        return None
    number = calendar.number_at(now or timezone.now())
    if number is None or int(about[0]) != number:
        return None
    own = engine.as_wallets(sorted(wallets))
    places = np.searchsorted(listed, own)
    inside = places < len(listed)
    places = places[inside]
    amount = int(earned[places][listed[places] == own[inside]].sum())
    return Estimate(number, amount, datetime.fromtimestamp(int(about[1]), UTC), calendar.bounds(number)[1])


@lru_cache(maxsize=1)
def _read(path: Path, _changed: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Read once, and again when the file has changed."""
    with np.load(path, allow_pickle=False) as kept:
        return kept["about"], kept["wallet"], kept["earned"]


def _path() -> Path:
    return Path(settings.EPOCHS_DIR) / FILE
