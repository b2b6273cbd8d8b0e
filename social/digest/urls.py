"""Addresses of the mail with what a member missed."""

from django.urls import path

from social.digest import views

app_name = "digest"
urlpatterns = [
    path("settings/notifications/mail/", views.mail, name="mail"),
    path("settings/notifications/mail/forget/", views.forget, name="forget"),
    path("mail/confirm/<str:token>/", views.confirm, name="confirm"),
    path("mail/stop/<str:token>/", views.stop, name="stop"),
]
