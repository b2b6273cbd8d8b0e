"""Drafts, scheduling and threads by address."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from social.drafts import actions, publishing
from social.drafts.models import Draft
from social.posts.models import Post

JSON = {"Accept": "application/json"}
HTMX = {"HX-Request": "true"}


def at(**later):
    return (timezone.now() + timedelta(**later)).strftime("%Y-%m-%dT%H:%M")


def test_kept_while_typing_opened_and_posted(alice, as_member):
    client = as_member(alice)
    typed = {
        "client_key": "k1",
        "text": "half a thou",
        "visibility": "followers",
        "warning": "Springs",
        "choice": ["a", ""],
    }
    kept = client.post("/drafts/save/", typed, headers=JSON).json()
    draft = Draft.objects.get()
    assert kept == {"id": draft.pk}
    assert "half a thou" in client.get("/drafts/").content.decode()
    page = client.get(f"/posts/new/?draft={draft.pk}").content.decode()
    assert "half a thou" in page and 'value="Springs"' in page and 'value="followers" selected' in page
    assert 'name="client_key" value="k1"' in page and 'name="choice" value="a"' in page
    assert client.post("/posts/", typed | {"text": "a whole thought", "choice": ""}).status_code == 302
    assert not Draft.objects.exists() and Post.objects.get().visibility == "followers"
    assert client.post("/drafts/save/", {"client_key": "k2", "text": ""}, headers=JSON).json() == {"id": None}


def test_drafts_are_nobody_elses(alice, bob, as_member):
    draft = actions.save(actor=alice, key="k", fields={"text": ["secret thought"]})
    client = as_member(bob)
    assert client.get(f"/posts/new/?draft={draft.pk}").status_code == 404
    assert "secret" not in client.get("/drafts/").content.decode()
    for verb in ("discard", "unschedule", "restore"):
        client.post(f"/drafts/{draft.pk}/{verb}/")
    assert client.post("/drafts/save/", {"client_key": "k", "text": "over it"}, headers=JSON).status_code == 200
    assert Draft.objects.get(pk=draft.pk).text == "secret thought"
    assert Client().post("/drafts/save/", {"client_key": "k", "text": "x"}).status_code == 302
    assert Client().get("/drafts/").status_code == 302
    for bad in ("0", "x", "9" * 30):
        assert client.get(f"/posts/new/?draft={bad}").status_code in (400, 404), bad


def test_letting_go(alice, as_member):
    client = as_member(alice)
    draft = actions.schedule(actor=alice, key="k", fields={"text": ["x"]}, at=timezone.now() + timedelta(hours=2))
    assert "goes out" in client.get("/drafts/").content.decode()
    assert client.post(f"/drafts/{draft.pk}/unschedule/")["Location"] == "/drafts/"
    assert Draft.objects.get().due_at is None
    for _again in range(2):
        assert client.post(f"/drafts/{draft.pk}/discard/")["Location"] == "/drafts/"
    assert (
        not Draft.objects.of(alice).exists()
        and f"/drafts/{draft.pk}/restore/" in client.get("/drafts/").content.decode()
    )
    assert client.get(f"/drafts/{draft.pk}/discard/").status_code == 405


def test_a_draft_let_go_comes_back_for_a_while(alice, bob, as_member):
    client = as_member(alice)
    soon = timezone.now() + timedelta(hours=2)
    draft = actions.schedule(actor=alice, key="k", fields={"text": ["A thought"]}, at=soon)
    answer = client.post(f"/drafts/{draft.pk}/discard/", headers=HTMX).content.decode()
    assert "Undo" in answer and "A thought" not in client.get("/drafts/").content.decode()
    assert client.get(f"/posts/new/?draft={draft.pk}").status_code == 404
    Draft.objects.update(due_at=timezone.now())
    assert publishing.publish_due() == 0 and actions.forget() == 0
    assert as_member(bob).post(f"/drafts/{draft.pk}/restore/").status_code == 409
    for _again in range(2):
        back = client.post(f"/drafts/{draft.pk}/restore/", headers=HTMX)
        assert f'hx-target="#draft-{draft.pk}"' in back.content.decode() and "HX-Refresh" not in back
    assert "A thought" in client.get("/drafts/").content.decode()
    client.post(f"/drafts/{draft.pk}/discard/")
    client.post("/drafts/save/", {"client_key": "k", "text": "typed on"}, headers=JSON)
    assert Draft.objects.of(alice).get().text == "typed on"
    client.post(f"/drafts/{draft.pk}/discard/")
    Draft.objects.update(discarded_at=timezone.now() - actions.GRACE)
    assert client.post(f"/drafts/{draft.pk}/restore/").status_code == 409
    assert actions.forget() == 1 and not Draft.objects.exists()


def test_scheduling_by_form(alice, as_member):
    client = as_member(alice)
    fields = {"text": "In the morning", "client_key": "k", "post_at": at(hours=5), "post_at_offset": "-120"}
    assert client.post("/posts/", fields)["Location"] == "/drafts/"
    draft = Draft.objects.get()
    # Two hours ahead of UTC: five hours from now on the member's clock are three.
    local = datetime.strptime(fields["post_at"], "%Y-%m-%dT%H:%M").replace(tzinfo=UTC)
    assert draft.due_at == local - timedelta(hours=2) and not Post.objects.exists()
    answer = client.post("/posts/", fields | {"client_key": "k2", "post_at_offset": ""}, headers=HTMX)
    assert answer.status_code == 204 and answer["HX-Redirect"] == "/drafts/"
    assert client.post("/posts/", fields | {"client_key": "k3", "post_at_offset": ""}, headers=JSON).status_code == 201


@pytest.mark.parametrize(
    "wrong",
    [
        {"post_at": "tomorrow"},
        {"post_at": "2020-01-01T10:00"},
        {"post_at_offset": "100000"},
        {"text": ""},
        {"visibility": "list"},
        {"choice": ["one"]},
        {"warning": "x" * 200},
    ],
)
def test_bad_schedules_keep_what_was_typed(alice, as_member, wrong):
    fields = {"text": "kept words", "warning": "kept", "client_key": "k", "post_at": at(hours=5)} | wrong
    answer = as_member(alice).post("/posts/", fields, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422 and (wrong.get("text") == "" or "kept words" in page)
    assert not Draft.objects.exists() and not Post.objects.exists()


def test_a_thread_by_form(alice, as_member):
    client = as_member(alice)
    assert client.post("/posts/", {"text": "One", "then": ["Two", "", "Three"]}).status_code == 302
    assert Post.objects.count() == 3
    answer = client.post("/posts/", {"text": "One", "then": ["kept " * 300]}, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422 and "Post 2 of the thread" in page and "kept kept" in page
    assert Post.objects.count() == 3


def test_the_list_takes_the_same_queries_at_any_length(alice, as_member):
    client = as_member(alice)
    client.get("/")
    found = []
    for start, end in ((0, 3), (3, 30)):
        for number in range(start, end):
            actions.save(actor=alice, key=f"k{number}", fields={"text": [f"draft {number}"]})
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/drafts/").status_code == 200
        found.append(len(queries))
    assert found[0] == found[1]
    before = client.get("/drafts/").content.decode().split("?before=")[1].split('"')[0]
    assert "draft 5" in client.get(f"/drafts/?before={before}", headers=HTMX).content.decode()
