"""The address of a note."""

from django.urls import path

from social.notes import views

app_name = "notes"
urlpatterns = [path("@<handle:handle>/note/", views.note, name="note")]
