"""What readers see of a link preview, and removing it by address."""

import pytest
from django.http import QueryDict
from django.utils import timezone

from metya.ops.models import AuditEvent
from social.drafts import actions as drafts
from social.mutes import actions as mutes
from social.posts import actions as posts
from social.posts.models import Post
from social.previews.models import LinkPreview, key_of
from tests import make

pytestmark = pytest.mark.django_db
URL = "https://example.org/walk?a=1&b=2"
HTMX = {"HX-Request": "true"}


def found_at(url=URL, **fields) -> LinkPreview:
    """A preview as it is once its page was asked."""
    values = {
        "title": "Seven <b>springs</b>",
        "description": "A walk & a map",
        "next_at": timezone.now() + timezone.timedelta(days=7),
    }
    return LinkPreview.objects.create(key=key_of(url, None), url=url, host="www.example.org", **values | fields)


@pytest.fixture
def post(alice):
    found_at(picture="previews/x.webp", width=1000, height=525)
    return posts.publish(actor=alice, text=f"Look {URL}")


def test_readers_see_it_and_ask_nobody_else(post, bob, client, as_member):
    for page in (as_member(bob).get("/").content.decode(), client.get(f"/posts/{post.pk}/").content.decode()):
        card = page[page.index('class="linked wide"') :].split("</a>")[0]
        assert 'href="https://example.org/walk?a=1&amp;b=2" rel="nofollow ugc noopener"' in card
        assert (
            "<small>example.org</small>" in card
            and "Seven &lt;b&gt;springs&lt;/b&gt;" in card
            and "A walk &amp; a map" in card
        )
        assert (
            '<img src="/media/previews/x.webp" width="1000" height="525" alt=""' in card
            and page.count('<img src="http') == 0
        )


def test_each_post_shows_its_own(alice, bob, as_member):
    for number in range(3):
        found_at(f"https://example.org/{number}", title=f"Zzhref {number} ZzpkzZ")
        posts.publish(actor=alice, text=f"https://example.org/{number}")
    page = as_member(bob).get("/").content.decode()
    assert all(
        f'href="https://example.org/{number}" rel' in page and f"Zzhref {number} ZzpkzZ" in page for number in range(3)
    )


def test_nothing_is_shown_where_nothing_is_known_or_wanted(alice, client, settings):
    for number, fields in enumerate(({"title": ""}, {"barred": True}, {})):
        found_at(f"https://example.org/{number}", **fields)
    shown = [posts.publish(actor=alice, text=f"https://example.org/{number}") for number in range(3)]
    pages = [client.get(f"/posts/{post.pk}/").content.decode() for post in shown]
    assert ["linked" in page for page in pages] == [False, False, True]
    Post.objects.filter(pk=shown[2].pk).update(preview_off=True)
    assert "linked" not in client.get(f"/posts/{shown[2].pk}/").content.decode()
    Post.objects.filter(pk=shown[2].pk).update(preview_off=False)
    settings.LINK_PREVIEWS = False
    assert "linked" not in client.get(f"/posts/{shown[2].pk}/").content.decode()


def test_a_warning_hides_it_too(alice, client):
    found_at()
    post = posts.publish(actor=alice, text=URL, warning="Water")
    page = client.get(f"/posts/{post.pk}/").content.decode()
    inside = page[page.index('<details class="warned">') :]
    assert inside.index('class="linked"') < inside.index("</details>")


def test_muted_words_are_found_in_it(alice, bob, post, as_member):
    assert f'id="post-{post.pk}"' in as_member(bob).get("/").content.decode()
    mutes.mute_word(actor=bob, text="springs")
    assert f'id="post-{post.pk}"' not in as_member(bob).get("/").content.decode()


def test_who_may_not_see_the_post_sees_nothing_of_it(alice, bob, carol, as_member):
    post = posts.publish(actor=alice, text=URL, visibility="followers")
    LinkPreview.objects.update(title="Quicksilver")
    assert "Quicksilver" in as_member(bob).get("/").content.decode()
    for path in ("/", "/explore/", f"/posts/{post.pk}/", "/@alice/"):
        assert "Quicksilver" not in as_member(carol).get(path).content.decode()
    assert as_member(carol).post(f"/posts/{post.pk}/preview/remove/").status_code == 404
    # What carol writes herself, publicly, is asked for and shown by itself.
    own = posts.publish(actor=carol, text=URL)
    assert own.preview.title == ""


def test_the_author_removes_it(alice, post, as_member):
    client = as_member(alice)
    where = f"/posts/{post.pk}/preview/remove/"
    assert where in client.get(f"/posts/{post.pk}/").content.decode()
    assert client.get(where).status_code == 405
    answer = client.post(where, headers=HTMX).content.decode()
    assert f'id="preview-{post.pk}" hx-swap-oob="delete"' in answer and where not in answer
    assert client.post(where, {"next": "/explore/"}).headers["Location"] == "/explore/"
    assert client.post(where, headers={"Accept": "application/json"}).json() == {"id": post.pk, "preview": False}
    page = client.get(f"/posts/{post.pk}/").content.decode()
    assert 'class="linked' not in page and where not in page


def test_others_are_not_offered_it_and_refused(post, bob, carol, mona, client, as_member):
    where = f"/posts/{post.pk}/preview/remove/"
    for person in (bob, carol):
        assert where not in as_member(person).get(f"/posts/{post.pk}/").content.decode()
        assert as_member(person).post(where).status_code == 403
    assert client.post(where).status_code == 302 and Post.objects.get(pk=post.pk).preview_id
    assert where in as_member(mona).get(f"/posts/{post.pk}/").content.decode()
    assert as_member(mona).post(where).status_code == 302
    assert not Post.objects.get(pk=post.pk).preview_id and AuditEvent.objects.count() == 1


def test_written_without(alice, as_member):
    found_at()
    client = as_member(alice)
    client.post("/posts/", {"text": URL, "no_preview": "on"})
    post = Post.objects.get()
    assert post.preview_off and post.preview_id is None
    page = client.get(f"/posts/{post.pk}/edit/").content.decode()
    assert 'name="no_preview" id="id_no_preview" checked' in page
    client.post(f"/posts/{post.pk}/edit/", {"text": URL})
    assert Post.objects.get().preview_id
    refused = client.post("/posts/", {"text": "", "no_preview": "on"})
    assert refused.status_code == 422 and 'id="id_no_preview" checked' in refused.content.decode()


def test_a_draft_keeps_the_choice_and_nobody_else_gets_it(alice, bob, as_member):
    sent = QueryDict("text=Later&no_preview=on&warning=Nobodys-business&language=")
    draft = drafts.save(actor=alice, key="k", fields=dict(sent.lists()))
    page = as_member(alice).get(f"/posts/new/?draft={draft.pk}").content.decode()
    assert 'id="id_no_preview" checked' in page and "Nobodys-business" in page
    for viewer in (bob, make.member()):
        page = as_member(viewer).get("/posts/new/").content.decode()
        assert "Nobodys-business" not in page and 'id="id_no_preview" checked' not in page
