"""Addresses that live pages fetch from; the WebSocket itself is routed in metya/asgi.py."""

from django.urls import path

from social.live import views

app_name = "live"
urlpatterns = [path("posts/counts/", views.post_counts, name="post-counts")]
