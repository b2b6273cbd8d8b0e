"""The admin's front door: staff only, with a second factor given in this session."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from metya.ops.waiting import waiting_for
from metya.wallets import roles, secondfactor, views
from metya.web.http import local_path, member_of, viewer_of
from metya.web.staff import ReadOnlyAdmin


class StaffSite(AdminSite):
    """Members sign in by wallet on the ordinary page; here it is only judged whether they may come in."""

    site_header = _("Staff")
    site_title = _("Staff")
    index_title = _("What needs a person")
    site_url = "/"
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        """Active staff whose second factor was given in this session, and the demo cast in demo mode."""
        member = viewer_of(request)
        if member is None or not member.is_active or not member.is_staff:
            return False
        # A page asks three times, and each answer reads the second factors.
        known: tuple[int, bool] | None = getattr(request, "_may_enter", None)
        if known is None or known[0] != member.pk:
            known = (member.pk, secondfactor.verified(request))
            request._may_enter = known  # type: ignore[attr-defined]
        return known[1]

    @method_decorator(never_cache)
    @login_not_required
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is no form here: to the sign-in page, to the second factor, or away."""
        target = local_path(request.GET.get("next"), reverse("admin:index"))
        member = viewer_of(request)
        if member is None:
            return HttpResponseRedirect(f"{settings.LOGIN_URL}?{urlencode({'next': target})}")
        if not member.is_staff:
            raise PermissionDenied
        return secondfactor.require(request, seconds=settings.SESSION_COOKIE_AGE, back=target) or HttpResponseRedirect(
            target
        )

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The site's own sign-out."""
        answer = views.sign_out(request)
        assert isinstance(answer, HttpResponse)  # noqa: S101 - a redirect, or 405
        return answer

    def get_urls(self) -> list[Any]:
        """Django's, without the pages of passwords: nobody has one."""
        return [one for one in super().get_urls() if not str(one.pattern).startswith("password_change/")]

    @method_decorator(never_cache)
    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """What waits for this member of the staff, what their part is, then all that they may look at, each with its purpose."""
        member = member_of(request)
        more = {"waiting": waiting_for(member), "duties": roles.duties_of(member)}
        return super().index(request, {**(extra_context or {}), **more})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """With what each table is for."""
        found = super().get_app_list(request, app_label)
        for app in found:
            for table in app["models"]:
                page = self._registry[table["model"]]
                table["purpose"] = page.told(request) if isinstance(page, ReadOnlyAdmin) else ""
        return found

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Every admin page knows whether its visitor came in without a second factor."""
        context: dict[str, Any] = super().each_context(request)
        member = viewer_of(request)
        context["without_factor"] = member is not None and secondfactor.exempt(member)
        context["has_permission"] = self.has_permission(request)
        return context
