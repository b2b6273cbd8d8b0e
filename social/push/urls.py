"""Addresses of a member's devices."""

from django.urls import path

from social.push import views

app_name = "push"
urlpatterns = [
    path("settings/notifications/devices/", views.devices, name="devices"),
    path("settings/notifications/devices/renew/", views.renew, name="renew"),
    path("settings/notifications/devices/<id:pk>/remove/", views.remove, name="remove"),
    path("settings/notifications/devices/<id:pk>/test/", views.test, name="test"),
]
