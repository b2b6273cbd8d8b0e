"""What a profile shows beyond a name: header, links, a pinned post, wallets by choice."""

import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from metya.ops.models import AuditEvent
from metya.wallets.models import Wallet
from metya.web.errors import Invalid, NotAllowed
from social.follows.models import Follow
from social.posts import actions as posts
from social.posts.models import Post
from social.profiles import actions
from social.profiles.models import Profile
from tests import make

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


def picture(width=900, height=900):
    out = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(out, "PNG")
    return SimpleUploadedFile("x.png", out.getvalue())


# --- header and links --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "kept"), [((3000, 2000), (1500, 500)), ((300, 900), (300, 100)), ((90, 10), (30, 10))]
)
def test_a_header_picture(alice, django_capture_on_commit_callbacks, size, kept):
    first = actions.edit(actor=alice, name="A", header=picture(*size)).header
    with Image.open(first) as image:
        assert (image.size, image.format) == (kept, "WEBP")
    name = first.name
    with django_capture_on_commit_callbacks(execute=True):
        profile = actions.edit(actor=alice, name="A", remove_header=True)
    profile.refresh_from_db()
    assert not profile.header and not default_storage.exists(name)


def test_the_settings_take_header_and_links(alice, as_member):
    client = as_member(alice)
    fields = {
        "name": "A",
        "header": picture(),
        "link1": "example.org/me",
        "link2": "",
        "link3": "http://b.example",
        "link4": "",
    }
    assert client.post("/settings/profile/", fields).status_code == 302
    profile = Profile.objects.get(member=alice)
    assert profile.header and profile.links == ["https://example.org/me", "http://b.example"]
    page = Client().get("/@alice/").content.decode()
    assert profile.header.url in page and 'href="https://example.org/me" rel="nofollow noopener noreferrer me"' in page
    client.post("/settings/profile/", {"name": "B"})
    profile.refresh_from_db()
    assert profile.header and profile.links
    wrong = client.post("/settings/profile/", {"name": "typed", "header": SimpleUploadedFile("x.png", b"<svg/>")})
    assert wrong.status_code == 422 and "JPEG, PNG" in wrong.content.decode() and "typed" in wrong.content.decode()


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "javascript://x.org/%0aalert(1)", "data:text/html,x", "ftp://a.example", "https://user:pw@a.example",
     "https://localhost/", "http://127.0.0.1/", "http://[::1]/", "//a.example", "https://", "x y", "https://a.example/<b>",
     'https://a.example/"onclick="x', "https://" + "a" * 300 + ".example", "https://a.example\u202e"],
)  # fmt: skip
def test_links_that_are_none(alice, as_member, link):
    answer = as_member(alice).post("/settings/profile/", {"name": "A", "link1": "https://good.example", "link2": link})
    assert answer.status_code == 422 and "https://good.example" in answer.content.decode()
    assert Profile.objects.get(member=alice).links == []
    with pytest.raises(Invalid) as caught:
        actions.edit(actor=alice, name="A", links=[link])
    assert caught.value.data["field"] == "link1"


def test_at_most_four_links_each_once(alice):
    many = [f"https://{name}.example" for name in ("a", "b", "a", "c", "d")]
    assert actions.edit(actor=alice, name="A", links=many).links == [many[0], many[1], many[3]]


# --- a pinned post -----------------------------------------------------------------------------------------------


def test_pinning(alice, bob, as_member):
    old = posts.publish(actor=alice, text="an old promise")
    for number in range(25):
        make.post(alice, f"later {number}")
    assert "an old promise" not in Client().get("/@alice/").content.decode()
    client = as_member(alice)
    for _again in range(2):
        assert client.post(f"/posts/{old.pk}/pin/")["Location"] == "/@alice/"
    for viewer in (Client(), as_member(bob), client):
        page = viewer.get("/@alice/").content.decode()
        assert page.count("an old promise") == 1 and "Pinned" in page
        assert "Pinned" not in viewer.get("/@alice/replies/").content.decode()
    other = posts.publish(actor=alice, text="a newer one")
    client.post(f"/posts/{other.pk}/pin/")
    assert Profile.objects.get(member=alice).pinned == other
    client.post(f"/posts/{old.pk}/unpin/")
    assert Profile.objects.get(member=alice).pinned == other
    assert Client().get("/@alice/").content.decode().count("a newer one") == 1
    client.post(f"/posts/{other.pk}/unpin/", {"next": "/"})
    assert Profile.objects.get(member=alice).pinned is None


def test_a_pinned_post_that_is_gone_leaves_no_trace(alice):
    post = posts.publish(actor=alice, text="pinned and answered")
    posts.publish(actor=make.member(), text="x", in_reply_to=post)
    actions.pin(actor=alice, post=post)
    posts.delete(actor=alice, post=post)
    page = Client().get("/@alice/").content.decode()
    assert "Pinned" not in page and "pinned and answered" not in page


def test_what_may_not_be_pinned(alice, bob, as_member):
    own = posts.publish(actor=alice, text="x")
    posts.repost(actor=bob, post=own)
    kept = posts.publish(actor=bob, text="x", visibility="followers")
    for post in (own, kept, bob.posts.get(repost_of=own)):
        with pytest.raises(NotAllowed):
            actions.pin(actor=bob, post=post)
    client = as_member(bob)
    assert client.post(f"/posts/{own.pk}/pin/", headers=JSON).status_code == 403
    assert as_member(alice).post(f"/posts/{kept.pk}/pin/").status_code == 404
    assert client.get(f"/posts/{own.pk}/pin/").status_code == 405
    assert Client().post(f"/posts/{own.pk}/pin/")["Location"].startswith("/sign-in/")
    bob.suspended_until = timezone.now() + timezone.timedelta(days=1)
    with pytest.raises(NotAllowed):
        actions.pin(actor=bob, post=Post.objects.create(author=bob, text="y", html="y"))


# --- wallets -----------------------------------------------------------------------------------------------------


def test_wallets_are_hidden_until_their_member_shows_them(alice, bob, as_member):
    wallet, foreign = Wallet.objects.get(member=alice), Wallet.objects.get(member=bob)
    client = as_member(alice)
    assert wallet.address not in Client().get("/@alice/").content.decode()
    client.post("/settings/privacy/wallets/", {"wallet": [wallet.pk, foreign.pk, "x", "9" * 40]})
    page = Client().get("/@alice/").content.decode()
    assert wallet.address in page and foreign.address not in page
    assert AuditEvent.objects.filter(verb="profiles.show_wallets").count() == 1
    assert "checked" in client.get("/settings/privacy/").content.decode()
    Wallet.objects.filter(pk=wallet.pk).update(unlinked_at=timezone.now())
    assert wallet.address not in Client().get("/@alice/").content.decode()
    Wallet.objects.filter(pk=wallet.pk).update(unlinked_at=None)
    client.post("/settings/privacy/wallets/")
    assert wallet.address not in Client().get("/@alice/").content.decode()
    assert client.get("/settings/privacy/wallets/").status_code == 405
    assert Client().post("/settings/privacy/wallets/")["Location"].startswith("/sign-in/")


def test_the_profile_takes_the_same_queries_at_three_and_thirty(alice, bob, as_member):
    actions.pin(actor=alice, post=posts.publish(actor=alice, text="pinned"))
    client = as_member(bob)
    client.get("/")
    found = []
    for more in (3, 27):
        for _one in range(more):
            friend = make.member()
            Follow.objects.create(source=bob, target=friend)
            Follow.objects.create(source=friend, target=alice)
            make.post(alice, "x")
        with CaptureQueriesContext(connection) as queries:
            client.get("/@alice/")
        found.append(len(queries))
    assert found[0] == found[1]
