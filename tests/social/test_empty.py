"""Where nothing is yet, a page says so in a heading, what will stand there in a sentence, and what helps in one action."""

import re

import pytest

from social.bookmarks import actions as bookmarks
from social.lists import actions as lists
from tests import make

pytestmark = pytest.mark.django_db
PAGES = (
    "/", "/explore/", "/notifications/", "/notifications/?show=talk", "/notifications/?show=likes",
    "/notifications/?show=follows", "/notifications/?show=house", "/messages/", "/messages/requests/", "/bookmarks/", "/lists/",
    "/drafts/", "/search/?q=nowhere", "/search/?q=nowhere&tab=people", "/search/?q=nowhere&tab=tags", "/search/?q=-only",
    "/rewards/", "/rewards/claim/", "/rewards/epochs/", "/people/requests/", "/settings/muted/", "/settings/blocked/",
    "/settings/muted/words/", "/tags/", "/@newcomer/", "/@newcomer/replies/", "/@newcomer/likes/",
    "/@newcomer/followers/", "/@newcomer/following/", "/@silent/", "/@silent/replies/", "/@silent/likes/",
    "/@silent/followers/", "/@silent/following/", "/@silent/mutuals/", "/@silent/lists/",
)  # fmt: skip


def empty_of(page: str) -> list[str]:
    return re.findall(r'<div class="empty"[^>]*>(.*?)</div>', page, re.S)


@pytest.fixture
def newcomer(db):
    make.member("silent")
    return make.member("newcomer")


def says_what_helps(client, path: str) -> None:
    answer = client.get(path)
    (found,) = empty_of(answer.content.decode())
    shape = [len(re.findall(tag, found)) for tag in (r"<h[12]\b", r"<a class=\"btn|<button", r"<svg class=\"art")]
    assert answer.status_code == 200 and shape == [1, 1, 1], (path, shape, found)
    assert re.search(r"<p>[^<]{10,}[.?]", found), (path, found)


@pytest.mark.parametrize("path", PAGES)
def test_a_brand_new_member_is_told_what_helps(newcomer, as_member, path):
    says_what_helps(as_member(newcomer), path)


def test_so_is_who_has_an_empty_folder_or_list(newcomer, as_member, alice):
    one = lists.make(actor=newcomer, name="Walkers", public=True)
    folder = bookmarks.create_folder(actor=newcomer, name="Later")
    for client in (as_member(newcomer), as_member(alice)):
        for path in (f"/lists/{one.pk}/", f"/lists/{one.pk}/people/"):
            says_what_helps(client, path)
    lists.add(actor=newcomer, one=one, member=alice)
    says_what_helps(as_member(newcomer), f"/lists/{one.pk}/")
    says_what_helps(as_member(newcomer), f"/bookmarks/folders/{folder.pk}/")
