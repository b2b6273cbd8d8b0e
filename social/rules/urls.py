"""Address of the rules."""

from django.urls import path

from social.rules import views

app_name = "rules"
urlpatterns = [path("rules/", views.index, name="index")]
