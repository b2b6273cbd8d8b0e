"""Addresses of the feeds."""

from django.urls import path

from social.feeds import views

app_name = "feeds"
urlpatterns = [
    path("", views.home, name="home"),
    path("feeds/newer/", views.newer, name="newer"),
    path("feeds/talked-about/", views.talked_about, name="talked-about"),
    path("complete/", views.complete, name="complete"),
    path("explore/", views.explore, name="explore"),
    path("tags/<tag:name>/", views.tag, name="tag"),
]
