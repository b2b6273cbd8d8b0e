"""The public record of each round on disk: DATA_DIR/training/<number>/, written beside and given its name when all is stored."""

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from social.ranking.maths import record
from social.training.models import Round

FILES = record.FILES


@dataclass(frozen=True)
class File:
    """One file of a record. Bytes and hex."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Draft:
    """A record under a name of its own, and what vouches for it."""

    place: Path
    sha256: str


def home() -> Path:
    """Where the records are."""
    return Path(settings.TRAINING_DIR)


def directory(number: int) -> Path:
    """The record of a round."""
    return home() / str(number)


def draft(number: int, whole: record.Round) -> Draft:
    """Write a record beside the others. Raises OSError."""
    home().mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix=f".{number}-", dir=home()))
    try:
        place.chmod(0o755)
        record.write(place, whole)
        return Draft(place, sha256_of(sums(place)))
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise


def name(made: Draft, number: int) -> None:
    """Give a draft its name; what stands there belongs to no stored round."""
    shutil.rmtree(directory(number), ignore_errors=True)
    made.place.rename(directory(number))
    handle = os.open(home(), os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def clear(number: int) -> None:
    """Remove what a round that failed left."""
    shutil.rmtree(directory(number), ignore_errors=True)
    for place in home().glob(f".{number}-*"):
        shutil.rmtree(place, ignore_errors=True)


def names(place: Path) -> list[str]:
    """The files of a record in their order: those about styles only where a round valued any."""
    return [*FILES, *(name for name in record.STYLE_FILES if (place / name).exists())]


def sums(place: Path) -> str:
    """The lines of sha256sum over the files in their order. Raises OSError."""
    return "".join(f"{_digest(place / file)}  {file}\n" for file in names(place))


def _digest(file: Path) -> str:
    """A public page asks each time, and files may be large: read anew only where the file is another one."""
    found = file.stat()
    return _digest_of(file, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


@lru_cache(maxsize=1_000)
def _digest_of(file: Path, *_state: int) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def sha256_of(lines: str) -> str:
    """What vouches for a folder: the SHA-256 of those lines."""
    return hashlib.sha256(lines.encode()).hexdigest()


def listing(one: Round) -> tuple[list[File], bool]:
    """The files of a round's record, none where it has none or they cannot be read, and whether they are as they were stored."""
    if not one.folder:
        return [], False
    place = directory(one.number)
    try:
        lines = sums(place)
        pairs = (line.split("  ") for line in lines.splitlines())
        files = [File(name, (place / name).stat().st_size, digest) for digest, name in pairs]
    except OSError:
        return [], False
    return files, sha256_of(lines) == one.record_sha256
