"""Addresses of link previews."""

from django.urls import path

from social.previews import views

app_name = "previews"
urlpatterns = [
    path("posts/<id:pk>/preview/remove/", views.remove, name="remove"),
]
