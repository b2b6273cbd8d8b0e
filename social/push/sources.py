"""Who puts into words what is pushed: each part of the social side its own things, judged at the moment of sending.

Parts register themselves when the apps are ready, so that this package knows none of them and reads none of their tables.
"""

from collections.abc import Callable
from dataclasses import dataclass

from metya.wallets.models import Member


@dataclass(frozen=True)
class Said:
    """What a device shows: ``title``, ``body`` (may be empty) and the ``path`` of this site that it leads to.

    ``newest`` is the id of the newest thing that it tells of; ``loud``: it makes itself heard again where it takes the place
    of an older one.
    """

    title: str
    body: str
    path: str
    newest: int
    loud: bool = False


# (member, id of the newest thing) to the words; None when there is nothing to tell (any more) that they may know.
Source = Callable[[Member, int], Said | None]
_sources: dict[str, Source] = {}


def register(kind: str, source: Source) -> None:
    """``kind`` up to 16 characters."""
    _sources[kind] = source


def said(kind: str, member: Member, about: int) -> Said | None:
    """The words for ``member``, as things are now."""
    return _sources[kind](member, about)
