"""Addresses of appealing."""

from django.urls import path

from social.appeals import views

app_name = "appeals"
urlpatterns = [
    path("settings/reports/decisions/<id:pk>/appeal/", views.appeal, name="appeal"),
    path("suspended/decisions/", views.suspended, name="suspended"),
    path("suspended/decisions/<id:pk>/appeal/", views.suspended_appeal, name="suspended-appeal"),
]
