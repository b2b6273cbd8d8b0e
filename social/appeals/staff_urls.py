"""Addresses of the queue of appeals, behind the admin's door."""

from collections.abc import Callable

from django.contrib import admin
from django.http import HttpResponseBase
from django.urls import URLPattern, path

from social import converters
from social.appeals import desk

converters.register()
app_name = "appeals-desk"


def _at(route: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
    return path(f"admin/moderation/queue/appeals/{route}", admin.site.admin_view(view), name=name)


urlpatterns = [
    _at("", desk.index, "index"),
    _at("<id:pk>/", desk.card, "card"),
    _at("<id:pk>/decide/", desk.decide, "decide"),
]
