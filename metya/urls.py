"""Every address of the site, by including each part's own list."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.static import serve

from metya.web import style
from metya.web.decorators import public

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("social.urls")),
    path("", include("metya.wallets.urls")),
    path("", include("metya.wallets.account_urls")),
    path("", include("metya.members.urls")),
    # Before the admin, which takes everything below its address.
    path("admin/reports/", include("rewards.reports.urls")),
    path("", include("social.appeals.staff_urls")),
    path("", include("social.moderation.staff_urls")),
    path("", include("social.looks.staff_urls")),
    path("admin/", admin.site.urls),
    path("style/", style.page, name="style"),
    path("", include("rewards.urls")),
]
if settings.SERVE_MEDIA:
    # Members' pictures; in production a web server or a bucket does this (MEDIA_URL).
    urlpatterns.append(re_path(r"^media/(?P<path>.*)$", public(serve), {"document_root": settings.MEDIA_ROOT}))
