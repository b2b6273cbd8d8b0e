"""Prepared queries: the rows of the plain QuerySet, compiled once; what cannot be prepared runs as it is."""

import logging
import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.db.models import F, signals
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from metya.wallets.models import Member
from metya.web import prepared, session_store
from metya.web.compiled import NotPreparable
from metya.web.prepared import Change, Prepared, deleting, updating
from social.drafts import actions as drafts
from social.drafts.models import Draft
from social.feeds import reads as feeds
from social.follows import nearby
from social.follows import reads as follows
from social.notes import reads as notes
from social.notifications import reads as notifications
from social.posts import forms, writing
from social.posts import reads as posts
from social.posts.models import Post
from social.previews import attaching
from social.profiles import backends
from social.profiles import reads as profiles
from social.profiles.models import Profile
from tests import make

pytestmark = pytest.mark.django_db

# Every query of a page that is prepared, with arguments of each of its shapes.
USED = [
    (backends._signed_in, {"pk": 1}),
    (posts._posts, {"me": 1, "ids": [1]}),
    (posts._posts, {"me": None, "ids": [1]}),
    (posts._pictures, {"ids": [1]}),
    (posts._marks_of, {"me": 1, "ids": [1], "authors": [1], "sift": True, "reads": True, "staff": False}),
    (posts._marks_of, {"me": 1, "ids": [1], "authors": [1], "sift": False, "reads": False, "staff": True}),
    (posts._marks_of, {"me": 1, "ids": [1], "authors": [1], "sift": False, "reads": False, "staff": False}),
    (posts._entries_by_id, {"ids": [1]}),
    (feeds._explored, {"me": 1, "before": None, "most": 21}),
    (feeds._explored, {"me": None, "before": 9, "most": 21}),
    (feeds._liked, {"me": 1, "member": 2, "before": None, "most": 21}),
    (feeds._written, {"me": 1, "member": 2, "answers": False, "before": 9, "most": 21}),
    (feeds._written, {"me": None, "member": 2, "answers": True, "before": None, "most": 21}),
    (notifications._bell, {"me": 1}),
    (follows._bond, {"me": 1, "member": 2}),
    (nearby._mutual_ids, {"me": 1, "member": 2}),
    (nearby._named, {"ids": [1]}),
    (notes._about, {"me": 1, "member": 2}),
    (forms._lists, {"me": 1}),
    (writing._with_key, {"author": 1, "key": "k"}),
    (attaching._by_key, {"key": "k"}),
    (session_store._open, {"key": "k"}),
    (profiles._called, {"me": 1, "handle": "alice"}),
    (profiles._called, {"me": None, "handle": "alice"}),
    (profiles._shown_wallets, {"profile": 1}),
]


@pytest.mark.parametrize(("query", "values"), USED)
def test_the_queries_of_pages_are_prepared(query, values):
    assert query.shape(**values) is not None


def _same(query, **values):
    """The prepared rows, which are those of the plain QuerySet to the last column."""
    kept, plain = query(**values), list(query._build(**values))
    assert query.shape(**values) is not None

    def columns(row):
        return {name: value for name, value in vars(row).items() if name != "_state"} if hasattr(row, "pk") else row

    assert [columns(row) for row in kept] == [columns(row) for row in plain]
    for row, twin in zip(kept, plain, strict=True):
        if hasattr(row, "pk"):
            assert row._state.fields_cache.keys() == twin._state.fields_cache.keys()
            assert row._state.db == twin._state.db and not row._state.adding
    return kept


def test_rows_are_those_of_the_queryset_for_each_viewer_in_turn(alice, bob, carol):
    theirs = [make.post(author, f"by {author.handle}", visibility="followers") for author in (alice, carol)]
    query = Prepared(lambda me, ids: posts._posts_for(me, ids).order_by("pk"), "me", "ids")
    ids = [post.pk for post in theirs]
    for viewer in (alice, bob, carol, bob):
        for some in (ids, ids[:1], [], [*ids, *range(10**6, 10**6 + 200)]):
            seen = _same(query, me=viewer.pk, ids=some)
            assert {post.pk for post in seen} == {
                post.pk for post in Post.objects.visible_to(viewer).filter(pk__in=some)
            }
    assert _same(query, me=None, ids=ids) == []


def test_now_is_the_moment_of_each_run(alice, bob):
    post = make.post(alice, "here")
    query = Prepared(lambda ids: Post.objects.visible_to(None).filter(pk__in=ids), "ids")
    assert [row.pk for row in query(ids=[post.pk])] == [post.pk]
    alice.suspended_until = timezone.now() + timedelta(seconds=3600)
    alice.save()
    assert query(ids=[post.pk]) == []
    alice.suspended_until = timezone.now() - timedelta(microseconds=1)
    alice.save()
    assert [row.pk for row in query(ids=[post.pk])] == [post.pk]


def test_words_values_and_large_ids(alice):
    named = Prepared(lambda handle: Member.objects.filter(handle=handle).values_list("pk", "handle"), "handle")
    assert _same(named, handle="alice") == [(alice.pk, "alice")]
    for strange in ("a'; --", "100%", "%s", "$1", '{"x"}', "é\n"):
        assert _same(named, handle=strange) == []
    dicts = Prepared(lambda pk: Member.objects.filter(pk=pk).values("handle"), "pk")
    assert _same(dicts, pk=alice.pk) == [{"handle": "alice"}]
    for pk in (0, -1, 40_000, 2**31, 2**60):
        assert _same(dicts, pk=pk) == []
    constants = Prepared(lambda pk: Member.objects.filter(pk=pk).exclude(handle="50% %s $2 'x'").order_by("pk"), "pk")
    assert _same(constants, pk=alice.pk) == [alice]


@pytest.mark.parametrize(
    "build",
    [
        lambda pk: Member.objects.filter(pk=pk + 1),  # made of a value
        lambda pk: Member.objects.order_by("pk")[: min(pk, 5)],  # decides by a value
        lambda pk: Member.objects.filter(pk__in=[]).filter(pk=pk),  # always empty
        lambda pk: Member.objects.filter(pk=pk, joined_at__lt=timezone.now() - timedelta(days=1)),  # another moment
        lambda pk: Member.objects.filter(pk=pk).prefetch_related("posts"),
        lambda pk: Member.objects.filter(pk=pk, is_staff=Member.only_id(pk).is_staff),  # looks at more than the id
    ],
)
def test_what_cannot_be_prepared_runs_as_it_is(build, alice, caplog):
    query = Prepared(build, "pk")
    with caplog.at_level(logging.WARNING, logger=prepared.__name__):
        assert query(pk=alice.pk) == list(build(pk=alice.pk))
        assert query(pk=alice.pk) == list(build(pk=alice.pk))
    assert query.shape(pk=alice.pk) is None
    assert len(caplog.records) == 1


def test_it_is_one_query_in_the_log_and_in_the_transaction(alice):
    query = Prepared(lambda pk: Member.objects.filter(pk=pk), "pk")
    with CaptureQueriesContext(connection) as log:
        query(pk=alice.pk)
        query(pk=alice.pk)
    assert len(log) == 2
    assert all("SELECT" in entry["sql"] and str(alice.pk) in entry["sql"] for entry in log)
    Member.objects.filter(pk=alice.pk).update(handle="changed")
    assert query(pk=alice.pk)[0].handle == "changed"


@pytest.mark.django_db(transaction=True)
def test_threads_share_what_is_compiled_and_not_their_connections():
    people = [make.member(f"person{number}") for number in range(8)]
    query = Prepared(lambda pk: Member.objects.filter(pk=pk).select_related("profile"), "pk")
    found: list[str] = []

    def ask(member):
        try:
            for _ in range(20):
                found.extend(row.handle for row in query(pk=member.pk) if row.profile.member_id == member.pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask, args=(member,)) for member in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == sorted(member.handle for member in people for _ in range(20))


def test_whoever_listens_to_objects_being_made_hears_of_them(alice):
    heard = []

    def hear(instance, **_more):
        heard.append(instance.handle)

    signals.post_init.connect(hear, sender=Member)
    try:
        assert Prepared(lambda pk: Member.objects.filter(pk=pk), "pk")(pk=alice.pk) == [alice]
    finally:
        signals.post_init.disconnect(hear, sender=Member)
    assert heard == ["alice"]


def test_what_was_read_can_be_changed_saved_and_asked_further(alice):
    query = Prepared(lambda pk: Member.objects.filter(pk=pk).select_related("profile"), "pk")
    (found,) = query(pk=alice.pk)
    assert found.joined_at == alice.joined_at and found.joined_at.tzinfo is alice.joined_at.tzinfo
    found.handle, found.profile.name = "other", "Other"
    found.save()
    found.profile.save()
    (again,) = query(pk=alice.pk)
    assert (again.handle, again.profile.name, again.profile.member) == ("other", "Other", again)
    parts = Prepared(lambda pk: Member.objects.filter(pk=pk).only("handle"), "pk")(pk=alice.pk)
    assert [one.get_deferred_fields() >= {"joined_at"} for one in parts] == [True]
    assert parts[0].joined_at == alice.joined_at


def test_changes_are_those_of_the_queryset(alice, bob):
    mine = Profile.objects.filter(member=alice)

    def build(member, name):
        return updating(Profile.objects.filter(member=member), name=name, post_count=F("post_count") + 1)

    change = Change(build, "member", "name")
    for number, name in enumerate(("one", "100% 'two'", ""), start=1):
        change(member=alice.pk, name=name)
        assert mine.values_list("name", "post_count").get() == (name, number)
    assert Profile.objects.get(member=bob).post_count == 0
    for member in (alice, bob):
        for key in ("first", 'it\'s 100% "$1"'):
            drafts.save(actor=member, key=key, fields={"text": ["hello"]})
    drafts.discard(actor=alice, key='it\'s 100% "$1"')
    drafts.discard(actor=alice, key="none")
    assert sorted(Draft.objects.values_list("member__pk", "key")) == sorted(
        [(alice.pk, "first"), (bob.pk, "first"), (bob.pk, 'it\'s 100% "$1"')]
    )


def test_what_takes_more_along_is_not_deleted_by_one_statement(alice):
    with pytest.raises(NotPreparable):
        Change(lambda pk: deleting(Post.objects.filter(pk=pk)), "pk")(pk=1)
