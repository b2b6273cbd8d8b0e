"""A look ends with the session that it holds in."""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.http import HttpRequest

from metya.wallets.signals import session_ended
from social.looks import actions


def connect() -> None:
    """Called once, when the apps are ready."""
    user_logged_out.connect(signed_out, dispatch_uid="social.looks.signed_out")
    session_ended.connect(ended, dispatch_uid="social.looks.ended")


def signed_out(sender: Any, request: HttpRequest | None = None, **_: Any) -> None:
    session = getattr(request, "session", None)
    if session is not None and session.session_key:
        actions.end_of_session(session_key=session.session_key)


def ended(sender: Any, session_key: str, **_: Any) -> None:
    actions.end_of_session(session_key=session_key)
