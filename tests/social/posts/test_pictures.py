"""Several pictures, uploaded while writing: whose they are, what a post takes, what is forgotten."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from metya.web.errors import ActionError
from social.posts import actions, pictures
from social.posts.models import Post, PostImage
from social.posts.pictures import Attached

JSON = {"Accept": "application/json"}
HTMX = {"HX-Request": "true"}


def file(color="red"):
    out = io.BytesIO()
    Image.new("RGB", (60, 40), color).save(out, "PNG")
    return SimpleUploadedFile("x.png", out.getvalue(), "image/png")


@pytest.fixture
def waiting(alice):
    return [pictures.upload(actor=alice, image=file()) for _ in range(5)]


def attach(rows, **fields):
    return [Attached(row.pk, **({"alt": f"picture {row.pk}"} | fields)) for row in rows]


def test_up_to_four_pictures_in_the_order_they_were_sent(alice, waiting):
    chosen = [waiting[2], waiting[0], waiting[3], waiting[1]]
    post = actions.publish(actor=alice, text="four", attached=attach(chosen, focus=(90, 10)))
    assert list(post.images.values_list("pk", flat=True)) == [row.pk for row in chosen]
    image = post.images.first()
    assert (image.alt, image.alt_declined, image.focus_x, image.focus_y) == (f"picture {image.pk}", False, 90, 10)
    with pytest.raises(ActionError, match="At most 4"):
        actions.publish(actor=alice, text="five", attached=attach(waiting))
    with pytest.raises(ActionError, match="At most 4"):
        actions.publish(actor=alice, text="five", image=file(), alt="x", attached=attach(waiting[:4]))


def test_each_is_described_or_declined(alice, waiting):
    with pytest.raises(ActionError) as refused:
        actions.publish(actor=alice, text="x", attached=[*attach(waiting[:1]), Attached(waiting[1].pk, " ")])
    assert refused.value.data["field"] == "alt" and not Post.objects.exists()
    post = actions.publish(
        actor=alice, text="x", attached=[*attach(waiting[:1]), Attached(waiting[1].pk, " ")], alt_declined=True
    )
    assert list(post.images.values_list("alt_declined", flat=True)) == [False, True]


def test_a_picture_is_taken_once_and_by_its_owner(alice, bob, waiting):
    actions.publish(actor=alice, text="first", attached=attach(waiting[:1]))
    for actor, rows in ((alice, waiting[:1]), (bob, waiting[1:2])):
        with pytest.raises(ActionError) as refused:
            actions.publish(actor=actor, text="again", attached=attach(rows))
        assert refused.value.code == "picture"
    with pytest.raises(ActionError):
        actions.publish(actor=alice, text="twice in one", attached=attach([waiting[2], waiting[2]]))
    assert Post.objects.count() == 1 and PostImage.objects.filter(post=None).count() == 4


def test_a_refused_post_leaves_its_pictures_waiting(alice, waiting):
    with pytest.raises(ActionError):
        actions.publish(actor=alice, text="x", visibility="mentioned", attached=attach(waiting[:2]))
    assert PostImage.objects.waiting_of(alice).count() == 5


def test_what_was_never_posted_is_forgotten_with_its_file(alice, waiting):
    post = actions.publish(actor=alice, text="kept", attached=attach(waiting[:1]))
    PostImage.objects.update(created_at=timezone.now() - timedelta(days=41))
    storage, names = waiting[1].file.storage, [row.file.name for row in waiting]
    assert pictures.forget() == 4 and pictures.forget() == 0
    assert storage.exists(names[0]) and not any(storage.exists(name) for name in names[1:])
    assert post.images.count() == 1


def test_discarding(alice, bob, waiting):
    pictures.discard(actor=bob, pk=waiting[0].pk)
    assert PostImage.objects.count() == 5
    for _again in range(2):
        pictures.discard(actor=alice, pk=waiting[0].pk)
    assert PostImage.objects.count() == 4
    post = actions.publish(actor=alice, text="x", attached=attach(waiting[1:2]))
    pictures.discard(actor=alice, pk=waiting[1].pk)
    assert post.images.count() == 1, "what is in a post is not taken out of it"


def test_there_is_an_end_to_waiting(alice, waiting, monkeypatch):
    monkeypatch.setattr(pictures, "MOST_WAITING", 5)
    with pytest.raises(ActionError, match="Too many pictures wait"):
        pictures.upload(actor=alice, image=file())


# --- by address ------------------------------------------------------------------------------------------------------


def test_uploading_and_posting(alice, bob, as_member):
    client = as_member(alice)
    sent = [client.post("/posts/pictures/", {"image": file()}, headers=JSON) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [201, 201]
    ids = [answer.json()["id"] for answer in sent]
    fields = {"text": "two", "picture": ids, "picture_alt": ["one", "two"], "picture_focus": ["0,100", "nonsense"]}
    assert client.post("/posts/", fields).status_code == 302
    rows = Post.objects.get().images.values_list("alt", "focus_x", "focus_y")
    assert list(rows) == [("one", 0, 100), ("two", 50, 50)]
    page = as_member(bob).get("/").content.decode()
    assert 'class="gallery of-2"' in page and 'class="fx0 fy4"' in page


def test_a_refused_form_keeps_pictures_and_descriptions(alice, as_member):
    client = as_member(alice)
    pk = client.post("/posts/pictures/", {"image": file()}, headers=JSON).json()["id"]
    fields = {"text": "", "picture": [pk], "picture_alt": ["a red field"], "picture_focus": ["20,80"]}
    answer = client.post("/posts/", fields, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422 and "a red field" in page and f'value="{pk}"' in page and 'value="20,80"' in page


@pytest.mark.parametrize("picture", ["0", "x", "9" * 30, "-1", "١"])
def test_forged_ids_are_refused(alice, as_member, picture):
    answer = as_member(alice).post("/posts/", {"text": "x", "picture": [picture], "picture_alt": ["y"]}, headers=JSON)
    assert answer.status_code == 422 and not Post.objects.exists()


def test_strangers_and_nonsense(alice, bob, as_member, waiting):
    assert Client().post("/posts/pictures/", {"image": file()}).status_code == 302
    client = as_member(bob)
    assert client.get("/posts/pictures/").status_code == 405
    for body in ({}, {"image": "text"}, {"image": SimpleUploadedFile("x.svg", b"<svg/>")}):
        answer = client.post("/posts/pictures/", body, headers=JSON)
        assert answer.status_code == 422 and answer.json()["message"]
    assert client.post(f"/posts/pictures/{waiting[0].pk}/discard/").status_code == 204
    assert PostImage.objects.filter(pk=waiting[0].pk).exists()
