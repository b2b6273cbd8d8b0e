"""The site while staff look at it as somebody: every address, every method."""

import hashlib
import json
import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.utils import timezone

from metya.wallets import secondfactor
from metya.wallets.models import Member
from social.bookmarks import actions as bookmarks
from social.live import reads as live
from social.looks import actions
from social.looks.middleware import SHOWN
from social.looks.models import HELD, Look, LookPage
from social.notes.models import Note
from social.notifications.models import Notification
from social.posts import actions as posts
from tests import make

pytestmark = pytest.mark.django_db
WHY = "A report says that replies are missing"


@pytest.fixture
def sena(settings):
    """A senior moderator whose second factor was given."""
    settings.DEMO = True
    return make.member("sena", roles=("senior",), is_demo=True)


@pytest.fixture
def desk(sena, as_member):
    """Signed in, and as they are in a browser: the pages of the admin stand open."""
    client = as_member(sena)
    client.get("/admin/")
    return client


def look(client, member):
    answer = client.post(f"/admin/looks/{member.pk}/", {"reason": WHY})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    return Look.objects.get(member=member, ended_at=None)


def test_a_member_page_is_as_the_member_sees_it(desk, sena, alice, bob):
    make.post(alice, "for followers alone", visibility="followers")
    assert "for followers alone" not in desk.get("/").content.decode()
    look(desk, bob)
    answer = desk.get("/")
    page = answer.content.decode()
    assert "for followers alone" in page and "You see the site as @bob sees it." in page and "@sena" not in page
    assert answer["Cache-Control"] == "private, no-store" and "ETag" not in answer
    assert "script-src 'none'" in answer["Content-Security-Policy"] and "<script" not in page
    assert 'id="id_text"' not in page
    # Among the staff's own pages nothing is different.
    admin = desk.get("/admin/").content.decode()
    assert "@sena" in admin and "looking" not in admin
    assert desk.get(f"/admin/social/moderatedmember/{bob.pk}/change/").status_code == 200


def test_what_is_between_the_member_and_the_site_is_left_out(desk, alice, bob, mona):
    post = make.post(alice, "Kept by Bob")
    bookmarks.add(actor=bob, post=post) if hasattr(bookmarks, "add") else posts.bookmark(actor=bob, post=post)
    Note.objects.create(owner=bob, about=alice, text="met in Porto")
    picture = make.picture(bob)
    assert desk.get(f"/posts/pictures/{picture.pk}/").status_code == 404
    own = Client()
    own.force_login(bob)
    assert "met in Porto" in own.get("/@alice/").content.decode()
    assert own.get(f"/posts/pictures/{picture.pk}/").status_code == 200
    kept = own.get("/").content.decode()
    look(desk, bob)
    page = desk.get("/@alice/").content.decode()
    assert "Kept by Bob" in page and "met in Porto" not in page
    assert desk.get(f"/posts/pictures/{picture.pk}/").status_code == 404
    pressed = re.compile(rf"/posts/{post.pk}/unbookmark/")
    assert pressed.search(kept) and not pressed.search(desk.get("/").content.decode())
    # Of the notifications what others say, and nothing of the house.
    Notification.objects.create(member=bob, kind="notice", text="A decision", key="n")
    Notification.objects.create(member=bob, kind="reply", actor=alice, post=post, key="r")
    answer = desk.get("/notifications/")
    assert (answer.status_code, answer["Location"]) == (302, "/notifications/?show=talk")
    shown = desk.get("/notifications/?show=talk").content.decode()
    assert "A decision" not in shown and "Kept by Bob" in shown
    assert not Notification.objects.exclude(read_at=None).exists()


def addresses():
    """(name, route) of every address of the site outside the admin."""

    def walk(patterns, before="", space=""):
        for one in patterns:
            route = before + str(one.pattern)
            if isinstance(one, URLResolver):
                yield from walk(one.url_patterns, route, one.namespace or space)
            elif isinstance(one, URLPattern) and not route.startswith("admin/"):
                yield (f"{space}:{one.name}" if space else str(one.name)), route

    return sorted(set(walk(get_resolver().url_patterns)))


def filled(route: str, pk: int) -> str:
    """The address with numbers and names that there are."""
    values = {"handle": "carol", "name": "ferry", "token": "x", "what": "mute", "kind": "posts", "path": "x"}
    route = route.removeprefix("^")
    route = re.sub(r"\(\?P<(\w+)>[^)]*\)\$?", lambda m: values.get(m[1], str(pk)), route)
    return "/" + re.sub(r"<(?:[\w-]+:)?(\w+)>", lambda m: values.get(m[1], str(pk)), route)


def sums() -> dict[str, str]:
    """A checksum of every table but those of the look itself and of sessions, whose memory is the staff member's own."""
    found = {}
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names():
            if name in ("social_lookpage", "django_session", "usersessions_usersession"):
                continue
            cursor.execute(f'SELECT * FROM "{name}"')
            rows = sorted(repr(row) for row in cursor.fetchall())
            found[name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def test_the_walk_knows_every_table():
    tables = set(connection.introspection.table_names())
    assert {
        model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed
    } <= tables


@pytest.fixture
def world(alice, bob, carol):
    """Something behind the addresses that take a number, and things that a look could disturb."""
    post = posts.publish(actor=alice, text="Hello #ferry @bob")
    posts.publish(actor=carol, text="An answer", in_reply_to=post)
    Notification.objects.create(member=bob, kind="reply", actor=alice, post=post, key="r")
    return post


def test_nothing_changes_and_nothing_else_is_shown(desk, sena, bob, world, settings):
    look(desk, bob)
    desk.get("/")  # what a first page writes down of the staff member's own browser
    desk.raise_request_exception = False
    before, wrong, opened = sums(), [], set()
    for name, route in addresses():
        if name == "wallets:sign-out":
            continue
        url = filled(route, world.pk)
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            answer = desk.generic(method, url)
            if answer.status_code != 403:
                wrong.append(f"{method} {name} {url}: {answer.status_code}")
        for more in ({}, {"HTTP_HX_REQUEST": "true"}, {"HTTP_ACCEPT": "application/json"}):
            answer = desk.get(url, **more)
            if answer.status_code < 300:
                opened.add(name)
                if more.get("HTTP_HX_REQUEST"):
                    wrong.append(f"fragment of {name}")
            elif route.startswith("^media/") and not more.get("HTTP_HX_REQUEST"):
                assert answer.status_code == 404  # a picture for everyone, of which there is none
            elif answer.status_code >= 500 or (name not in SHOWN and answer.status_code != 403):
                wrong.append(f"GET {name} {url}: {answer.status_code}")
            if answer["Cache-Control"] != "private, no-store":
                wrong.append(f"{name} may be kept: {answer['Cache-Control']}")
            cookies = set(answer.cookies) - {"csrftoken"}
            if cookies - {"session"} or (
                "session" in answer.cookies and answer.cookies["session"].value != desk.cookies["session"].value
            ):
                wrong.append(f"{name} sets {cookies}")
    assert not wrong, "\n".join(wrong)
    assert opened == SHOWN - {"posts:picture", "polls:results", "notifications:list"}  # no picture, no poll; a redirect
    after = sums()
    assert [name for name in before if before[name] != after[name]] == []


def test_the_list_names_addresses_that_there_are():
    assert {name for name, _route in addresses()} >= SHOWN
    private = (
        "messages",
        "drafts",
        "bookmarks",
        "notes",
        "wallets",
        "members",
        "payouts",
        "lists",
        "search",
        "push",
        "live",
    )
    assert not [name for name in SHOWN if name.split(":")[0] in private or "settings" in name]


def test_the_pages_of_a_look_write_one_row_each_and_no_more(desk, bob, world):
    look(desk, bob)
    desk.get("/")
    changing = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM)\s+\"(\w+)\"", re.I)
    with CaptureQueriesContext(connection) as asked:
        for path in ("/", "/explore/", f"/posts/{world.pk}/", "/@alice/", "/notifications/?show=talk"):
            assert desk.get(path).status_code == 200, path
    written = [found[2] for one in asked.captured_queries if (found := changing.match(one["sql"]))]
    assert written == ["social_lookpage"] * 5
    assert list(LookPage.objects.order_by("pk").values_list("path", flat=True))[-5:] == [
        "/", "/explore/", f"/posts/{world.pk}/", "/@alice/", "/notifications/",
    ]  # fmt: skip


def test_pictures_for_everyone_are_shown_and_are_no_pages(desk, bob, settings):
    look(desk, bob)
    assert (
        desk.get("/media/posts/none.webp").status_code == 403
    )  # where a web server hands them out, it is no page here
    settings.SERVE_MEDIA = True
    before = LookPage.objects.count()
    assert desk.get("/media/posts/none.webp").status_code == 404
    assert LookPage.objects.count() == before
    assert desk.post("/media/posts/none.webp").status_code == 403


def test_nothing_of_the_look_stays_in_the_cache(desk, bob, world):
    look(desk, bob)
    inner = getattr(cache, "_cache", None)
    before = set(inner) if isinstance(inner, dict) else None
    for path in ("/", "/explore/", "/@alice/"):
        desk.get(path)
    if before is not None:
        assert set(inner) == before


def test_forms_of_the_pages_are_good_for_nothing_also_afterwards(sena, bob, world):
    """Without the mercy of Django's test client: the token of a page that was seen as Bob is nobody's."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(sena)
    token = re.search('csrfmiddlewaretoken" value="(\\w+)"', client.get(f"/admin/looks/{bob.pk}/").content.decode())[1]
    assert client.post(f"/admin/looks/{bob.pk}/", {"reason": WHY, "csrfmiddlewaretoken": token}).status_code == 302
    page = client.get(f"/posts/{world.pk}/").content.decode()
    banner, rest = page.split("</form>", 1)
    ending = re.search('csrfmiddlewaretoken" value="(\\w+)"', banner)[1]
    dead = re.findall('csrfmiddlewaretoken" value="(\\w+)"', rest)
    assert dead
    said = client.post(f"/posts/{world.pk}/like/", {"csrfmiddlewaretoken": dead[0]})
    assert said.status_code == 403 and "only looking" in said.content.decode()
    assert client.post("/admin/looks/end/", {"csrfmiddlewaretoken": ending}).status_code == 302
    for each in dead:
        assert client.post(f"/posts/{world.pk}/like/", {"csrfmiddlewaretoken": each}).status_code == 403
    world.refresh_from_db()
    assert world.like_count == 0 and world.likes.count() == 0


def test_the_refusal_says_why_to_each_kind_of_client(desk, bob, world):
    look(desk, bob)
    url = f"/posts/{world.pk}/like/"
    page = desk.post(url)
    assert page.status_code == 403 and "You are looking at the site as @bob, and only looking" in page.content.decode()
    flash = desk.post(url, headers={"HX-Request": "true"})
    assert flash.status_code == 403 and flash["HX-Retarget"] == "#flash"
    told = desk.post(url, headers={"Accept": "application/json"})
    assert told.status_code == 403 and json.loads(told.content)["code"] == "only-looking"
    private = desk.get("/messages/")
    assert private.status_code == 403 and "not shown while you look" in private.content.decode()
    assert not LookPage.objects.get(path="/messages/").shown


def test_the_end(desk, sena, bob):
    found = look(desk, bob)
    answer = desk.post("/admin/looks/end/")
    assert answer["Location"] == f"/admin/social/moderatedmember/{bob.pk}/change/"
    found.refresh_from_db()
    assert found.ending == "ended" and HELD not in desk.session
    assert "You see the site as" not in desk.get("/settings/").content.decode()
    assert desk.post("/admin/looks/end/")["Location"] == "/admin/"  # twice
    assert desk.get("/admin/looks/end/").status_code == 405


def test_after_ten_minutes_nothing_is_sent_by_mistake(desk, sena, bob, world, monkeypatch):
    monkeypatch.setattr(actions, "LASTS", timedelta(microseconds=1))
    found = look(desk, bob)
    said = desk.post(f"/posts/{world.pk}/like/")
    assert said.status_code == 403 and "nothing was sent" in said.content.decode()
    world.refresh_from_db()
    assert world.like_count == 0
    found.refresh_from_db()
    assert found.ending == "time"
    assert desk.get("/").status_code == 200 and "@sena" in desk.get("/").content.decode()
    look(desk, bob)
    page = desk.get("/").content.decode()
    assert "The look as @bob is over" in page and "You see the site as @bob sees it" not in page


def test_it_ends_at_once_with_the_role_and_with_the_session(desk, sena, alice, bob):
    found = look(desk, bob)
    sena.groups.clear()
    page = desk.get("/").content.decode()
    found.refresh_from_db()
    assert found.ending == "role" and "You see the site as @bob sees it" not in page
    sena = make.member("sybil", roles=("senior",), is_demo=True)
    client = Client()
    client.force_login(sena)
    found = look(client, bob)
    client.post("/sign-out/")
    found.refresh_from_db()
    assert found.ending == "out"
    client.force_login(sena)
    assert HELD not in client.session and "You see the site as" not in client.get("/").content.decode()
    found = look(client, alice)
    Member.objects.get_queryset().filter(pk=alice.pk).update(suspended_until=timezone.now() + timedelta(days=1))
    client.get("/")
    found.refresh_from_db()
    assert found.ending == "gone"


def test_it_is_of_one_session_alone(desk, sena, bob):
    found = look(desk, bob)
    other = Client()
    other.force_login(sena)
    assert "You see the site as @bob" not in other.get("/").content.decode()
    # Also when what the session holds is carried over to another key.
    session = other.session
    session[HELD] = found.pk
    session.save()
    assert "You see the site as @bob sees it" not in other.get("/").content.decode()
    found.refresh_from_db()
    assert found.ending == "out"


def test_the_session_of_somebody_else_gets_nothing_by_the_number_of_a_look(desk, bob, carol):
    found = look(desk, bob)
    other = Client()
    other.force_login(carol)
    session = other.session
    session[HELD] = found.pk
    session.save()
    assert "@carol" in other.get("/").content.decode() and HELD not in other.session
    found.refresh_from_db()
    assert found.ended_at is None


@pytest.mark.django_db(transaction=True)
def test_no_live_socket_opens_while_somebody_looks(desk, sena, bob):
    key = desk.cookies["session"].value
    assert live.member_of_session(key) == sena
    look(desk, bob)
    assert live.member_of_session(key) is None
    desk.post("/admin/looks/end/")
    assert live.member_of_session(key) == sena


def test_a_look_within_a_look_takes_its_place(desk, alice, bob):
    first = look(desk, bob)
    second = look(desk, alice)
    first.refresh_from_db()
    assert first.ending == "replaced" and "as @alice sees it" in desk.get("/explore/").content.decode()
    assert Look.objects.standing().get() == second


def test_the_form(desk, alice, mona, settings):
    page = desk.get(f"/admin/looks/{alice.pk}/").content.decode()
    assert "See the site as @alice sees it" in page
    for reason in ("", "short", "x" * 301):
        answer = desk.post(f"/admin/looks/{alice.pk}/", {"reason": reason})
        assert answer.status_code == 422 and reason in answer.content.decode()
    assert desk.post(f"/admin/looks/{mona.pk}/", {"reason": WHY}).status_code == 403
    assert desk.get("/admin/looks/999999/").status_code == 404
    assert not Look.objects.exists()
    for address in (f"/admin/social/moderatedmember/{alice.pk}/change/", f"/admin/wallets/member/{alice.pk}/change/"):
        assert f'href="/admin/looks/{alice.pk}/"' in desk.get(address).content.decode()
    assert (
        f'href="/admin/looks/{mona.pk}/"'
        not in desk.get(f"/admin/social/moderatedmember/{mona.pk}/change/").content.decode()
    )


def test_the_second_factor_must_be_fresh(desk, sena, alice, monkeypatch):
    monkeypatch.setattr(
        secondfactor, "recent", lambda request, seconds=secondfactor.RECENT: seconds > secondfactor.RECENT
    )
    answer = desk.post(f"/admin/looks/{alice.pk}/", {"reason": WHY})
    assert answer.status_code == 302 and f"next=/admin/looks/{alice.pk}/" in unquote(answer["Location"])
    assert not Look.objects.exists()


@pytest.mark.parametrize("role", ["manager", "auditor", "moderator", "reviewer", "labeller"])
def test_other_staff_are_refused(role, settings, alice, as_member):
    settings.DEMO = True
    client = as_member(make.member("other", roles=(role,), is_demo=True))
    assert client.get(f"/admin/looks/{alice.pk}/").status_code == 403
    assert client.post(f"/admin/looks/{alice.pk}/", {"reason": WHY}).status_code == 403
    assert client.post("/admin/looks/end/").status_code == 403
    assert (
        f"/admin/looks/{alice.pk}/"
        not in client.get(f"/admin/social/moderatedmember/{alice.pk}/change/").content.decode()
    )
    assert not Look.objects.exists()


def test_the_member_reads_who_looked(desk, sena, bob, carol, as_member):
    own = as_member(bob)
    assert "Nobody looked" in own.get("/settings/access/").content.decode()
    look(desk, bob)
    desk.get("/@alice/")
    desk.get("/messages/")
    page = own.get("/settings/access/").content.decode()
    assert "@sena is looking now" in page and WHY in page and "/messages/" in page and "not shown to them" in page
    desk.post("/admin/looks/end/")
    assert "@sena looked" in own.get("/settings/access/").content.decode()
    assert "looked at the site as you see it" in own.get("/notifications/").content.decode()
    assert "@sena" not in as_member(carol).get("/settings/access/").content.decode()
    assert Client().get("/settings/access/").status_code == 302 and own.post("/settings/access/").status_code == 405
    assert own.get("/settings/access/?before=x").status_code == 400


def test_auditors_read_the_log(desk, bob, settings, as_member):
    found = look(desk, bob)
    desk.get("/explore/")
    client = as_member(make.member("audra", roles=("auditor",), is_demo=True))
    from metya.wallets import roles

    roles.sync()
    assert WHY in client.get("/admin/social/look/").content.decode()
    assert "/explore/" in client.get(f"/admin/social/look/{found.pk}/change/").content.decode()
    assert client.post(f"/admin/social/look/{found.pk}/change/", {"reason": "x"}).status_code == 403
    assert client.post(f"/admin/social/look/{found.pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_style_of_a_look_hides_the_doors_to_what_is_not_shown():
    style = (settings.BASE_DIR / "static" / "css" / "looking.css").read_text()
    doors = set(re.findall(r'\[href\^="(/[a-z]+/)"\]', style)) - {"/notifications/"}
    assert doors >= {"/messages/", "/bookmarks/", "/lists/", "/rewards/", "/settings/"}
    for door in doors:
        assert resolve(door).view_name not in SHOWN, door
