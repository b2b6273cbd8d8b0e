"""Writing audit events."""

from typing import Any

from django.db import connection, models

from metya.ops.models import AuditEvent
from metya.wallets.models import Member


def record(actor: Member | None, verb: str, subject: models.Model, **data: Any) -> AuditEvent:
    """Note that ``actor`` (None: the system) did ``verb`` to ``subject``; must run inside the deed's transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError("An audit event belongs to the transaction of what it records.")
    return AuditEvent.objects.create(
        actor=actor, verb=verb, subject_kind=subject._meta.model_name or "", subject_id=str(subject.pk), data=data
    )
