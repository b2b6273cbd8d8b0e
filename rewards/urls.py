"""Includes the addresses of every rewards feature."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("rewards/", include("rewards.payouts.urls")),
    path("mail/reports/", include("rewards.schedules.urls")),
    path("rewards/epochs/", include("rewards.epochs.urls")),
    path("rewards/training/", include("rewards.training.urls")),
]
