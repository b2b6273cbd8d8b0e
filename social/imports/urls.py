"""Addresses of imports."""

from django.urls import path

from social.imports import views

app_name = "imports"
urlpatterns = [
    path("settings/import/", views.index, name="index"),
    path("settings/import/<id:pk>/", views.detail, name="detail"),
]
