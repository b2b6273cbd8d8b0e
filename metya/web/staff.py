"""Base of admin pages on rows that no form may change: money, facts, the audit trail."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.text import capfirst

from metya.wallets.models import Member
from metya.web import headings
from metya.web.http import member_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Look, filter, search; what may be changed is changed by audited actions, not even by a superuser here.

    ``purpose`` says to a newcomer what the rows are, ``deed`` to those who may what to do with them: on the index, and above
    the list.
    """

    purpose: "StrOrPromise" = ""
    deed: "StrOrPromise" = ""

    def __init__(self, model: type[Model], admin_site: admin.AdminSite) -> None:
        for shown in (model, *(inline.model for inline in self.inlines)):
            headings.give(shown)
        super().__init__(model, admin_site)

    def may_act(self, request: HttpRequest) -> bool:
        """Whether ``deed`` is for this visitor."""
        return bool(self.get_actions(request))

    def told(self, request: HttpRequest) -> str:
        """What the visitor is told of this table."""
        return f"{self.purpose} {self.deed if self.deed and self.may_act(request) else ''}".strip()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Headed by what the rows are, not by what a form would do with one of them."""
        words = {"title": capfirst(self.opts.verbose_name_plural), "purpose": self.told(request)}
        return super().changelist_view(request, words | (extra_context or {}))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ActionFormAdmin(ReadOnlyAdmin):
    """Rows that some may write: by a form that calls the action while it is judged, and leaves the row in ``written``."""

    def may_write(self, member: Member) -> bool:
        """Who makes and changes them."""
        raise NotImplementedError

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form knows who writes; who only looks gets one that does nothing."""
        actor = member_of(request)
        if not self.may_write(actor):
            return super().get_form(request, obj, change, form=forms.ModelForm, **kwargs)
        made: Any = super().get_form(request, obj, change, **kwargs)
        made.actor = actor
        return made

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        """It was written when the form was judged."""
        return form.written

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """As ``save_form``."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """What hangs on the row is only shown."""

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """The audit event says it."""
        return []

    def may_act(self, request: HttpRequest) -> bool:
        return self.may_write(member_of(request))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_write(member_of(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_write(member_of(request))


class SingleRowAdmin(ActionFormAdmin):
    """A table of at most one row, made by the first save: where others have a list it has its form."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As long as there is no row."""
        return super().has_add_permission(request, obj) and not self.get_queryset(request).exists()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The way to the form; who may only look is told that there is nothing yet."""
        name, row = f"admin:{self.opts.app_label}_{self.opts.model_name}", self.get_queryset(request).first()
        if row is not None and self.has_view_permission(request):
            return HttpResponseRedirect(reverse(f"{name}_change", args=[row.pk]))
        if self.has_add_permission(request):
            return HttpResponseRedirect(reverse(f"{name}_add"))
        return super().changelist_view(request, extra_context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Headed as the list would be, with one way to save."""
        words = {
            "title": capfirst(self.opts.verbose_name_plural),
            "purpose": self.told(request),
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
        }
        return super().changeform_view(request, object_id, form_url, words | (extra_context or {}))
