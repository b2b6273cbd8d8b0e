"""What epochs refuse."""

from metya.web.errors import ActionError, Conflict


class UnknownEpoch(ActionError):
    """There is no epoch of that number (yet)."""

    code = "unknown-epoch"
    status = 404


class EpochNotOver(Conflict):
    """Its day is not over, or was not over long enough ago."""

    code = "epoch-not-over"


class OutOfOrder(Conflict):
    """An earlier epoch has to be closed first; ``data['epoch']`` is the first of them."""

    code = "out-of-order"


class Overtaken(Conflict):
    """Another worker moved it meanwhile."""

    code = "overtaken"


class FilesDamaged(Conflict):
    """The files of an epoch are missing, or are not those that were frozen; a person has to bring them back."""

    code = "files-damaged"
