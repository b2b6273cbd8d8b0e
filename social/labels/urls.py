"""Addresses of labels."""

from django.urls import path

from social.labels import views

app_name = "labels"
urlpatterns = [
    path("posts/<id:pk>/labels/", views.of_post, name="of-post"),
    *(path(f"labels/<id:pk>/{name}/", views.change, {"name": name}, name=name) for name in ("remove", "put-back")),
    path("labels/<id:pk>/object/", views.object_to, name="object"),
    path("@<handle:handle>/labels/", views.of_labeller, name="of-labeller"),
    path("settings/labels/", views.settings, name="settings"),
]
