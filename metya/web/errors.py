"""Errors that people can act on: a stable code, a message, a status and optional data."""

from typing import Any


class ActionError(Exception):
    """A business rule said no.

    ``code`` never changes once released (clients rely on it); ``message`` is translated text that says what to do;
    ``status`` is the HTTP status (4xx); ``data`` goes into the JSON form as it is.
    """

    code = "refused"
    status = 400

    def __init__(
        self, message: str, *, code: str | None = None, status: int | None = None, data: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.status = status or type(self).status
        self.data = data or {}


class NotAllowed(ActionError):
    """The actor may see the thing but not do this to it."""

    code = "not-allowed"
    status = 403


class Invalid(ActionError):
    """What was sent breaks a rule of the field named in ``data['field']``."""

    code = "invalid"
    status = 422


class Conflict(ActionError):
    """The thing is in a state that does not allow this (any more)."""

    code = "conflict"
    status = 409


class TooMany(ActionError):
    """Rate limit reached; ``data['retry_after']`` in seconds."""

    code = "too-many"
    status = 429


class Unavailable(ActionError):
    """Something outside (chain, disk, endpoint) does not answer; trying later may work."""

    code = "unavailable"
    status = 503
