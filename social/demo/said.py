"""One thing said in the demo community."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass
class Said:
    """One post, reply or quote. ``parent`` and ``quoted`` are other things said; ``author`` is a place among people."""

    author: int
    text: str
    at: datetime
    kind: str
    topic: str
    parent: "Said | None" = None
    quoted: "Said | None" = None
    picture: str = ""
    alt: str = ""
    followers_only: bool = False
    place: int = -1
    likes: int = 0
    speakers: dict[str, int] = field(default_factory=dict)

    def move(self, shift: timedelta) -> None:
        """Let it have been so much later."""
        self.at += shift

    @property
    def root(self) -> "Said":
        """The first of the thread."""
        return self.parent.root if self.parent else self
