"""A device goes with its session. Sessions that are ended take it along by themselves; one that signs out is flushed."""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.http import HttpRequest

from social.push.models import PushDevice


def connect() -> None:
    """Called once, when the apps are ready."""
    user_logged_out.connect(forget_device, dispatch_uid="social.push.forget_device")


def forget_device(sender: Any, request: HttpRequest | None = None, **_: Any) -> None:
    session = getattr(request, "session", None)
    if session is not None and session.session_key:
        PushDevice.objects.filter(session__session_key=session.session_key).delete()
