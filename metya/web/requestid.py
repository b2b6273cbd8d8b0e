"""The current request's id, for the log; imports nothing of Django so that logging can load it first."""

import logging
from contextvars import ContextVar

current: ContextVar[str] = ContextVar("request_id", default="-")


class RequestIdFilter(logging.Filter):
    """Puts the current request's id on every log record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current.get()
        return True


class NotHealthFilter(logging.Filter):
    """Drops the line that Django writes for each 503 of the health page, which monitors ask for all the time."""

    def filter(self, record: logging.LogRecord) -> bool:
        path = getattr(getattr(record, "request", None), "path", "")
        return path != "/healthz"
