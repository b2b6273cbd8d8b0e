"""Addresses of opt-in groups."""

from django.urls import path

from social.groups import views

app_name = "groups"
urlpatterns = [
    path("feeds/groups/<id:pk>/join/", views.join, name="join"),
    path("feeds/groups/leave/", views.leave, name="leave"),
]
