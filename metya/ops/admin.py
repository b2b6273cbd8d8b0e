"""What staff see of operations: the audit trail, and jobs that gave up."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from metya.ops.models import AuditEvent
from metya.web.staff import ReadOnlyAdmin


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    purpose = _("Who of the staff did what, when and why. Nothing is ever taken out.")
    list_display = ("at", "actor", "verb", "subject_kind", "subject_id")
    list_filter = ("verb", "subject_kind")
    search_fields = ("subject_id", "actor__handle")
    list_select_related = ("actor",)
    date_hierarchy = "at"
    show_full_result_count = False


if admin.site.is_registered(DBTaskResult):
    admin.site.unregister(DBTaskResult)


@admin.register(DBTaskResult)
class JobAdmin(ReadOnlyAdmin):
    """Jobs in the queue and the dead-letter list (status failed)."""

    purpose = _("Work in the background. What failed waits here until somebody has looked why and lets it run again.")
    list_display = ("task_name", "status", "enqueued_at", "started_at", "finished_at", "tries")
    list_filter = ("status",)
    actions = ("run_again",)
    show_full_result_count = False
    fields = (
        "task_path",
        "status",
        "args_kwargs",
        "enqueued_at",
        "started_at",
        "finished_at",
        "run_after",
        "traceback",
    )

    @admin.display(description=_("tries"))
    def tries(self, job: DBTaskResult[..., Any]) -> int:
        return len(job.worker_ids)

    @admin.action(description=_("Run again"), permissions=["retry"])
    def run_again(self, request: HttpRequest, jobs: QuerySet[DBTaskResult[..., Any]]) -> None:
        count = jobs.filter(status=TaskResultStatus.FAILED).update(
            status=TaskResultStatus.READY, run_after=timezone.now(), worker_ids=[]
        )
        text = ngettext("%(count)d job goes back to the queue.", "%(count)d jobs go back to the queue.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser
