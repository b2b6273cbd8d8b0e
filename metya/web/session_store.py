"""Django's sessions in the database, deaf to cookies that never were a key."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from metya.web.prepared import Prepared

_open = Prepared(lambda key: Session.objects.filter(session_key=key, expire_date__gt=timezone.now()), "key")


class SessionStore(DatabaseStore):
    """A key is letters and digits; PostgreSQL refuses to be asked for one with a NUL, which a quoted cookie may hold."""

    def _validate_session_key(self, key: str | None) -> bool:
        return key is not None and key.isascii() and key.isalnum() and 8 <= len(key) <= 40

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        """As Django's own: the session while it lasts; without one the key is forgotten."""
        found: AbstractBaseSession | None = next(iter(_open(key=self.session_key)), None) if self.session_key else None
        if found is None:
            self._session_key = None
        return found
