"""Includes the addresses of every social feature."""

from django.urls import URLPattern, URLResolver, include, path

from social import converters

converters.register()
urlpatterns: list[URLPattern | URLResolver] = [
    # They are tried one after another: first what is asked for most.
    path("", include("social.feeds.urls")),
    path("", include("social.posts.urls")),
    path("", include("social.profiles.urls")),
    path("", include("social.live.urls")),
    path("", include("social.installing.urls")),
    path("", include("social.sharing.urls")),
    path("", include("social.push.urls")),
    path("", include("social.digest.urls")),
    path("", include("social.notifications.urls")),
    path("", include("social.messages.urls")),
    path("", include("social.help.urls")),
    path("", include("social.search.urls")),
    path("", include("social.tags.urls")),
    path("", include("social.bookmarks.urls")),
    path("", include("social.polls.urls")),
    path("", include("social.previews.urls")),
    path("", include("social.drafts.urls")),
    path("", include("social.lists.urls")),
    path("", include("social.moderation.urls")),
    path("", include("social.appeals.urls")),
    path("", include("social.rules.urls")),
    path("", include("social.transparency.urls")),
    path("", include("social.mutes.urls")),
    path("", include("social.labels.urls")),
    path("", include("social.comparisons.urls")),
    path("", include("social.consent.urls")),
    path("", include("social.ranking.urls")),
    path("", include("social.groups.urls")),
    path("", include("social.assistant.urls")),
    path("", include("social.training.urls")),
    path("", include("social.notes.urls")),
    path("", include("social.imports.urls")),
    path("", include("social.looks.urls")),
    path("", include("social.follows.urls")),
]
