"""Addresses of profiles, settings and onboarding."""

from django.urls import path

from social.feeds.reads import LIKES, REPLIES
from social.profiles import privacy, views, welcome

app_name = "profiles"
urlpatterns = [
    path("settings/profile/", views.settings, name="settings"),
    path("settings/rewards/", views.rewards, name="rewards"),
    path("settings/privacy/", privacy.page, name="privacy"),
    path("settings/privacy/lock/", privacy.lock, name="lock"),
    path("settings/privacy/wallets/", privacy.wallets, name="shown-wallets"),
    *(path(f"posts/<id:pk>/{name}/", privacy.pin, {"name": name}, name=name) for name in ("pin", "unpin")),
    path("settings/blocked/", views.avoided, {"which": "blocked"}, name="blocked"),
    path("settings/muted/", views.avoided, {"which": "muted"}, name="muted"),
    path("welcome/", welcome.handle, name="welcome"),
    path("welcome/profile/", welcome.profile, name="welcome-profile"),
    path("welcome/people/", welcome.follow_some, name="welcome-people"),
    path("@<handle:handle>/", views.detail, name="detail"),
    path("@<handle:handle>/replies/", views.detail, {"tab": REPLIES}, name="replies"),
    path("@<handle:handle>/likes/", views.detail, {"tab": LIKES}, name="likes"),
]
