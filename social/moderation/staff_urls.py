"""Addresses of the moderators' queue, behind the admin's door."""

from collections.abc import Callable

from django.contrib import admin
from django.http import HttpResponseBase
from django.urls import URLPattern, path

from social import converters
from social.moderation import desk

converters.register()
app_name = "queue"


def _at(route: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
    return path(f"admin/moderation/queue/{route}", admin.site.admin_view(view), name=name)


urlpatterns = [
    _at("", desk.index, "index"),
    _at("<id:pk>/", desk.card, "card"),
    _at("<id:pk>/decide/", desk.decide, "decide"),
    _at("<id:pk>/later/", desk.put_off, "later"),
    _at("<id:pk>/escalate/", desk.escalate, "escalate"),
    _at("<id:pk>/note/", desk.note, "note"),
    _at("decisions/<id:pk>/undo/", desk.undo, "undo"),
]
