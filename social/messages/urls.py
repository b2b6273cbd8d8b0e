"""Addresses of messages; each is judged by who is in the conversation."""

from django.urls import path

from social.messages import choices, views

app_name = "messages"
urlpatterns = [
    path("messages/", views.inbox, name="list"),
    path("messages/requests/", views.requests, name="requests"),
    path("messages/count/", views.count, name="count"),
    path("messages/new/", views.new, name="new"),
    path("messages/<id:pk>/", views.detail, name="detail"),
    path("messages/<id:pk>/send/", views.send, name="send"),
    path("messages/<id:pk>/read/", views.read, name="read"),
    path("messages/<id:pk>/about/", choices.about, name="about"),
    path("messages/<id:pk>/add/", choices.add, name="add"),
    path("messages/<id:pk>/name/", choices.rename, name="name"),
    path("messages/<id:pk>/report/", choices.report_conversation, name="report"),
    *(path(f"messages/<id:pk>/{name}/", choices.verb, {"name": name}, name=name) for name in choices.VERBS),
    path("messages/said/<id:pk>/delete/", choices.delete, name="delete"),
    path("messages/said/<id:pk>/report/", choices.report_message, name="report-message"),
    path("messages/pictures/<id:pk>/", views.picture, name="picture"),
    path("settings/messages/", choices.preferences, name="preferences"),
]
