"""Messages are nobody else's: nothing outside the package reads its tables, and no page, feed, hint or epoch learns of them."""

import ast
import re
from datetime import timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from social.live import carrier
from social.messages import actions, models
from social.posts import actions as posts
from tests import make
from tests.test_structure import ROOT, _files, _imports

OWN = ROOT / "social" / "messages"
TABLES = {
    model._meta.db_table
    for model in apps.get_app_config("social").get_models()
    if model.__module__ == "social.messages.models"
}
NAMES = {model.__name__ for model in vars(models).values() if getattr(model, "__module__", "") == models.__name__}
# The list of models, who says that a message came, the number beside the envelope, the moderators' card of a reported
# message and its removal, and the demo, which writes and reads only what it reports.
MAY_KNOW = {
    "social/models.py": {"social.messages.models"},
    "social/apps.py": {"social.messages.pushing"},
    "social/templatetags/metya.py": {"social.messages.lists"},
    "social/profiles/backends.py": {"social.messages.lists"},
    "social/demo/letters.py": {"social.messages.models", "social.messages.actions"},
    "social/moderation/cards.py": {"social.messages.evidence"},
    "social/moderation/effects.py": {"social.messages.removing"},
    "social/demo/complaints.py": {"social.messages.models", "social.messages.reporting"},
}
SECRET = "heliotrope9317"


def test_the_tables_are_known():
    assert len(TABLES) == 5 and {"Conversation", "Message", "Participant"} <= NAMES


def test_nobody_else_imports_them():
    for path in _files():
        place = str(path.relative_to(ROOT))
        if path.is_relative_to(OWN):
            continue
        found = {name for name in _imports(path) if name.startswith("social.messages")}
        allowed = {
            name for one in MAY_KNOW.get(place, ()) for name in found if name == one or name.startswith(f"{one}.")
        }
        assert not found - allowed - {"social.messages"}, place
        assert not found or place in MAY_KNOW, place
        if place != "social/models.py":
            borrowed = {name.rpartition(".")[2] for name in _imports(path) if name.startswith("social.models.")}
            assert not borrowed & NAMES, place


def test_nobody_else_names_the_tables():
    pattern = re.compile("|".join([*TABLES, r"""get_model\(.social., .(?:message|conversation|participant)"""]), re.I)
    for path in _files():
        if path.is_relative_to(OWN):
            continue
        words = [node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)]
        assert not [word for word in words if isinstance(word, str) and pattern.search(word)], path


def test_no_other_table_points_at_them():
    own = [model for model in apps.get_models() if model._meta.db_table in TABLES]
    for model in own:
        for relation in model._meta.related_objects:
            assert relation.related_model in own, relation


@pytest.fixture
def talk(db, alice, bob):
    """alice and bob write about the secret, in a conversation and as a request to a third."""
    make.follow(alice, bob)
    made = actions.start(actor=alice, people=[bob], text=f"{SECRET} #{SECRET} @bob")
    actions.send(actor=bob, conversation=made, text=f"{SECRET} again")
    return made


def _touching(queries):
    return [query["sql"] for query in queries if any(f'"{table}"' in query["sql"] for table in TABLES)]


@pytest.mark.django_db
def test_no_page_reads_them_but_for_the_number(alice, bob, talk, as_member, client):
    post = posts.publish(actor=alice, text="A post #tag")
    handles = ("", "replies/", "likes/", "followers/", "following/")
    paths = [
        "/",
        "/explore/",
        "/tags/tag/",
        f"/tags/{SECRET}/",
        "/notifications/",
        "/notifications/count/",
        "/bookmarks/",
    ]
    paths += [
        "/settings/",
        "/settings/blocked/",
        "/people/suggested/",
        "/feeds/talked-about/",
        f"/posts/{post.pk}/",
        "/help/",
    ]
    paths += [
        f"/posts/counts/?ids={post.pk}",
        "/feeds/newer/?since=0",
        f"/search/?q={SECRET}",
        "/rewards/",
        "/rewards/chip/",
    ]
    paths += [f"/@alice/{tab}" for tab in handles]
    # It comes with who is signed in: no other query may touch them, and this one only counts.
    number = re.compile(
        r'^SELECT "wallets_member"\."id".*COALESCE\(\(SELECT COUNT\(U0\."id"\) AS "n" FROM "social_participant" U0'
    )
    for who in (as_member(bob), as_member(make.member("zoe")), client):
        for path in paths:
            with CaptureQueriesContext(connection) as queries:
                answer = who.get(path)
            shown = b"".join(answer) if answer.streaming else answer.content
            assert f"{SECRET} " not in shown.decode(), path
            touching = _touching(queries)
            assert len(touching) <= 1 and all(number.search(sql) for sql in touching), (path, touching)


@pytest.mark.django_db
def test_an_epoch_closes_without_looking_at_them(settings, talk, tmp_path):
    settings.GENESIS_DATE = (timezone.now() - timedelta(days=2)).date().isoformat()
    settings.EPOCHS_DIR = tmp_path / "epochs"
    with CaptureQueriesContext(connection) as queries:
        call_command("close_epoch", stdout=StringIO())
    assert len(queries) > 20 and not _touching(queries)
    for path in (tmp_path / "epochs").rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes()


@pytest.mark.django_db
def test_hints_say_ids_only(alice, bob, carol, talk, monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr(carrier, "send", sent.append)
    with django_capture_on_commit_callbacks(execute=True):
        message = actions.send(actor=alice, conversation=talk, text=SECRET)
        actions.mark_read(actor=bob, conversation=talk, up_to=message.pk)
        actions.start(actor=carol, people=[bob], text=SECRET)
    assert [event["t"] for event in sent] == ["messages"] * 3
    for event in sent:
        assert set(event) == {"t", "id", "members"} and SECRET not in str(event)
    assert sent[0]["members"] == [alice.pk, bob.pk] and set(sent[2]["members"]) == {carol.pk, bob.pk}
