"""What the pure part of the ranking refuses."""

_LONGEST_SHOWN = 60


class RankingError(Exception):
    """Input that cannot be used; the text is one line for a person, `code` is for programs."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


def shown(text: str) -> str:
    """Text out of a file for a message: quoted, cut short, and nothing in it that a terminal would obey."""
    return repr(text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…")
