"""Addresses of the drafting assistant and of styles."""

from django.urls import path

from social.assistant import styles_views, views
from social.assistant.models import Choice

app_name = "assistant"
urlpatterns = [
    path("assistant/", views.begin, name="begin"),
    path("assistant/ask/", views.ask, name="ask"),
    path("assistant/<id:pk>/", views.pair, name="pair"),
    *(path(f"assistant/<id:pk>/{one}/", views.choose, {"choice": one}, name=f"choose-{one}") for one in Choice.values),
    path("assistant/<id:pk>/cancel/", views.cancel, name="cancel"),
    path("settings/assistant/", views.settings, name="settings"),
    path("styles/", styles_views.index, name="styles"),
    path("styles/propose/", styles_views.propose, name="propose"),
    path("styles/<id:pk>/", styles_views.detail, name="style"),
    path("styles/<id:pk>/vote/", styles_views.vote, name="vote"),
    path("styles/<id:pk>/withdraw/", styles_views.withdraw, name="withdraw"),
    path("styles/<id:pk>/remove/", styles_views.remove, name="remove"),
]
