"""Addresses of the notifications page and of what a member wants to be told."""

from django.urls import path

from social.notifications import quieting, views

app_name = "notifications"
urlpatterns = [
    path("notifications/", views.page, name="list"),
    path("notifications/count/", views.count, name="count"),
    path("notifications/read/", views.read, name="read"),
    path("notifications/<id:pk>/people/", views.people, name="people"),
    path("notifications/<id:pk>/quiet/<slug:what>/", quieting.quiet, name="quiet"),
    path("notifications/<id:pk>/undo/<slug:what>/", quieting.undo, name="undo"),
    path("settings/notifications/", quieting.settings, name="settings"),
]
