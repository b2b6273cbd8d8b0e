"""Errors of the engine: each says where the fault is and what it is."""

_LONGEST_SHOWN = 60


class EngineError(Exception):
    """Something the engine refuses; its text is one line for a person."""


class InputError(EngineError):
    """A file that does not follow the rules: `file:line: reason`."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(f"{file}:{line}: {reason}")
        self.file = file
        self.line = line
        self.reason = reason


def shown(text: str) -> str:
    """Text out of a file for a message: quoted, cut short, and nothing in it that a terminal would obey."""
    return repr(text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…")


class EmptyTreeError(EngineError):
    """No wallet has anything to claim, so there is no tree."""
