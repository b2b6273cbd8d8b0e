"""Versions of the ranking as staff see them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from metya.web.staff import ReadOnlyAdmin
from social.ranking.models import ModelVersion


@admin.register(ModelVersion)
class ModelVersionAdmin(ReadOnlyAdmin):
    """Newest first; nothing is changed here."""

    purpose = _("By which weights “For you” ranks, and by which it did before.")
    list_display = ("number", "state", "created_at", "promoted_at", "note")
    list_filter = ("state",)
    ordering = ("-number",)
    show_full_result_count = False
