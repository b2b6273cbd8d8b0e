"""Addresses between two people."""

from django.urls import path

from social.follows import reads, views

app_name = "follows"
urlpatterns = [
    path("people/suggested/", views.suggested, name="suggested"),
    path("people/requests/", views.requests, name="requests"),
    *(path(f"@<handle:handle>/{name}/", views.answer, {"name": name}, name=name) for name in ("accept", "decline")),
    path("@<handle:handle>/mutuals/", views.mutuals, name="mutuals"),
    path("@<handle:handle>/block/", views.block, name="block"),
    *(
        path(f"@<handle:handle>/{name}/", views.verb, {"name": name}, name=name)
        for name in views.VERBS
        if name != "block"
    ),
    *(
        path(f"@<handle:handle>/{which}/", views.people, {"which": which}, name=which)
        for which in (reads.FOLLOWERS, reads.FOLLOWING)
    ),
]
