"""The facts, to look at."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from metya.web.staff import ReadOnlyAdmin
from social.interactions.models import Interaction


@admin.register(Interaction)
class InteractionAdmin(ReadOnlyAdmin):
    """Newest first; nobody changes them here."""

    purpose = _(
        "The facts that influence is computed from: who liked, answered, quoted, shared or followed whom, and when."
    )
    list_display = ("at", "source", "kind", "target", "number", "public", "undone_at")
    list_filter = ("kind", "public")
    list_select_related = ("source", "target")
    search_fields = ("=source__handle", "=target__handle")
    ordering = ("-pk",)
    list_per_page = 50
    show_full_result_count = False

    @admin.display(description=_("post"), ordering="post")
    def number(self, row: Interaction) -> int | None:
        """Of the post: to look it up by."""
        return row.post_id
