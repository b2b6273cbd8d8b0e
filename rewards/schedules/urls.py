"""The link in mails; the page itself stands among the reports."""

from django.urls import path

from rewards.schedules import views

app_name = "schedules"
urlpatterns = [path("stop/<str:token>/", views.stop, name="stop")]
