"""Addresses of the settings that every member has."""

from django.urls import path

from metya.members import suspended, views

app_name = "members"
urlpatterns = [
    path("settings/", views.hub, name="settings"),
    path("settings/appearance/", views.appearance, name="appearance"),
    path("settings/language/", views.language, name="language"),
    path("settings/time/", views.time_and_language, name="time"),
    path("settings/time/seen/", views.zone_seen, name="zone-seen"),
    path("settings/leave/", views.data, name="data"),
    path("settings/leave/download/", views.ask_download, name="ask-download"),
    path("settings/leave/download/<str:token>/", views.download, name="download"),
    path("settings/leave/now/", views.leave, name="leave"),
    path("suspended/", suspended.page, name="suspended"),
    path("suspended/download/", suspended.ask_download, name="suspended-ask"),
    path("suspended/download/<str:token>/", suspended.download, name="suspended-download"),
    path("suspended/leave/", suspended.leave, name="suspended-leave"),
    path("come-back/", views.come_back, name="come-back"),
]
