"""Addresses of drafts."""

from django.urls import path

from social.drafts import views

app_name = "drafts"
urlpatterns = [
    path("drafts/", views.index, name="index"),
    path("drafts/save/", views.save, name="save"),
    path("drafts/<id:pk>/discard/", views.discard, name="discard"),
    path("drafts/<id:pk>/restore/", views.restore, name="restore"),
    path("drafts/<id:pk>/unschedule/", views.unschedule, name="unschedule"),
]
