"""The addresses of the social part as a whole: which are public, and that nobody reaches what is another's."""

import pytest
from django.urls import URLPattern, get_resolver

from social.bookmarks import actions as bookmarks
from social.bookmarks.models import Bookmark, Filed, Folder
from social.follows.models import Block, Follow, Mute
from social.moderation.models import Report
from social.posts import actions
from social.posts.models import Like, Post
from tests import make

pytestmark = pytest.mark.django_db

PUBLIC = {
    "feeds:home", "feeds:explore", "feeds:tag", "feeds:talked-about", "help:index", "posts:detail",
    "profiles:detail", "profiles:replies", "profiles:likes", "lists:detail", "lists:people", "lists:of-member",
    "labels:of-labeller",
    "polls:results", "posts:history", "rules:index",
    "training:index", "training:round", "training:verify", "training:file",
    "transparency:index", "transparency:log", "transparency:download", "transparency:report",
    "search:results",
    "installing:manifest", "installing:worker", "installing:offline", "installing:receive",
    "sharing:person-feed", "sharing:tag-feed", "sharing:oembed", "sharing:embed", "sharing:sitemap-index", "sharing:sitemap",
    "sharing:robots",
    "appeals:suspended", "appeals:suspended-appeal", "digest:confirm", "digest:stop",
}  # fmt: skip


def _walk():
    """(namespace:name, route, view) of every address of the social part."""
    found = []

    def walk(patterns, namespace="", before=""):
        for pattern in patterns:
            route = before + str(pattern.pattern)
            if isinstance(pattern, URLPattern):
                if getattr(pattern.callback, "__module__", "").startswith("social."):
                    found.append((f"{namespace}:{pattern.name}", route, pattern.callback))
            else:
                walk(pattern.url_patterns, pattern.namespace or namespace, route)

    walk(get_resolver().url_patterns, before="")
    return found


def social_views():
    """(namespace:name, view) of every address of the social part."""
    return [(name, view) for name, _route, view in _walk()]


def social_patterns():
    """(namespace:name, route without the first slash) of every address of the social part."""
    return [(name, route.removeprefix("^/")) for name, route, _view in _walk()]


def test_the_public_addresses_are_these_and_no_others():
    views = social_views()
    assert len(views) > 40
    assert {name for name, view in views if not getattr(view, "login_required", True)} == PUBLIC


def test_what_is_alices_is_404_or_403_for_bob(alice, carol, as_member):
    """Every verb and page that takes an id or a handle, tried by a stranger on what is not theirs to touch."""
    post = make.post(alice, "among us", visibility="followers")
    make.follow(alice, make.member("dana"))
    reply = actions.publish(actor=alice, text="mine", in_reply_to=post)
    client = as_member(carol)
    for pk in (post.pk, reply.pk):
        for verb in (
            "like",
            "unlike",
            "repost",
            "unrepost",
            "bookmark",
            "unbookmark",
            "delete",
            "report",
            "preview/remove",
        ):
            assert client.post(f"/posts/{pk}/{verb}/", {"rule": "spam"}).status_code == 404, verb
        for path in (f"/posts/{pk}/", f"/posts/{pk}/?since=1", f"/posts/{pk}/report/", f"/posts/new/?in_reply_to={pk}"):
            assert client.get(path).status_code == 404, path
        assert client.post("/posts/", {"text": "x", "in_reply_to": pk}).status_code == 422
    public = make.post(alice, "for all")
    assert client.post(f"/posts/{public.pk}/delete/").status_code == 403
    assert client.post(f"/posts/{public.pk}/preview/remove/").status_code == 403
    assert Post.objects.filter(author=alice, deleted_at=None).count() == 3
    assert not Post.objects.filter(author=carol).exists() and not Report.objects.exists()
    for Model in (Like, Bookmark):
        assert not Model.objects.exists()
    # Lists that belong to alice have no address that names her: carol sees her own.
    Block.objects.create(source=alice, target=make.member("erin"))
    Mute.objects.create(source=alice, target=make.member("finch"))
    for path in ("/settings/blocked/", "/settings/muted/", "/bookmarks/"):
        page = client.get(path).content.decode()
        assert "@erin" not in page and "@finch" not in page
    folder = bookmarks.create_folder(actor=alice, name="Alice's")
    for path in ("", "edit/"):
        assert client.get(f"/bookmarks/folders/{folder.pk}/{path}").status_code == 404
    for path in ("edit/", "delete/"):
        assert client.post(f"/bookmarks/folders/{folder.pk}/{path}", {"name": "Carol's"}).status_code == 404
    assert client.get(f"/bookmarks/posts/{post.pk}/").status_code == 404
    assert client.post(f"/bookmarks/posts/{post.pk}/", {"name": "x"}).status_code == 404
    assert client.post(f"/bookmarks/posts/{public.pk}/", {"folders": folder.pk}).status_code == 422
    assert Folder.objects.get() == folder and not Filed.objects.exists()
    client.post("/@erin/unblock/")
    client.post("/@finch/unmute/")
    client.post("/@dana/unfollow/")
    assert Block.objects.count() == Mute.objects.count() == 1 and Follow.objects.filter(source=alice).count() == 1
