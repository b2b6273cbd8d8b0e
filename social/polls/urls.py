"""Addresses of polls."""

from django.urls import path

from social.polls import views

app_name = "polls"
urlpatterns = [
    path("posts/<id:pk>/vote/", views.vote, name="vote"),
    path("posts/<id:pk>/results/", views.results, name="results"),
]
