"""Addresses of reporting."""

from django.urls import path

from social.moderation import views

app_name = "moderation"
urlpatterns = [
    path("posts/<id:pk>/report/", views.report_post, name="report-post"),
    path("lists/<id:pk>/report/", views.report_list, name="report-list"),
    path("@<handle:handle>/report/", views.report_member, name="report-member"),
    path("settings/reports/", views.own_reports, name="own-reports"),
]
