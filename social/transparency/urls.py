"""Addresses of the public log and what is counted of it."""

from django.urls import path

from social.transparency import views

app_name = "transparency"
urlpatterns = [
    path("transparency/", views.index, name="index"),
    path("transparency/log/", views.entries, name="log"),
    path("transparency/log.jsonl", views.download, name="download"),
    path("transparency/report.csv", views.statements_file, name="report"),
]
