"""Sessions end in the site's own part, which knows nothing of live pages; signals are how it reaches here."""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.http import HttpRequest

from metya.wallets.signals import session_ended
from social.live import publish


def connect() -> None:
    """Called once, when the apps are ready."""
    user_logged_out.connect(close_sockets, dispatch_uid="social.live.close_sockets")
    session_ended.connect(close_ended, dispatch_uid="social.live.close_ended")


def close_ended(sender: Any, session_key: str, **_: Any) -> None:
    """The session was ended from outside it: its sockets end too."""
    publish.session_ended(session_key)


def close_sockets(sender: Any, request: HttpRequest | None = None, **_: Any) -> None:
    """The session is about to be flushed: its sockets end with it."""
    session = getattr(request, "session", None)
    if session is not None and session.session_key:
        publish.session_ended(session.session_key)
