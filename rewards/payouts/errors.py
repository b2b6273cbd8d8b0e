"""What reviewing and paying refuse."""

from metya.web.errors import Conflict, Invalid, NotAllowed


class NotReviewer(NotAllowed):
    """Only a payout reviewer may do this."""

    code = "not-reviewer"


class SamePerson(NotAllowed):
    """Two different people have to do this."""

    code = "same-person"


class SecondFactorNeeded(NotAllowed):
    """The second factor was not shown within the last five minutes."""

    code = "second-factor"


class WrongState(Conflict):
    """The batch, payout or hold is not in a state that allows this (any more)."""

    code = "wrong-state"


class ContentChanged(Conflict):
    """Rows or files are not what was reviewed."""

    code = "content-changed"


class EarlierBatchFirst(Conflict):
    """The batch of the epoch before is not approved yet."""

    code = "earlier-first"


class PointsOpen(Invalid):
    """A point of the checklist was not confirmed."""

    code = "points-open"
