"""Addresses of lists."""

from django.urls import path

from social.lists import views

app_name = "lists"
urlpatterns = [
    path("lists/", views.index, name="index"),
    path("lists/new/", views.new, name="new"),
    path("lists/<id:pk>/", views.detail, name="detail"),
    path("lists/<id:pk>/people/", views.people, name="people"),
    path("lists/<id:pk>/edit/", views.edit, name="edit"),
    path("lists/<id:pk>/delete/", views.delete, name="delete"),
    *(path(f"lists/<id:pk>/{name}/", views.entry, {"name": name}, name=name) for name in ("add", "remove")),
    path("@<handle:handle>/lists/", views.of_member, name="of-member"),
    path("@<handle:handle>/lists/choose/", views.choose, name="choose"),
]
