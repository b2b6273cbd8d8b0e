"""Posts as moderators see them: read, and made a case of."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from metya.web.http import member_of
from metya.web.staff import ReadOnlyAdmin
from social.moderation.deeds import open_cases
from social.posts.models import Post


@admin.register(Post)
class PostAdmin(ReadOnlyAdmin):
    """Newest first; nothing is edited."""

    purpose = _("Every post that staff may see.")
    deed = _("Tick one to open a case about it, which is decided in the queue.")
    list_display = ("pk", "author", "excerpt", "visibility", "created_at", "deleted_at", "like_count", "reply_count")
    list_filter = ("visibility", ("deleted_at", admin.EmptyFieldListFilter))
    list_select_related = ("author",)
    search_fields = ("=author__handle",)
    search_help_text = _("The author's handle")
    ordering = ("-pk",)
    list_per_page = 50
    show_full_result_count = False
    exclude = ("html", "client_key")
    actions = ("open_case",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Post]":
        return Post.objects.originals()

    @admin.display(description=_("text"))
    def excerpt(self, row: Post) -> str:
        return str(row)

    @admin.action(description=_("Open a case…"), permissions=["remove"])
    def open_case(self, request: HttpRequest, rows: "QuerySet[Post]") -> HttpResponse | None:
        return open_cases(self, request, rows, lambda row: {"member": row.author, "post": row})

    def has_remove_permission(self, request: HttpRequest) -> bool:
        return member_of(request).has_perm("social.remove_post")
