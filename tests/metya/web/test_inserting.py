"""Rows stored by a statement that is kept."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import signals
from django.test.utils import CaptureQueriesContext

from metya.wallets.models import Member
from metya.web.inserting import insert
from social.drafts.models import Draft
from social.posts.models import Post
from social.previews.models import LinkPreview

pytestmark = pytest.mark.django_db


def _columns(row):
    return {name: value for name, value in vars(row).items() if name != "_state"}


def test_a_row_is_stored_as_save_stores_it(alice, bob):
    kept = Post(
        author=alice, text='it\'s 100% "$1" \\ é\n', html="<p>", preview_off=True, client_key="k", in_reply_to=None
    )
    with CaptureQueriesContext(connection) as log:
        assert insert(kept)
    assert len(log) == 1
    assert kept.pk and not kept._state.adding and kept._state.db == "default"
    assert _columns(Post.objects.get(pk=kept.pk)) == _columns(kept)
    answer = Post(author=bob, text="yes", in_reply_to=kept, root=kept)
    assert insert(answer)
    assert Post.objects.get(in_reply_to=kept).author == bob
    answer.text = "no"
    answer.save()
    assert Post.objects.count() == 2


def test_what_is_there_already_stays_as_it_is(alice):
    first = LinkPreview(key="k", url="https://example.org/1")
    assert insert(first)
    second = LinkPreview(key="k", url="https://example.org/2")
    assert not insert(second)
    assert second.pk is None
    assert list(LinkPreview.objects.values_list("pk", "url")) == [(first.pk, "https://example.org/1")]


def test_what_is_wrong_is_said(alice):
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(Post(author=alice, text="x", visibility="nobody"))
    with pytest.raises(TypeError):
        insert(Draft(member=alice, key="k"))  # its fields are JSON


def test_what_somebody_listens_to_is_left_to_save():
    def hear(**_more):
        raise AssertionError

    signals.post_save.connect(hear, sender=Member)
    try:
        with pytest.raises(TypeError):
            insert(Member(handle="new"))
    finally:
        signals.post_save.disconnect(hear, sender=Member)
