"""Addresses of feedback and of one's own examples."""

from django.urls import path

from social.comparisons import views

app_name = "comparisons"
urlpatterns = [
    path("feeds/feedback/", views.feedback, name="say"),
    path("feeds/feedback/undo/", views.unsay, name="unsay"),
    path("feeds/compare/", views.compare, name="compare"),
    path("feeds/compare/undo/", views.uncompare, name="uncompare"),
    path("feeds/compare/later/", views.put_off, name="put-off"),
    path("settings/consent/examples/", views.examples, name="examples"),
    path("settings/consent/examples/all/delete/", views.forget_all, name="forget-all"),
    path("settings/consent/examples/<id:pk>/delete/", views.forget, name="forget"),
]
