"""Addresses of followed tags; the page of one tag is among the feeds."""

from django.urls import path

from social.tags import views

app_name = "tags"
urlpatterns = [
    path("tags/", views.followed, name="followed"),
    *(path(f"tags/<tag:name>/{name}/", views.verb, {"verb": name}, name=name) for name in views.VERBS),
]
