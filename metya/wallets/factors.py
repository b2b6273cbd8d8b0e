"""allauth says by signals that a second factor was set up or removed; here it is written down."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpRequest

from metya.ops import audit
from metya.wallets.models import Member


def connect() -> None:
    """Called once, when the apps are ready."""
    signals.authenticator_added.connect(note_added, dispatch_uid="metya.wallets.factors.added")
    signals.authenticator_removed.connect(note_removed, dispatch_uid="metya.wallets.factors.removed")
    signals.authenticator_reset.connect(note_reset, dispatch_uid="metya.wallets.factors.reset")


def note_added(request: HttpRequest, user: Member, authenticator: Authenticator, **_: Any) -> None:
    """Setting a factor up proves that the member holds it, so this session has given it."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type, reauthenticated=True)
        _write(user, "second_factor.added", authenticator)


def note_removed(user: Member, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        _write(user, "second_factor.removed", authenticator)


def note_reset(user: Member, authenticator: Authenticator, **_: Any) -> None:
    _write(user, "second_factor.new_codes", authenticator)


def _write(member: Member, verb: str, authenticator: Authenticator) -> None:
    with transaction.atomic():
        audit.record(member, verb, member, type=authenticator.type)
