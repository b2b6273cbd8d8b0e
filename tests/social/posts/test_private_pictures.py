"""Where pictures are kept, and who gets them: waiting, in a post for everyone, in one for some."""

import importlib
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from metya.wallets.models import Member
from metya.web.errors import ActionError
from social.follows import actions as follows
from social.moderation import actions as moderation
from social.posts import actions, pictures, writing
from social.posts.models import Post, PostImage
from social.posts.pictures import Attached
from social.posts.storage import PRIVATE, picture_storage
from tests import make
from tests.social.posts.test_pictures import file
from tests.social.posts.test_races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(alice):
    return pictures.upload(actor=alice, image=file())


def sent(row, **fields):
    return {"attached": [Attached(row.pk, "a red field")], **fields}


def on_disk(root):
    return {str(path.relative_to(root)) for path in Path(root).rglob("*.webp")}


def test_a_picture_in_a_draft_is_its_owners(alice, bob, mona, as_member, waiting):
    assert waiting.private and waiting.url == f"/posts/pictures/{waiting.pk}/"
    assert (settings.PRIVATE_ROOT / waiting.file.name).exists()
    for client, status in ((as_member(alice), 200), (as_member(bob), 404), (as_member(mona), 404), (Client(), 302)):
        assert client.get(waiting.url).status_code == status
    told = as_member(alice).post("/posts/pictures/", {"image": file()}, headers={"Accept": "application/json"}).json()
    assert told["url"] == f"/posts/pictures/{told['id']}/"
    with pytest.raises(ValueError, match="no address"):
        waiting.file.url  # noqa: B018


def test_posted_for_everyone_it_moves_to_the_public_media(
    alice, bob, as_member, waiting, django_capture_on_commit_callbacks
):
    before = on_disk(settings.PRIVATE_ROOT)
    data = (settings.PRIVATE_ROOT / waiting.file.name).read_bytes()
    with django_capture_on_commit_callbacks(execute=True):
        post = actions.publish(actor=alice, text="x", **sent(waiting))
    image = post.images.get()
    assert not image.private and image.url == f"/media/{image.file.name}" and (image.width, image.height) == (60, 40)
    with default_storage.open(image.file.name) as stored:
        assert stored.read() == data
    assert on_disk(settings.PRIVATE_ROOT) == before - {waiting.file.name}
    # Its old address leads there, for who may see the post.
    assert as_member(bob).get(f"/posts/pictures/{image.pk}/")["Location"] == image.url
    follows.block(actor=alice, target=bob)
    assert as_member(bob).get(f"/posts/pictures/{image.pk}/").status_code == 404


@pytest.mark.parametrize("how", ["uploaded", "along with the form"])
def test_posted_for_some_it_never_is_among_the_public_media(alice, bob, carol, as_member, how):
    before = on_disk(settings.MEDIA_ROOT)
    along = {"image": file(), "alt": "a red field"}
    fields = along if how == "along with the form" else sent(pictures.upload(actor=alice, image=file()))
    post = actions.publish(actor=alice, text="x", visibility="followers", **fields)
    image = post.images.get()
    assert image.private and on_disk(settings.MEDIA_ROOT) == before
    assert f'src="/posts/pictures/{image.pk}/"' in as_member(bob).get("/").content.decode()
    assert as_member(bob).get(image.url).status_code == 200 and as_member(carol).get(image.url).status_code == 404
    # Following is judged at each request.
    follows.unfollow(actor=bob, target=alice)
    assert as_member(bob).get(image.url).status_code == 404
    for guess in (f"/media/{image.file.name}", f"/media/../private/{image.file.name}", f"/static/{image.file.name}"):
        assert as_member(bob).get(guess).status_code == 404
    assert as_member(bob).post(image.url).status_code == 405


def test_an_answer_keeps_the_bound_of_what_it_answers_with_its_picture(alice, bob, waiting):
    make.follow(alice, bob)
    opened = make.post(bob, "among us", visibility="followers")
    post = actions.publish(actor=alice, text="x", in_reply_to=opened, visibility="public", **sent(waiting))
    assert post.images.get().private


def test_a_moderator_sees_it_while_it_is_reported(alice, bob, mona, as_member, waiting, settings):
    post = actions.publish(actor=alice, text="x", visibility="followers", **sent(waiting))
    url = post.images.get().url
    staff = as_member(mona)
    report = moderation.report(actor=bob, member=alice, post=post, rule="spam")
    assert staff.get(url).status_code == 404  # no second factor
    settings.DEMO = True  # waives it
    Member.objects.filter(pk=mona.pk).update(is_demo=True)
    assert staff.get(url).status_code == 200
    make.decide(mona, report)
    assert staff.get(url).status_code == 404


def test_a_failure_leaves_the_picture_waiting_and_no_file_behind(alice, waiting, monkeypatch):
    before = on_disk(settings.MEDIA_ROOT), on_disk(settings.PRIVATE_ROOT)

    def fail(*_args, **_kwargs):
        raise RuntimeError("the database went away")

    monkeypatch.setattr(writing, "_connect", fail)
    with pytest.raises(RuntimeError):
        actions.publish(actor=alice, text="x", **sent(waiting))
    assert (on_disk(settings.MEDIA_ROOT), on_disk(settings.PRIVATE_ROOT)) == before
    assert PostImage.objects.waiting_of(alice).get().file.name == waiting.file.name


def test_a_lost_file_is_said(alice, as_member, waiting):
    waiting.file.storage.delete(waiting.file.name)
    assert as_member(alice).get(waiting.url).status_code == 404
    with pytest.raises(ActionError) as refused:
        actions.publish(actor=alice, text="x", **sent(waiting))
    assert refused.value.code == "picture"


@pytest.mark.django_db(transaction=True)
def test_sent_twice_at_once_it_is_in_one_post_with_one_file(alice):
    waiting = pictures.upload(actor=alice, image=file())
    before = on_disk(settings.MEDIA_ROOT)
    results = at_once(*(lambda: actions.publish(actor=alice, text="x", **sent(waiting)) for _again in range(4)))
    posted = [result for result in results if isinstance(result, Post)]
    assert len(posted) == 1 and {result.code for result in results if result not in posted} == {"picture"}
    assert on_disk(settings.MEDIA_ROOT) - before == {posted[0].images.get().file.name}


class TestWhatWasThereBefore:
    """Rows from the time when every picture stood among the public media."""

    migration = importlib.import_module("social.migrations.0014_private_pictures")
    hide = staticmethod(migration.hide)

    def old(self, member, post, name):
        kept = default_storage.save(f"posts/2026/01/{name}.webp", ContentFile(name.encode()))
        return PostImage.objects.create(member=member, post=post, file=kept, width=1, height=1, alt="x")

    def test_it_moves_once_and_nothing_else_does(self, alice, django_capture_on_commit_callbacks):
        some = self.old(alice, make.post(alice, "some", visibility="followers"), "some")
        everyone = self.old(alice, make.post(alice, "all"), "all")
        draft, lost = self.old(alice, None, "draft"), self.old(alice, None, "lost")
        shared = PostImage.objects.create(
            member=alice,
            post=make.post(alice, "y", visibility="list"),
            file=everyone.file.name,
            width=1,
            height=1,
            alt="x",
        )
        names = {row.pk: row.file.name for row in (some, everyone, draft, lost)}
        default_storage.delete(lost.file.name)
        for _again in range(2):
            with django_capture_on_commit_callbacks(execute=True):
                self.hide(apps, None)
        found = {row.pk: row.file.name for row in PostImage.objects.all()}
        for row, said in ((some, b"some"), (draft, b"draft"), (shared, b"all")):
            assert found[row.pk].startswith(PRIVATE) and picture_storage().open(found[row.pk]).read() == said
        assert not default_storage.exists(names[some.pk]) and not default_storage.exists(names[draft.pk])
        assert found[everyone.pk] == names[everyone.pk] and default_storage.exists(found[everyone.pk])
        assert found[lost.pk] == names[lost.pk]

    def test_an_interrupted_run_keeps_what_it_did_and_the_next_makes_it_whole(
        self, alice, monkeypatch, django_capture_on_commit_callbacks
    ):
        rows = [self.old(alice, None, name) for name in ("one", "two")]
        names = [row.file.name for row in rows]
        copied = self.migration.copied

        def power_cut(name, to):
            if name == names[1]:
                raise RuntimeError("power cut")
            return copied(name, to)

        assert not self.migration.Migration.atomic
        monkeypatch.setattr(self.migration, "AT_ONCE", 1)
        monkeypatch.setattr(self.migration, "copied", power_cut)
        # The first one stands in its row; nothing that was to come after that was done.
        with django_capture_on_commit_callbacks(), pytest.raises(RuntimeError):
            self.hide(apps, None)
        assert PostImage.objects.get(pk=rows[0].pk).private and default_storage.exists(names[0])
        assert not PostImage.objects.get(pk=rows[1].pk).private
        monkeypatch.setattr(self.migration, "copied", copied)
        with django_capture_on_commit_callbacks(execute=True):
            self.hide(apps, None)
        assert all(image.private and picture_storage().exists(image.file.name) for image in PostImage.objects.all())
        assert not any(default_storage.exists(name) for name in names)

    def test_a_table_without_an_index_of_names_is_not_read_for_each(self, alice, django_capture_on_commit_callbacks):
        for rows in (1, 6):
            for number in range(rows):
                self.old(alice, None, f"{rows}-{number}")
            with CaptureQueriesContext(connection) as asked, django_capture_on_commit_callbacks(execute=True):
                self.hide(apps, None)
            assert len([one for one in asked if one["sql"].startswith("SELECT")]) == 6
