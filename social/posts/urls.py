"""Addresses of posts."""

from django.urls import path

from social.posts import views

app_name = "posts"
urlpatterns = [
    path("posts/", views.create, name="create"),
    path("posts/pictures/", views.upload, name="upload"),
    path("posts/pictures/<id:pk>/", views.picture, name="picture"),
    path("posts/pictures/<id:pk>/discard/", views.discard, name="discard"),
    path("posts/new/", views.new, name="new"),
    path("posts/<id:pk>/", views.detail, name="detail"),
    path("posts/<id:pk>/edit/", views.edit, name="edit"),
    path("posts/<id:pk>/history/", views.history, name="history"),
    path("posts/<id:pk>/delete/", views.delete, name="delete"),
    path("posts/<id:pk>/restore/", views.restore, name="restore"),
    *(path(f"posts/<id:pk>/{name}/", views.verb, {"name": name}, name=name) for name in views.VERBS),
]
