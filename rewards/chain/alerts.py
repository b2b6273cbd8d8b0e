"""Telling a person: an audit event and a line in the log, once per change and not once per pass."""

import logging
from typing import Any

from django.db import models, transaction

from metya.ops import audit
from metya.ops.models import AuditEvent

logger = logging.getLogger(__name__)


def alert(verb: str, subject: models.Model, **data: Any) -> bool:
    """Notes `verb` on `subject` unless its newest event of that verb says the same; whether it was noted."""
    with transaction.atomic():
        said = AuditEvent.objects.filter(
            verb=verb, subject_kind=subject._meta.model_name or "", subject_id=str(subject.pk)
        ).order_by("-id")
        newest = said.values_list("data", flat=True).first()
        if newest == data:
            return False
        audit.record(None, verb, subject, **data)
    logger.error("%s: %s %s", verb, subject, data)
    return True
