"""Addresses of looks, behind the admin's door."""

from django.contrib import admin
from django.urls import path

from social import converters
from social.looks import desk

converters.register()
app_name = "looks-desk"
urlpatterns = [
    path("admin/looks/end/", admin.site.admin_view(desk.end), name="end"),
    path("admin/looks/<id:pk>/", admin.site.admin_view(desk.begin), name="begin"),
]
