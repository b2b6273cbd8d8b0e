"""An epoch's folder: the frozen inputs, the result, and after approval holds and tree. All of it public.

Frozen files are first written to a folder of their own beside it (`.<number>-…`). Only when the database says that the
epoch is closed with exactly that root is the folder given its name, so that whatever dies in between, and whoever else
tried at the same time, `<number>/` holds what the database vouches for; `settle` finishes what was interrupted.
"""

import hashlib
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from rewards import engine
from rewards.epochs.errors import FilesDamaged
from rewards.epochs.models import Epoch

INPUTS = engine.INPUT_FILES
RESULTS = ("payouts.csv", "result.json")
AFTER_APPROVAL = ("holds.csv", "tree.json")
_ASIDE = "was"
PUBLIC = (*INPUTS, *RESULTS, *AFTER_APPROVAL)


def directory(number: int) -> Path:
    """The folder of an epoch's files."""
    return Path(settings.EPOCHS_DIR) / str(number)


def scratch(number: int) -> Path:
    """A new folder to freeze into, on the same disk."""
    home = Path(settings.EPOCHS_DIR)
    home.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix=f".{number}-", dir=home))
    place.chmod(0o755)
    return place


def settle(epoch: Epoch) -> Path:
    """The folder of a closed epoch, given its name if that was interrupted. Raises FilesDamaged.

    Other folders that were left behind for it are removed.
    """
    target = directory(epoch.number)
    drafts = sorted(target.parent.glob(f".{epoch.number}-*"))
    if not is_intact(epoch, target):
        # Also what a worker put aside that died before it could put it back.
        places = (place for draft in drafts for place in (draft, draft / _ASIDE))
        good = next((place for place in places if is_intact(epoch, place)), None)
        if good is not None:
            _name(epoch, good, target)
        elif not is_intact(epoch, target):
            # Not settled meanwhile by another worker either, whose draft was the good one.
            raise FilesDamaged(
                f"The files of epoch {epoch.number} in {target} are not those that were frozen; bring them back.",
                data={"epoch": epoch.number},
            )
        sync(target.parent)
    # Those alone that were there before: what another worker put aside since may be the only good one, which it puts back.
    for draft in drafts:
        shutil.rmtree(draft, ignore_errors=True)
    return target


def _name(epoch: Epoch, good: Path, target: Path) -> None:
    """Give it its name, in the place of one that is damaged. Raises OSError."""
    old = Path(tempfile.mkdtemp(prefix=f".{epoch.number}-old-", dir=target.parent)) if target.exists() else None
    try:
        if old is not None:
            target.rename(old / _ASIDE)
        good.rename(target)
    except OSError:
        # Another worker settles it at this moment, and what was put aside may be what it just gave the name.
        if old is not None and is_intact(epoch, old / _ASIDE):
            with suppress(OSError):
                (old / _ASIDE).rename(target)
        if not is_intact(epoch, target):
            raise
    if old is not None:
        shutil.rmtree(old, ignore_errors=True)


def is_intact(epoch: Epoch, place: Path) -> bool:
    """Whether the seven inputs in ``place`` are the frozen ones."""
    try:
        return engine.inputs_root(place) == epoch.inputs_root
    except OSError:
        return False


def sync(place: Path) -> None:
    """Make sure that names in a folder are on disk."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def describe(place: Path, names: tuple[str, ...]) -> dict[str, dict[str, int | str]]:
    """Size in bytes and SHA-256 of those files that exist."""
    found: dict[str, dict[str, int | str]] = {}
    for name in names:
        path = place / name
        if path.exists():
            with path.open("rb") as file:
                found[name] = {"size": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
    return found
