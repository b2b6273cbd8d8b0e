"""Addresses of the feed that members steer."""

from django.urls import path

from social.ranking import views

app_name = "ranking"
urlpatterns = [
    path("feeds/why/<id:slate>/<id:post>/", views.why, name="why"),
    path("feeds/steer/", views.steer, name="steer"),
    path("feeds/steer/preview/", views.preview, name="preview"),
    path("feeds/steer/reset/", views.reset, name="reset"),
    path("feeds/presets/", views.presets, name="presets"),
    *(
        path(f"feeds/presets/<id:pk>/{verb}/", views.preset, {"verb": verb}, name=f"preset-{verb}")
        for verb in ("share", "unshare", "copy", "delete")
    ),
    path("feeds/presets/<id:pk>/remove/", views.unshare, name="preset-remove"),
    path("settings/feed/", views.settings, name="settings"),
]
