"""Profiles, settings and onboarding by address."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from metya.wallets.models import Member
from social.posts import actions as posts
from social.profiles.models import Profile
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def newcomer(db) -> Member:
    return Member.objects.create(handle="new_0123456789ab")


def picture() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (90, 60), "red").save(out, "PNG")
    return SimpleUploadedFile("x.png", out.getvalue())


def test_a_profile(alice, bob, client, as_member):
    root = make.post(alice, "a post of mine")
    make.post(alice, "an answer of mine", in_reply_to=root, root=root)
    posts.like(actor=alice, post=make.post(bob, "liked by her"))
    for who in (client, as_member(bob), as_member(alice)):
        assert "a post of mine" in who.get("/@alice/").content.decode()
        assert "an answer of mine" in who.get("/@alice/replies/").content.decode()
        assert "liked by her" in who.get("/@alice/likes/").content.decode()
    assert "Edit profile" in as_member(alice).get("/@alice/").content.decode()
    assert "/@alice/unfollow/" in as_member(bob).get("/@alice/").content.decode()


def test_handles_are_lower_case(alice, client):
    response = client.get("/@Alice/replies/?before=5")
    assert response.status_code == 301 and response["Location"] == "/@alice/replies/?before=5"


@pytest.mark.parametrize(
    "path", ["/@nobody_here/", "/@ab/", "/@1abc/", "/@al%00ice/", "/@" + "x" * 300 + "/", "/@../", "/@alice%E2%80%AE/"]
)
def test_people_who_are_not_there(client, db, path):
    assert client.get(path).status_code == 404


def test_the_suspended_the_gone_and_the_nameless_have_no_page(alice, bob, carol, newcomer, client):
    Member.objects.filter(pk=alice.pk).update(suspended_until=timezone.now() + timezone.timedelta(days=1))
    Member.objects.filter(pk=carol.pk).update(is_active=False)
    for handle in ("alice", "carol", newcomer.handle):
        assert client.get(f"/@{handle}/").status_code == 404


def test_the_number_of_queries_does_not_depend_on_the_length(alice, bob, as_member):
    client = as_member(bob)
    client.get("/")
    for path in ("/@alice/", "/@alice/replies/", "/@alice/likes/"):
        found = []
        for more in (3, 17):
            for _one in range(more):
                root = make.post(alice, "x")
                make.post(alice, "y", in_reply_to=root, root=root)
                posts.like(actor=alice, post=make.post(make.member(), "z"))
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200
            found.append(len(queries))
        assert found[0] == found[1] <= 13


# --- settings ----------------------------------------------------------------------------------------------------


def test_settings(alice, as_member):
    client = as_member(alice)
    assert "Alice" in client.get("/settings/profile/").content.decode()
    response = client.post("/settings/profile/", {"name": "Ines", "bio": "Maps", "picture": picture()})
    profile = Profile.objects.get(member=alice)
    assert response.status_code == 302 and (profile.name, profile.bio) == ("Ines", "Maps") and profile.picture
    client.post("/settings/profile/", {"name": "Ines", "remove_picture": "on"})
    profile.refresh_from_db()
    assert not profile.picture and profile.bio == "Maps"


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"name": "x" * 61}, "too long"), ({"name": "a\u202eb"}, "reorders"), ({"name": "ok", "bio": "x" * 501}, "too long"),
     ({"name": "a\x00b"}, "Null characters"), ({"name": "a\r\nb"}, "one line")],
)  # fmt: skip
def test_bad_input_keeps_what_was_typed(alice, as_member, fields, said):
    response = as_member(alice).post("/settings/profile/", {"bio": "typed by me", **fields})
    text = response.content.decode()
    assert response.status_code == 422 and said in text and ("typed by me" in text or "bio" in fields)
    assert Profile.objects.get(member=alice).name == "Alice"


@pytest.mark.usefixtures("_still_windows")
def test_one_who_is_slowed_down_keeps_what_was_typed(alice, as_member):
    client = as_member(alice)
    for number in range(30):
        assert client.post("/settings/profile/", {"name": f"Alice {number}"}).status_code == 302
    answer = client.post("/settings/profile/", {"name": "Alice the slow", "bio": "A long tale"})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    text = answer.content.decode()
    assert all(words in text for words in ("Too many requests", "Alice the slow", "A long tale"))
    assert Profile.objects.get(member=alice).name == "Alice 29"


def test_a_bad_picture_is_refused(alice, as_member):
    for data in (b"<svg/>", b"x" * 100):
        response = as_member(alice).post(
            "/settings/profile/", {"name": "A", "picture": SimpleUploadedFile("x.png", data)}
        )
        assert response.status_code == 422 and "JPEG, PNG, WebP or GIF" in response.content.decode()


@pytest.mark.parametrize(
    "field",
    [
        "is_staff",
        "is_superuser",
        "handle",
        "member",
        "author",
        "balance",
        "opted_out",
        "follower_count",
        "payout_wallet",
    ],
)
def test_fields_that_nobody_may_set_are_ignored(alice, bob, as_member, field):
    as_member(alice).post("/settings/profile/", {"name": "Ines", field: str(bob.pk)})
    alice.refresh_from_db()
    assert (alice.handle, alice.is_staff, alice.is_superuser, alice.opted_out) == ("alice", False, False, False)
    assert Profile.objects.get(member=bob).name == "Bob" and Profile.objects.get(member=alice).follower_count == 0


def test_opting_out(alice, as_member):
    client = as_member(alice)
    for answer, state in (("yes", True), ("yes", True), ("no", False)):
        assert client.post("/settings/rewards/", {"opted_out": answer}).status_code == 302
        assert Member.objects.get(pk=alice.pk).opted_out is state
    assert client.post("/settings/rewards/", {"opted_out": "maybe"}).status_code == 422
    assert client.get("/settings/rewards/").status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/settings/profile/",
        "/settings/blocked/",
        "/settings/muted/",
        "/settings/rewards/",
        "/welcome/",
        "/@alice/followers/",
    ],
)
def test_for_members_only(client, alice, path):
    for response in (client.get(path), client.post(path)):
        assert response.status_code == 302 and response["Location"].startswith("/sign-in/")


# --- onboarding --------------------------------------------------------------------------------------------------


def test_a_newcomer_goes_through_the_welcome_and_on_to_where_they_were_going(newcomer, alice, as_member):
    client = as_member(newcomer)
    assert client.get("/@alice/replies/")["Location"] == "/welcome/"
    assert client.get("/welcome/").status_code == 200
    assert client.post("/welcome/", {"handle": "Ines"})["Location"] == "/welcome/profile/"
    assert client.get("/welcome/")["Location"] == "/welcome/profile/"
    assert (
        client.post("/welcome/profile/", {"name": "Ines Rocha", "picture": picture()})["Location"] == "/welcome/people/"
    )
    assert "/@alice/follow/" in client.get("/welcome/people/").content.decode()
    client.post("/@alice/follow/")
    assert client.post("/welcome/people/")["Location"] == "/@alice/replies/"
    newcomer.refresh_from_db()
    assert newcomer.handle == "ines" and newcomer.profile.name == "Ines Rocha" and newcomer.following.count() == 1
    assert client.post("/welcome/people/")["Location"] == "/"


def test_where_somebody_was_going_is_a_page_of_this_site(newcomer, as_member):
    client = as_member(newcomer)
    session = client.session
    session["after_welcome"] = "https://evil.example/"
    session.save()
    client.post("/welcome/", {"handle": "ines"})
    assert client.post("/welcome/people/")["Location"] == "/"


@pytest.mark.parametrize(
    "path", ["/", "/explore/", "/notifications/", "/settings/profile/", "/posts/new/", "/rewards/"]
)
def test_without_a_handle_there_is_only_the_welcome(newcomer, as_member, path):
    assert as_member(newcomer).get(path)["Location"] == "/welcome/"


def test_without_a_handle_nothing_is_done(newcomer, alice, as_member):
    client = as_member(newcomer)
    post = make.post(alice)
    for path in ("/posts/", f"/posts/{post.pk}/like/", "/@alice/follow/", f"/posts/{post.pk}/report/"):
        assert client.post(path, {"text": "x", "rule": "spam"})["Location"] == "/welcome/"
    assert client.get("/welcome/profile/")["Location"] == "/welcome/" == client.get("/welcome/people/")["Location"]
    post.refresh_from_db()
    assert post.like_count == 0


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("", "3 to 30"),
        ("ab", "3 to 30"),
        ("a b c", "underscores"),
        ("admin", "kept for the site"),
        ("adm1n", "too much like"),
    ],
)
def test_a_bad_handle_is_explained_and_kept(newcomer, as_member, raw, said):
    response = as_member(newcomer).post("/welcome/", {"handle": raw})
    text = response.content.decode()
    assert response.status_code == 422 and said in text and f'value="{raw}"' in text or not raw
    newcomer.refresh_from_db()
    assert newcomer.onboarded_at is None


def test_a_taken_handle_offers_three(newcomer, alice, as_member):
    text = as_member(newcomer).post("/welcome/", {"handle": "alice"}).content.decode()
    assert "taken" in text and text.count('name="handle" value="') == 4


def test_fields_of_the_welcome_that_nobody_may_set_are_ignored(newcomer, as_member):
    as_member(newcomer).post("/welcome/", {"handle": "ines", "is_staff": "1", "is_superuser": "1", "balance": "9"})
    newcomer.refresh_from_db()
    assert not newcomer.is_staff and not newcomer.is_superuser


def test_who_puts_labels_says_so_as_long_as_they_hold_the_role(alice, client):
    lara = make.member("lara", roles=("labeller",))
    assert 'href="/@lara/labels/"' in client.get("/@lara/").content.decode()
    assert "/labels/" not in client.get("/@alice/").content.decode()
    lara.groups.clear()
    assert "/labels/" not in client.get("/@lara/").content.decode()
