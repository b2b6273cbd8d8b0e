"""Where a member reads who looked."""

from django.urls import path

from social.looks import views

app_name = "looks"
urlpatterns = [path("settings/access/", views.access, name="access")]
