"""Private notes: nobody but their writer ever meets them."""

import pytest
from django.test import Client

from metya.web.errors import NotAllowed
from social.notes import actions
from social.notes.models import Note
from social.notes.reads import note_about

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}
WORD = "quicksilver"


def test_writing_changing_and_removing(alice, bob, as_member):
    client = as_member(bob)
    assert client.post("/@Alice/note/", {"text": f" {WORD} "})["Location"] == "/@alice/"
    assert WORD in client.get("/@alice/").content.decode() and WORD in client.get("/@alice/note/").content.decode()
    assert client.post("/@alice/note/", {"text": "other"}, headers=JSON).json() == {"handle": "alice", "text": "other"}
    assert Note.objects.get().text == "other"
    for _again in range(2):
        client.post("/@alice/note/", {"text": "  "})
    assert not Note.objects.exists()


def test_nobody_else_sees_it(alice, bob, carol, as_member):
    actions.write(actor=bob, about=alice, text=WORD)
    for client in (as_member(alice), as_member(carol), Client()):
        for path in ("/@alice/", "/@bob/", "/@alice/note/", "/@bob/note/", "/@alice/replies/"):
            assert WORD not in client.get(path).content.decode(), path
    assert note_about(alice, bob) == note_about(carol, alice) == note_about(None, alice) == ""


@pytest.mark.parametrize(("text", "said"), [("x" * 1001, "too long"), ("a\u202eb", "reorders")])
def test_bad_input_keeps_what_was_typed(alice, bob, as_member, text, said):
    answer = as_member(bob).post("/@alice/note/", {"text": text})
    assert answer.status_code == 422 and said in answer.content.decode() and text[:5] in answer.content.decode()
    assert as_member(bob).post("/@alice/note/", {"text": text}, headers=JSON).json()["code"] == "invalid"
    assert not Note.objects.exists()


def test_not_about_oneself_strangers_or_whom_one_may_not_see(alice, bob, as_member, client):
    assert as_member(bob).get("/@bob/note/").status_code == 404
    assert as_member(bob).post("/@nobody_here/note/", {"text": "x"}).status_code == 404
    assert client.get("/@alice/note/")["Location"].startswith("/sign-in/")
    assert as_member(bob).delete("/@alice/note/").status_code == 405
    with pytest.raises(NotAllowed):
        actions.write(actor=bob, about=bob, text="x")
