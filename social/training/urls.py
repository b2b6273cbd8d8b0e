"""Addresses of the community's model."""

from django.urls import path

from social.training import views

app_name = "training"
urlpatterns = [
    path("ranking/", views.index, name="index"),
    path("ranking/<id:number>/", views.one, name="round"),
    path("ranking/<id:number>/vote/", views.vote, name="vote"),
    path("ranking/<id:number>/verify.txt", views.how_to_verify, name="verify"),
    path("ranking/<id:number>/<str:name>", views.file, name="file"),
]
