"""Bookmarks and folders by address."""

import pytest

from social.bookmarks import actions, reads
from social.bookmarks.models import Bookmark, Filed, Folder
from tests import make

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def test_a_folder_from_its_making_to_its_end(alice, bob, as_member):
    client = as_member(bob)
    post = make.post(alice, "kept for later")
    where = client.post("/bookmarks/folders/new/", {"name": "Later"})["Location"]
    assert "Nothing lies here yet" in client.get(where).content.decode()
    folder = Folder.objects.get()
    assert client.get(f"/bookmarks/posts/{post.pk}/").content.decode().count("Later") == 1
    for _again in range(2):
        assert (
            client.post(f"/bookmarks/posts/{post.pk}/", {"folders": folder.pk, "name": "Recipes"})["Location"]
            == "/bookmarks/"
        )
    assert len(reads.places_of(bob, post)) == 2 and Folder.objects.count() == 2
    assert "kept for later" in client.get(where).content.decode()
    page = client.get("/bookmarks/").content.decode()
    assert "Recipes" in page and "1 post" in page and where in page
    assert client.post(f"{where}edit/", {"name": "Soon"})["Location"] == where
    assert "Soon" in client.get(where).content.decode()
    assert "checked" in client.get(f"/bookmarks/posts/{post.pk}/").content.decode()
    assert client.post(f"{where}delete/")["Location"] == "/bookmarks/"
    assert client.get(where).status_code == 404 == client.post(f"{where}delete/").status_code
    assert Bookmark.objects.count() == 1


def test_bad_input_keeps_what_was_typed(alice, bob, as_member):
    client = as_member(bob)
    folder = actions.create_folder(actor=bob, name="Later")
    post = make.post(alice)
    for path in ("/bookmarks/folders/new/", f"/bookmarks/folders/{folder.pk}/edit/"):
        for name, said in (
            ("", "Write something"),
            ("typed" * 10, "characters too long"),
            ("typed\u202e", "invisible"),
        ):
            answer = client.post(path, {"name": name})
            assert answer.status_code == 422 and said in answer.content.decode() and name in answer.content.decode()
    assert client.post("/bookmarks/folders/new/", {"name": "Later"}).status_code == 422
    for fields in ({"folders": "x"}, {"folders": 10**30}, {"folders": folder.pk + 1}, {"name": "typed" * 10}):
        answer = client.post(f"/bookmarks/posts/{post.pk}/", fields)
        assert answer.status_code == 422 and str(fields.get("name", "")) in answer.content.decode()
    assert not Filed.objects.exists() and not Bookmark.objects.exists()


def test_saving_leads_back_to_where_one_was(alice, bob, as_member):
    post = make.post(alice)
    client = as_member(bob)
    assert 'value="/explore/"' in client.get(f"/bookmarks/posts/{post.pk}/?next=/explore/").content.decode()
    assert client.post(f"/bookmarks/posts/{post.pk}/", {"next": "/explore/"})["Location"] == "/explore/"
    assert client.post(f"/bookmarks/posts/{post.pk}/", {"next": "//evil.example"})["Location"] == "/bookmarks/"


def test_strangers_visitors_and_wrong_verbs(alice, bob, carol, client, as_member):
    folder = actions.create_folder(actor=bob, name="Later")
    hidden = make.post(alice, "x", visibility="followers")
    paths = [
        f"/bookmarks/folders/{folder.pk}/",
        f"/bookmarks/folders/{folder.pk}/edit/",
        f"/bookmarks/posts/{hidden.pk}/",
    ]
    for path in paths:
        assert client.get(path)["Location"].startswith("/sign-in/")
        assert as_member(carol).get(path).status_code == 404
        assert as_member(bob).get(path).status_code == 200
    member = as_member(bob)
    assert member.post(paths[0]).status_code == 405 == member.get(f"/bookmarks/folders/{folder.pk}/delete/").status_code
    assert member.get("/bookmarks/folders/999/").status_code == 404 == member.get("/bookmarks/posts/999/").status_code
    assert member.get(f"{paths[0]}?before=x").status_code == 400


def test_more_of_a_folder(alice, bob, as_member):
    folder = actions.create_folder(actor=bob, name="Later")
    for number in range(25):
        actions.file(actor=bob, post=make.post(alice, f"number {number:02}"), folders=[folder])
    client = as_member(bob)
    page = client.get(f"/bookmarks/folders/{folder.pk}/").content.decode()
    assert "number 05" in page and "number 04" not in page
    before = Filed.objects.order_by("-pk")[19].pk
    part = client.get(f"/bookmarks/folders/{folder.pk}/?before={before}", headers=HTMX).content.decode()
    assert "number 04" in part and "number 05" not in part and "<html" not in part


def test_the_menu_of_a_post_leads_to_the_folders(alice, bob, as_member):
    post = make.post(alice)
    assert f"/bookmarks/posts/{post.pk}/?next=/" in as_member(bob).get("/").content.decode()
    part = as_member(bob).post(f"/posts/{post.pk}/bookmark/", headers=HTMX).content.decode()
    assert f'"/bookmarks/posts/{post.pk}/"' in part
