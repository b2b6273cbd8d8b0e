"""Messages by address: works, wrong verb, stranger, signed out, bad input, repeat, fragment."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from metya.wallets import roles
from metya.wallets.models import Member
from social.follows import actions as follows
from social.messages import actions
from social.messages.models import Conversation, Message, MessageSettings, Participant, State
from social.moderation.models import Report
from tests import make

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}


@pytest.fixture
def a(alice, as_member):
    return as_member(alice)


@pytest.fixture
def b(bob, as_member):
    return as_member(bob)


@pytest.fixture
def c(carol, as_member):
    return as_member(carol)


def page(client, path, status=200, **kwargs):
    answer = client.get(path, **kwargs)
    assert answer.status_code == status, path
    return answer.content.decode()


PAGES = ("/messages/{0}/", "/messages/{0}/about/", "/messages/{0}/report/", "/messages/said/{1}/report/")
DEEDS = ("send", "read", "accept", "decline", "leave", "mute", "unmute", "add", "name", "report")


# --- who gets in -----------------------------------------------------------------------------------------------------


def test_the_signed_out_are_sent_to_sign_in(client, talk, db):
    message = talk.messages.first()
    for path in ("/messages/", "/messages/requests/", "/messages/count/", "/messages/new/", "/settings/messages/"):
        assert client.get(path).url.startswith("/sign-in/"), path
    for path in (*PAGES, "/messages/pictures/1/"):
        assert client.get(path.format(talk.pk, message.pk)).url.startswith("/sign-in/"), path


@pytest.mark.parametrize("who", ["stranger", "moderator", "left", "declined"])
def test_nobody_else_reaches_a_conversation(request, alice, bob, carol, mona, talk, as_member, picture, who):
    message = actions.send(actor=alice, conversation=talk, text="", image=picture(), alt="x")
    client = as_member({"stranger": carol, "moderator": mona}.get(who, bob))
    if who == "left":
        actions.leave(actor=bob, conversation=talk)
    elif who == "declined":
        Participant.objects.filter(member=bob).update(state=State.DECLINED)
    before = list(Message.objects.values_list("pk", "text", "deleted_at"))
    for path in (*PAGES, f"/messages/pictures/{message.image.pk}/"):
        assert client.get(path.format(talk.pk, message.pk)).status_code == 404, path
    for verb in DEEDS:
        data = {"text": "x", "up_to": "1", "to": "carol", "name": "x", "rule": "spam"}
        assert client.post(f"/messages/{talk.pk}/{verb}/", data).status_code == 404, verb
    assert client.post(f"/messages/said/{message.pk}/delete/").status_code == 404
    assert client.get(f"/messages/{talk.pk}/?after=0", headers=HTMX).status_code == 404
    assert list(Message.objects.values_list("pk", "text", "deleted_at")) == before and not Report.objects.exists()
    assert "Hello Bob" not in page(client, "/messages/")


def test_wrong_verbs(a, talk):
    for path in (
        "/messages/",
        "/messages/requests/",
        "/messages/count/",
        f"/messages/{talk.pk}/",
        f"/messages/{talk.pk}/about/",
    ):
        assert a.post(path).status_code == 405, path
    for verb in set(DEEDS) - {"report"}:
        assert a.get(f"/messages/{talk.pk}/{verb}/").status_code == 405, verb


def test_what_is_not_there(a):
    for path in (
        "/messages/999/",
        "/messages/said/999/report/",
        "/messages/pictures/999/",
        "/messages/0/",
        "/messages/x/",
    ):
        assert a.get(path).status_code == 404, path


def test_no_page_of_messages_is_kept_by_a_cache(a, talk):
    for path in ("/messages/", f"/messages/{talk.pk}/", "/messages/count/"):
        assert "no-store" in a.get(path)["Cache-Control"], path


# --- writing ---------------------------------------------------------------------------------------------------------


def test_a_first_message(a, bob):
    assert 'value="bob"' in page(a, "/messages/new/?to=bob")
    answer = a.post("/messages/new/", {"to": "@Bob", "text": "Hello"})
    talk = Conversation.objects.get()
    assert answer.url == f"/messages/{talk.pk}/" == a.get("/messages/new/?to=bob").url
    assert 'value="bob"' in page(a, "/messages/new/?to=bob&fresh=1")
    assert a.post("/messages/new/", {"to": "bob", "text": "Again"}, headers=JSON).json()["id"] == talk.pk


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"to": "", "text": "Keep me"}, "Say to whom"),
        ({"to": "nobody_here", "text": "Keep me"}, "nobody called @nobody_here"),
        ({"to": "alice", "text": "Keep me"}, "Write to one person"),
        ({"to": "a1 b1 c1 d1 e1 f1 g1 h1", "text": "Keep me"}, "at most 7 others"),
        ({"to": "bob", "text": "Keep me" * 400}, "too long"),
        ({"to": "bob", "text": ""}, "Write something first"),
        ({"to": "bob carol", "text": "Keep me", "name": "x" * 61}, "too long"),
        ({"to": "x" * 401, "text": "Keep me"}, "at most 400"),
        ({"to": "\x00", "text": "Keep me"}, "ull characters"),
    ],
)
def test_a_bad_first_message_keeps_what_was_typed(a, bob, carol, data, said):
    answer = a.post("/messages/new/", data)
    assert answer.status_code == 422 and said in answer.content.decode()
    assert data["text"] in answer.content.decode() and not Conversation.objects.exists()
    answer = a.post("/messages/new/", data, headers=JSON)
    assert answer.status_code == 422 and said in answer.json()["message"]


def test_the_blocked_look_like_nobody(a, bob, alice):
    follows.block(actor=bob, target=alice)
    answers = [a.post("/messages/new/", {"to": who, "text": "x"}).content.decode() for who in ("bob", "nobody")]
    assert all(f"There is nobody called @{who}" in text for who, text in zip(("bob", "nobody"), answers, strict=True))


def test_sending_and_sending_again(a, bob, talk):
    for _twice in range(2):
        assert a.post(f"/messages/{talk.pk}/send/", {"text": "One", "client_key": "k"}).url == talk.get_absolute_url()
        assert a.post(f"/messages/{talk.pk}/send/", {"text": "Two", "client_key": "l"}, headers=JSON).status_code == 201
    assert Message.objects.count() == 3
    text = page(a, f"/messages/{talk.pk}/")
    assert text.index("Hello Bob") < text.index("One") < text.index("Two") and 'data-key="l"' in text


def test_a_refused_message_is_kept(a, b, alice, bob, talk, picture):
    answer = a.post(f"/messages/{talk.pk}/send/", {"text": "Keep me", "image": picture()})
    assert (
        answer.status_code == 422
        and "Keep me" in answer.content.decode()
        and "Describe the picture" in answer.content.decode()
    )
    answer = a.post(f"/messages/{talk.pk}/send/", {"text": " "}, headers=JSON)
    assert answer.status_code == 422 and answer.json()["message"] == "Write something first."
    follows.block(actor=bob, target=alice)
    answer = a.post(f"/messages/{talk.pk}/send/", {"text": "Keep me"}, headers=JSON)
    assert answer.status_code == 422 and "No more messages" in answer.json()["message"]
    text = page(a, f"/messages/{talk.pk}/")
    assert "No more messages" in text and "data-send" not in text and "Hello Bob" in text
    assert "Unblock" in page(b, f"/messages/{talk.pk}/") and "Unblock" not in text


@pytest.mark.usefixtures("_still_windows")
def test_too_much_of_it(a, alice, talk, bob):
    for _number in range(60):
        a.post(f"/messages/{talk.pk}/send/", {"text": ""})
    answer = a.post(f"/messages/{talk.pk}/send/", {"text": "x"}, headers=JSON)
    assert answer.status_code == 429 and int(answer["Retry-After"]) <= 60


def test_strangers_are_limited_with_a_retry_after(a, alice):
    for _number in range(20):
        actions.start(actor=alice, people=[make.member()], text="Hi")
    answer = a.post("/messages/new/", {"to": make.member().handle, "text": "x"}, headers=JSON)
    assert (
        answer.status_code == 429
        and "new people a day" in answer.json()["message"]
        and int(answer["Retry-After"]) > 80_000
    )


# --- requests and choices --------------------------------------------------------------------------------------------


def test_a_request_is_apart(alice, carol, c, picture):
    asked = actions.start(actor=alice, people=[carol], text="Hello Carol", image=picture(), alt="A secret card")
    assert "Hello Carol" not in page(c, "/messages/") and 'class="count">1</span>' in page(c, "/messages/")
    assert "Hello Carol" in page(c, "/messages/requests/")
    assert c.get("/messages/count/").json()["unread"] == 0
    text = page(c, f"/messages/{asked.pk}/")
    image = f"/messages/pictures/{Message.objects.get().image.pk}/"
    assert "shown after you accept" in text and "A secret card" not in text and "data-send" not in text
    assert c.get(image).status_code == 404
    assert c.post(f"/messages/{asked.pk}/accept/").url == f"/messages/{asked.pk}/"
    text = page(c, f"/messages/{asked.pk}/")
    assert "A secret card" in text and "data-send" in text and c.get(image).status_code == 200
    assert "Hello Carol" in page(c, "/messages/") and "No requests" in page(c, "/messages/requests/")


def test_declining_leaves_nothing(alice, carol, a, c):
    asked = actions.start(actor=alice, people=[carol], text="Hello Carol")
    assert c.post(f"/messages/{asked.pk}/decline/").url == "/messages/requests/"
    assert c.post(f"/messages/{asked.pk}/decline/").status_code == 404
    assert "Hello Carol" not in page(c, "/messages/requests/") and "data-send" in page(a, f"/messages/{asked.pk}/")


def test_muting_and_leaving(a, b, bob, talk):
    assert b.get("/messages/count/").json() == {"unread": 1, "label": "1", "text": "1 unread conversation"}
    for _twice in range(2):
        b.post(f"/messages/{talk.pk}/mute/")
    assert b.get("/messages/count/").json()["label"] == "" and "Muted" in page(b, "/messages/")
    assert b.post(f"/messages/{talk.pk}/unmute/", headers=JSON).json() == {"done": "unmute"}
    assert b.get("/messages/count/").json()["unread"] == 1
    assert b.post(f"/messages/{talk.pk}/leave/").url == "/messages/"
    assert "No messages yet" in page(b, "/messages/") and "@bob left" in page(a, f"/messages/{talk.pk}/")


def test_reading(a, b, alice, talk):
    assert "data-letters>1<" in page(b, "/explore/")
    newest = talk.messages.get().pk
    answer = b.post(f"/messages/{talk.pk}/read/", {"up_to": newest}, headers=JSON)
    assert answer.json()["unread"] == 0 and "data-letters hidden>" in page(b, "/explore/")
    assert "Seen" in page(a, f"/messages/{talk.pk}/")
    assert b.post(f"/messages/{talk.pk}/read/", {"up_to": newest}).url == talk.get_absolute_url()
    for bad in ("", "x", "-1", "9" * 30, "٣"):
        assert b.post(f"/messages/{talk.pk}/read/", {"up_to": bad}).status_code == 422, bad


def test_preferences(b, bob, alice, talk):
    assert "checked" in page(b, "/settings/messages/")
    assert b.post("/settings/messages/", {"who": "nobody"}).url == "/settings/messages/"
    chosen = MessageSettings.objects.get(member=bob)
    assert chosen.who == "nobody" and not chosen.show_read
    assert b.post("/settings/messages/", {"who": "friends"}).status_code == 422
    assert b.post("/settings/messages/", {"who": "everyone", "show_read": "on"}).status_code == 302
    assert MessageSettings.objects.get().show_read


def test_people_and_name(a, c, alice, group, dana):
    make.follow(dana, alice)
    path = f"/messages/{group.pk}"
    text = page(a, f"{path}/about/")
    assert "@bob" in text and "@carol" in text and "3 people" in text
    assert a.post(f"{path}/add/", {"to": "dana"}).url == f"{path}/about/"
    assert a.post(f"{path}/name/", {"name": "The walk"}).url == f"{path}/about/"
    assert "The walk" in page(c, "/messages/") and "Dana" in page(c, f"{path}/about/")
    answer = a.post(f"{path}/add/", {"to": "nobody_here"})
    assert answer.status_code == 422 and "nobody called @nobody_here" in answer.content.decode()
    answer = a.post(f"{path}/name/", {"name": "x" * 61})
    assert answer.status_code == 422 and "x" * 61 in answer.content.decode()
    assert "added Dana" in page(c, f"{path}/")


# --- what is private -------------------------------------------------------------------------------------------------


def test_a_picture_is_for_those_who_are_in_it_now(a, b, c, alice, bob, talk, picture, client, settings):
    image = actions.send(actor=alice, conversation=talk, text="", image=picture(), alt="x").image
    path = f"/messages/pictures/{image.pk}/"
    answer = b.get(path)
    assert answer["Content-Type"] == "image/webp" and answer["Cache-Control"] == "private, no-store"
    assert answer.content[8:12] == b"WEBP" and c.get(path).status_code == 404
    for where in (f"/media/{image.file.name}", f"/static/{image.file.name}", f"/media/../private/{image.file.name}"):
        assert client.get(where).status_code == 404, where
    assert image.file.name not in page(b, f"/messages/{talk.pk}/")
    actions.leave(actor=bob, conversation=talk)
    assert b.get(path).status_code == 404 and a.get(path).status_code == 200
    actions.delete(actor=alice, message=image.message)
    assert a.get(path).status_code == 404


def test_a_picture_in_a_group_is_hidden_across_a_block(b, c, alice, bob, carol, group, picture):
    path = (
        f"/messages/pictures/{actions.send(actor=bob, conversation=group, text='', image=picture(), alt='x').image.pk}/"
    )
    assert c.get(path).status_code == 200
    follows.block(actor=bob, target=carol)
    assert c.get(path).status_code == 404 and b.get(path).status_code == 200


def test_a_lost_file_is_a_404(b, alice, talk, picture):
    image = actions.send(actor=alice, conversation=talk, text="", image=picture(), alt="x").image
    image.file.storage.delete(image.file.name)
    assert b.get(f"/messages/pictures/{image.pk}/").status_code == 404


def test_moderators_see_what_was_reported_and_nothing_else(
    b, alice, mona, fay, cole, talk, picture, as_member, settings
):
    settings.DEMO = True  # opens the staff's door without a second factor
    roles.sync()
    Member.objects.filter(pk__in=(mona.pk, cole.pk)).update(is_demo=True)
    bad, other = (
        actions.send(actor=alice, conversation=talk, text="Bad", image=picture(), alt="x") for _two in range(2)
    )
    staff = as_member(mona)
    paths = [f"/messages/pictures/{message.image.pk}/" for message in (bad, other)]
    assert staff.get(paths[0]).status_code == 404
    assert "The moderators get this message" in page(b, f"/messages/said/{bad.pk}/report/")
    assert b.post(f"/messages/said/{bad.pk}/report/", {"rule": "dislike"}).status_code == 422
    assert b.post(f"/messages/said/{bad.pk}/report/", {"rule": "spam"}).url == talk.get_absolute_url()
    assert [staff.get(path).status_code for path in paths] == [200, 404] and as_member(fay).get(
        paths[0]
    ).status_code == 404
    assert staff.get(f"/messages/{talk.pk}/").status_code == 404
    listed = page(staff, "/admin/social/report/")
    assert f'href="{paths[0]}"' in listed and "Bad" in listed and paths[1] not in listed
    assert "Bad" in page(staff, f"/admin/social/report/{Report.objects.get().pk}/change/")
    manager = as_member(cole)
    assert "Bad" not in page(manager, "/admin/social/report/")
    assert manager.get(f"/admin/social/report/{Report.objects.get().pk}/change/").status_code == 302
    Report.objects.update(state="dismissed", decided_at=timezone.now())
    assert staff.get(paths[0]).status_code == 404


def test_a_conversation_is_reported(b, a, group, alice):
    assert "latest 20 messages" in page(b, f"/messages/{group.pk}/report/")
    assert b.post(f"/messages/{group.pk}/report/", {"rule": "spam", "note": "x"}).status_code == 302
    assert Report.objects.get().member == alice
    assert a.get(f"/messages/{group.pk}/report/").status_code == 403


def test_moderators_open_the_pictures_of_a_reported_conversation_and_they_stay_with_it(
    a, b, alice, mona, talk, picture, as_member, settings
):
    settings.DEMO = True  # opens the staff's door without a second factor
    roles.sync()
    Member.objects.filter(pk=mona.pk).update(is_demo=True)
    first = actions.send(actor=alice, conversation=talk, text="Bad", image=picture(), alt="x")
    assert b.post(f"/messages/{talk.pk}/report/", {"rule": "spam"}).status_code == 302
    later = actions.send(actor=alice, conversation=talk, text="Not yet there", image=picture(), alt="x")
    staff, paths = as_member(mona), [f"/messages/pictures/{message.image.pk}/" for message in (first, later)]
    assert [staff.get(path).status_code for path in paths] == [200, 404]
    listed = page(staff, "/admin/social/report/")
    assert f'href="{paths[0]}"' in listed and '<span class="as-it-stood">' in listed
    # Taking it back takes nothing away from the case.
    for message in (first, later):
        assert a.post(f"/messages/said/{message.pk}/delete/", headers=JSON).status_code == 200
    assert staff.get(paths[0]).status_code == 200
    assert b.get(paths[0]).status_code == 404
    Report.objects.update(state="dismissed", decided_at=timezone.now())
    assert staff.get(paths[0]).status_code == 404


def test_deleting_by_address(a, b, talk):
    message = talk.messages.get()
    assert b.post(f"/messages/said/{message.pk}/delete/").status_code == 403
    assert a.post(f"/messages/said/{message.pk}/delete/", headers=JSON).json() == {"deleted": message.pk}
    assert a.post(f"/messages/said/{message.pk}/delete/").status_code == 302
    assert "Message deleted" in page(b, f"/messages/{talk.pk}/") and "Hello Bob" not in page(b, "/messages/")


# --- paging and cost -------------------------------------------------------------------------------------------------


def test_paging_upwards_and_downwards(a, alice, talk):
    for number in range(70):
        actions.send(actor=alice, conversation=talk, text=f"number {number:02}")
    path = f"/messages/{talk.pk}/"
    text = page(a, path)
    assert "number 69" in text and "number 40" in text and "number 39" not in text
    link = re.search(r'href="(\?before=\d+)"', text)[1]
    whole, part = page(a, path + link), page(a, path + link, headers=HTMX)
    for one in (whole, part):
        assert "number 39" in one and "number 10" in one and "number 40" not in one and "number 09" not in one
    assert "<html" in whole and "<html" not in part
    first = Message.objects.get(text="number 66").pk
    below = page(a, f"{path}?after={first}", headers=HTMX)
    assert re.findall(r"number \d\d", below) == ["number 67", "number 68", "number 69"] and 'class="day"' not in below
    for query in ("?before=x", "?after=-1", "?before=99999999999999999999"):
        assert a.get(path + query).status_code == 400, query


def test_lists_page_by_what_was_written_last(a, alice):
    for number in range(25):
        friend = make.member(f"friend{number:02}")
        make.follow(friend, alice)
        actions.start(actor=alice, people=[friend], text=f"text {number:02}")
    text = page(a, "/messages/")
    assert "text 24" in text and "text 05" in text and "text 04" not in text
    link = re.search(r'href="(\?before=\d+)"', text)[1]
    part = page(a, "/messages/" + link, headers=HTMX)
    assert "text 04" in part and "text 00" in part and "text 05" not in part and "<html" not in part
    fresh = page(a, "/messages/?fresh=1", headers=HTMX)
    assert "text 24" in fresh and "?before=" not in fresh and "<html" not in fresh
    assert a.get("/messages/?before=x").status_code == 400


def counted(client, path):
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


@pytest.mark.parametrize("which", ["/messages/", "/messages/requests/", "talk", "people"])
def test_the_number_of_queries_does_not_depend_on_the_length(alice, bob, as_member, group, which, picture):
    client = as_member(alice)
    path = {"talk": group.get_absolute_url(), "people": f"{group.get_absolute_url()}about/"}.get(which, which)
    found = []
    for more in (3, 27):
        for number in range(more):
            friend = make.member()
            if which == "/messages/":
                make.follow(friend, alice)
                actions.start(actor=alice, people=[friend, bob] if number % 2 else [friend], text="Hi")
            elif which == "/messages/requests/":
                actions.start(actor=friend, people=[alice], text="Hi")
            elif which == "talk":
                actions.send(actor=(alice, bob)[number % 2], conversation=group, text="x", image=picture(), alt="x")
            elif Participant.objects.filter(conversation=group).count() < 8:
                make.follow(friend, alice)
                actions.add(actor=alice, conversation=group, people=[friend])
        found.append(counted(client, path))
    assert found[0] == found[1] <= 12, found


def test_the_count_costs_one_query(alice, talk, as_member):
    from social.messages import lists

    with CaptureQueriesContext(connection) as queries:
        lists.unread_count(alice)
    assert len(queries) == 1
