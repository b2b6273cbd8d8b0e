"""Folders of bookmarks: whose they are, their names, and what lies in them."""

import pytest

from metya.web.errors import ActionError, Conflict, Invalid, NotAllowed
from social.bookmarks import actions, reads
from social.bookmarks.models import Bookmark, Filed, Folder
from social.follows import actions as follows
from social.posts import actions as posts
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def later(bob):
    return actions.create_folder(actor=bob, name="Later")


@pytest.fixture
def post(alice):
    return make.post(alice, "kept")


def lies_in(member, post):
    return sorted(Folder.objects.filter(pk__in=reads.places_of(member, post)).values_list("name", flat=True))


def test_a_name_is_tidied_and_the_members_own(bob, carol):
    assert actions.create_folder(actor=bob, name="  To   read ").name == "To read"
    assert actions.create_folder(actor=carol, name="To read").member == carol
    with pytest.raises(Conflict) as refused:
        actions.create_folder(actor=bob, name="To read")
    assert refused.value.code == "taken" and refused.value.data == {"field": "name"}


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "two\nlines", "a\u202eb", "\x00", "\u200b"])
def test_bad_names(bob, later, name):
    for deed in (
        lambda: actions.create_folder(actor=bob, name=name),
        lambda: actions.rename_folder(actor=bob, folder=later, name=name),
    ):
        with pytest.raises(Invalid) as refused:
            deed()
        assert refused.value.data["field"] == "name"
    assert Folder.objects.get().name == "Later"


def test_so_many_and_no_more(bob, carol, later, monkeypatch):
    monkeypatch.setattr(actions, "MOST", 1)
    with pytest.raises(Conflict) as refused:
        actions.create_folder(actor=bob, name="One more")
    assert refused.value.code == "too-many-folders"
    actions.create_folder(actor=carol, name="First")


def test_renaming(bob, later):
    actions.create_folder(actor=bob, name="Other")
    assert actions.rename_folder(actor=bob, folder=later, name="Later").name == "Later"
    assert actions.rename_folder(actor=bob, folder=later, name="Soon").name == "Soon"
    with pytest.raises(Conflict):
        actions.rename_folder(actor=bob, folder=later, name="Other")
    assert sorted(Folder.objects.values_list("name", flat=True)) == ["Other", "Soon"]


def test_a_post_in_several_folders_moved_and_taken_out(bob, later, post):
    recipes = actions.create_folder(actor=bob, name="Recipes")
    for _again in range(2):
        actions.file(actor=bob, post=post, folders=[later, recipes])
        assert lies_in(bob, post) == ["Later", "Recipes"] and Bookmark.objects.count() == 1
    actions.file(actor=bob, post=post, folders=[recipes])
    assert lies_in(bob, post) == ["Recipes"]
    actions.file(actor=bob, post=post, folders=[])
    assert lies_in(bob, post) == [] and Bookmark.objects.filter(member=bob).exists()


def test_of_a_repost_the_original_is_filed(alice, bob, carol, later, post):
    row = posts.repost(actor=carol, post=post)
    actions.file(actor=bob, post=row, folders=[later])
    assert lies_in(bob, post) == ["Later"]


def test_deleting_a_folder_keeps_the_bookmarks(bob, later, post):
    actions.file(actor=bob, post=post, folders=[later])
    actions.delete_folder(actor=bob, folder=later)
    assert not Folder.objects.exists() and not Filed.objects.exists() and Bookmark.objects.count() == 1
    actions.delete_folder(actor=bob, folder=later)


def test_what_is_bookmarked_no_longer_or_deleted_lies_nowhere(alice, bob, later, post):
    actions.file(actor=bob, post=post, folders=[later])
    posts.unbookmark(actor=bob, post=post)
    assert not Filed.objects.exists()
    actions.file(actor=bob, post=post, folders=[later])
    posts.delete(actor=alice, post=post)
    make.past_undoing(post)
    assert not Filed.objects.exists() and not Bookmark.objects.exists() and Folder.objects.exists()


def test_others_folders_are_out_of_reach(bob, carol, later, post):
    for deed in (
        lambda: actions.rename_folder(actor=carol, folder=later, name="Mine"),
        lambda: actions.delete_folder(actor=carol, folder=later),
        lambda: actions.file(actor=carol, post=post, folders=[later]),
    ):
        with pytest.raises(NotAllowed):
            deed()
    assert Folder.objects.get().name == "Later" and not Bookmark.objects.exists()


def test_only_what_may_be_seen_is_filed(alice, bob, carol):
    folder = actions.create_folder(actor=carol, name="Later")
    hidden = make.post(alice, "among us", visibility="followers")
    with pytest.raises(ActionError) as refused:
        actions.file(actor=carol, post=hidden, folders=[folder])
    assert refused.value.status == 404 and not Bookmark.objects.exists()


def test_what_is_hidden_later_is_neither_shown_nor_counted(alice, bob, later, post):
    actions.file(actor=bob, post=post, folders=[later])
    assert [line.count for line in reads.folders_of(bob)] == [1] and len(reads.folder_page(bob, later).items) == 1
    follows.block(actor=alice, target=bob)
    assert [line.count for line in reads.folders_of(bob)] == [0] and reads.folder_page(bob, later).items == []
