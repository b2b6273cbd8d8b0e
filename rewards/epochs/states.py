"""The life of an epoch, and the one way from a state to the next."""

from typing import Any

from django.utils.translation import gettext as _

from rewards.epochs.errors import Overtaken
from rewards.epochs.models import Epoch, EpochState

_S = EpochState
TRANSITIONS: dict[str, frozenset[str]] = {
    _S.OPEN: frozenset({_S.CLOSED}),
    _S.CLOSED: frozenset({_S.SCORED}),
    _S.SCORED: frozenset({_S.ATTESTED}),
    _S.ATTESTED: frozenset({_S.IN_REVIEW}),
    # A rejected batch sends the epoch back, so that a new version is prepared; a revoked root does the same.
    _S.IN_REVIEW: frozenset({_S.APPROVED, _S.ATTESTED}),
    _S.APPROVED: frozenset({_S.PUBLISHED, _S.FINAL, _S.ATTESTED}),
    _S.PUBLISHED: frozenset({_S.FINAL, _S.ATTESTED}),
    _S.FINAL: frozenset(),
}


def move(epoch: Epoch, to: str, **fields: Any) -> None:
    """Moves ``epoch`` from the state it was read in and sets ``fields``; in the caller's transaction.

    Raises Overtaken when another worker moved it since, ValueError for a transition that is not declared.
    """
    if to not in TRANSITIONS[epoch.state]:
        raise ValueError(f"an epoch does not go from {epoch.state} to {to}")
    if not Epoch.objects.filter(pk=epoch.pk, state=epoch.state).update(state=to, **fields):
        message = _("Epoch %(number)d was moved by someone else meanwhile.") % {"number": epoch.pk}
        raise Overtaken(message, data={"epoch": epoch.pk})
    epoch.state = to
    for name, value in fields.items():
        setattr(epoch, name, value)
