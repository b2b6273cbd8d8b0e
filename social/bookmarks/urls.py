"""Addresses of bookmarks."""

from django.urls import path

from social.bookmarks import views

app_name = "bookmarks"
urlpatterns = [
    path("bookmarks/", views.bookmarks, name="all"),
    path("bookmarks/folders/new/", views.edit, name="new"),
    path("bookmarks/folders/<id:pk>/", views.folder, name="folder"),
    path("bookmarks/folders/<id:pk>/edit/", views.edit, name="edit"),
    path("bookmarks/folders/<id:pk>/delete/", views.delete, name="delete"),
    path("bookmarks/posts/<id:pk>/", views.file, name="file"),
    path("bookmarks/posts/<id:pk>/again/", views.again, name="again"),
]
