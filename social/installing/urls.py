"""Addresses by which the site becomes an app on somebody's device."""

from django.urls import path

from social.installing import views

app_name = "installing"
urlpatterns = [
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("sw.js", views.worker, name="worker"),
    path("offline/", views.offline, name="offline"),
    path("share/", views.share, name="share"),
    path("share/received/", views.receive, name="receive"),
]
