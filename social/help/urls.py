"""Address of the help page."""

from django.urls import path

from social.help import views

app_name = "help"
urlpatterns = [path("help/", views.index, name="index")]
