from typing import ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OpsConfig(AppConfig):
    name = "metya.ops"
    label = "ops"
    verbose_name = _("Operations")
    role_permissions: ClassVar[dict[str, list[str]]] = {
        "auditor": ["ops.view_auditevent", "django_tasks_database.view_dbtaskresult"]
    }

    def ready(self) -> None:
        from metya.ops import jobs

        jobs.connect()
