"""An epoch's folder: the frozen inputs, the result, and after approval holds and tree. All of it public.

Frozen files are first written to a folder of their own beside it (`.<number>-…`). Only when the database says that the
epoch is closed with exactly that root is the folder given its name, so that whatever dies in between, and whoever else
tried at the same time, `<number>/` holds what the database vouches for; `settle` finishes what was interrupted.
"""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from django.conf import settings

from rewards import engine
from rewards.epochs.errors import FilesDamaged
from rewards.epochs.models import Epoch

INPUTS = engine.INPUT_FILES
RESULTS = ("payouts.csv", "result.json")
AFTER_APPROVAL = ("holds.csv", "tree.json")
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
        good = next((draft for draft in drafts if is_intact(epoch, draft)), None)
        if good is not None:
            _name(epoch, good, target)
        elif not is_intact(epoch, target):
            # Not settled meanwhile by another worker either, whose draft was the good one.
            raise FilesDamaged(
                f"The files of epoch {epoch.number} in {target} are not those that were frozen; bring them back.",
                data={"epoch": epoch.number},
            )
        sync(target.parent)
    for draft in target.parent.glob(f".{epoch.number}-*"):
        shutil.rmtree(draft, ignore_errors=True)
    return target


def _name(epoch: Epoch, good: Path, target: Path) -> None:
    try:
        if target.exists():
            target.rename(tempfile.mkdtemp(prefix=f".{epoch.number}-old-", dir=target.parent) + "/was")
        good.rename(target)
    except OSError:
        # Another worker settles it at this moment.
        if not is_intact(epoch, target):
            raise


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
