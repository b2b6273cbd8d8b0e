"""Addresses of search."""

from django.urls import path

from social.search import views

app_name = "search"
urlpatterns = [
    path("search/", views.results, name="results"),
    path("settings/search/", views.listed, name="listed"),
]
