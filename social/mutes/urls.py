"""Addresses of muted words and conversations."""

from django.urls import path

from social.mutes import views

app_name = "mutes"
urlpatterns = [
    path("settings/muted/words/", views.words, name="words"),
    path("settings/muted/words/<id:pk>/remove/", views.unmute_word, name="unmute-word"),
    *(path(f"posts/<id:pk>/{name}/", views.thread, {"name": name}, name=name) for name in ("hush", "unhush")),
]
