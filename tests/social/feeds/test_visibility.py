"""Who may see what: every way to read a post, by every kind of viewer, for every visibility."""

import io
from dataclasses import dataclass

import pytest
from django.core import mail
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from social.bookmarks.models import Bookmark
from social.digest.jobs import send_digest
from social.digest.models import MailDigest
from social.follows import actions as follows
from social.follows.models import Block
from social.lists import actions as lists
from social.lists.models import MemberList
from social.notifications import actions as notifications
from social.notifications import pushing
from social.notifications.models import Notification
from social.posts import actions as posts
from social.posts.models import Like, Post
from social.previews.models import LinkPreview
from social.push import queue
from social.search.actions import set_searchable
from social.sharing.sitemaps import IDS
from tests import make
from tests.social.push.conftest import _push_server, browser_of, run_all, service  # noqa: F401

pytestmark = pytest.mark.django_db
WORD = "quicksilver"


@dataclass
class Scene:
    """A post of alice, shown by as many ways as there are, and the people who look."""

    post: Post
    reply: Post
    around: MemberList
    picture: str
    clients: dict[str, Client]
    viewers: dict


def picture() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    return SimpleUploadedFile("x.png", out.getvalue())


@pytest.fixture
def scene(alice, bob, carol, as_member):
    def build(visibility: str) -> Scene:
        dana, erin, finch, ben, quin = (make.member(name) for name in ("dana", "erin", "finch", "ben", "quin"))
        listed = lists.make(actor=alice, name="Close ones")
        if visibility == "list":
            lists.add(actor=alice, one=listed, member=bob)
        # A list of somebody else with alice in it, public, which all of them may look at.
        around = lists.make(actor=ben, name="Around", public=True)
        lists.add(actor=ben, one=around, member=alice)
        post = posts.publish(
            actor=alice,
            text=f"{WORD} #tag{' @bob @erin' if visibility == 'mentioned' else ''}",
            visibility=visibility,
            for_list=listed if visibility == "list" else None,
            image=picture(),
            alt=WORD,
        )
        reply = posts.publish(actor=bob, text="an answer", in_reply_to=post)
        # ben reposts it and likes it, quin quotes it, as far as it can be; dana blocked alice, alice blocked erin, finch muted
        # alice and follows her.
        make.follow(finch, alice)
        for follower in (bob, carol, dana, erin, finch):
            make.follow(follower, ben)
            make.follow(follower, quin)
        Like.objects.create(member=ben, post=post)
        if visibility == "public":
            Post.objects.create(author=ben, repost_of=post)
            Post.objects.create(author=quin, text="look", html="<p>look</p>", quote_of=post)
        if visibility in ("mentioned", "list"):
            make.follow(carol, alice)  # following is not enough
        viewers = {
            "author": alice,
            "follower": bob,
            "stranger": carol,
            "blocker": dana,
            "blocked": erin,
            "muter": finch,
            "visitor": None,
        }
        for person in viewers.values():
            if person is not None:
                Bookmark.objects.create(member=person, post=post)
                notifications.notify(member=person, kind="mention", actor=alice, post=post, key=f"x:{post.pk}")
        # Afterwards: what was written before must be judged when it is read.
        follows.block(actor=dana, target=alice)
        follows.block(actor=alice, target=erin)
        follows.mute(actor=finch, target=alice)
        clients = {name: as_member(person) if person else Client() for name, person in viewers.items()}
        return Scene(post, reply, around, post.images.get().url, clients, viewers)

    return build


PATHS = {
    "home": "/",
    "home, next page": "/?before=999999999",
    "home, what is newer": "htmx /?since=0",
    "explore": "/explore/",
    "tag": "/tags/tag/",
    "thread": "/posts/{post}/",
    "thread, for programs": "json /posts/{post}/",
    "thread of the answer": "/posts/{reply}/",
    "profile": "/@alice/",
    "profile of who reposted": "/@ben/",
    "profile of who quoted": "/@quin/",
    "likes of who liked": "/@ben/likes/",
    "replies of who answered": "/@bob/replies/",
    "bookmarks": "/bookmarks/",
    "composer, as a reply": "/posts/new/?in_reply_to={post}",
    "composer, as a quote": "/posts/new/?quote_of={post}",
    "report": "/posts/{post}/report/",
    "new replies": "/posts/{post}/?since=0&show=1",
    "list": "/lists/{around}/",
    "feed of the author": "/@alice/feed.xml",
    "feed of who reposted": "/@ben/feed.xml",
    "feed of who quoted": "/@quin/feed.xml",
    "feed of who answered": "/@bob/feed.xml",
    "feed of the tag": "/tags/tag/feed.xml",
    "frame": "/posts/{post}/embed/",
    "frame of the answer": "/posts/{reply}/embed/",
    "oembed": "oembed /oembed?url=http://testserver/posts/{post}/",
    "oembed of the answer": "oembed /oembed?url=http://testserver/posts/{reply}/",
}
# Where the word may be met by those who may see the post; the rest of the addresses show it to nobody.
OPEN = {
    "home", "home, next page", "explore", "tag", "thread", "thread, for programs", "thread of the answer", "profile",
    "profile of who reposted", "profile of who quoted", "likes of who liked", "list",
}  # fmt: skip
NEWER = {"home, what is newer"}
OWN = {"bookmarks", "composer, as a reply", "composer, as a quote"}
NOT_AMONG_FOLLOWERS = {
    "explore", "profile of who reposted", "profile of who quoted", "composer, as a quote",
}  # fmt: skip
# What is made for programs is the same whoever asks: for everybody what is for everybody, and nothing else for anybody.
ABROAD = {"feed of the author", "feed of the tag", "frame", "oembed"}
# Where somebody who muted the author meets the post nevertheless: where it is asked for.
ASKED_FOR = {"thread", "thread, for programs", "profile", "report"} | OWN
SHOWN_TO = {
    "public": {
        "author": OPEN | OWN,
        "follower": OPEN | NEWER | OWN | {"report"},
        "stranger": OPEN | NEWER | OWN | {"report"},
        "visitor": OPEN | NEWER,
        "muter": ASKED_FOR,
        "blocker": set(),
        "blocked": set(),
    },
    "followers": {
        "author": (OPEN | OWN) - NOT_AMONG_FOLLOWERS,
        "follower": (OPEN | NEWER | OWN | {"report"}) - NOT_AMONG_FOLLOWERS,
        "stranger": set(),
        "visitor": set(),
        "muter": ASKED_FOR - NOT_AMONG_FOLLOWERS,
        "blocker": set(),
        "blocked": set(),
    },
}
# For those it is meant for, like a post for followers; here bob alone, though carol and finch follow alice as well.
SHOWN_TO["mentioned"] = SHOWN_TO["list"] = SHOWN_TO["followers"] | {"muter": set()}
ALL = list(SHOWN_TO)


@pytest.mark.parametrize("visibility", ALL)
@pytest.mark.parametrize("viewer", ["author", "follower", "stranger", "visitor", "muter", "blocker", "blocked"])
def test_every_way_to_read(scene, visibility, viewer):
    built = scene(visibility)
    met = {name for name in PATHS if _meets(built, viewer, PATHS[name])}
    assert met == SHOWN_TO[visibility][viewer] | (ABROAD if visibility == "public" else set())


@pytest.mark.parametrize("visibility", ALL)
def test_the_way_out_of_the_site(scene, visibility, alice):
    """Cards and sitemap for strangers; a locked author's public posts are public, of who keeps out of search nothing leaves."""
    built = scene(visibility)
    client, shown = built.clients["visitor"], ABROAD if visibility == "public" else set()
    card, address = f'property="og:description" content="{WORD}', f"/posts/{built.post.pk}/<"

    def leaves() -> tuple[set[str], bool, bool]:
        met = {name for name in ABROAD if _meets(built, "visitor", PATHS[name])}
        thread = client.get(f"/posts/{built.post.pk}/").content.decode()
        return (
            met,
            card in thread,
            address in client.get(f"/sitemaps/posts-{built.post.pk // IDS}.xml").content.decode(),
        )

    assert leaves() == (shown, bool(shown), bool(shown))
    follows.set_locked(actor=alice, locked=True)
    assert leaves() == (shown, bool(shown), bool(shown))
    set_searchable(actor=alice, searchable=False)
    assert leaves() == (set(), False, False)
    set_searchable(actor=alice, searchable=True)
    type(alice).objects.filter(pk=alice.pk).update(suspended_until=timezone.now() + timezone.timedelta(days=1))
    assert leaves() == (set(), False, False)
    type(alice).objects.filter(pk=alice.pk).update(suspended_until=None)
    assert leaves() == (shown, bool(shown), bool(shown))
    posts.delete(actor=alice, post=built.post)
    assert leaves() == (set(), False, False)


@pytest.mark.parametrize("viewer", ["author", "follower", "blocked"])
def test_a_card_of_what_is_not_public_is_in_no_page(scene, viewer):
    built = scene("followers")
    assert "og:" not in built.clients[viewer].get(f"/posts/{built.post.pk}/").content.decode()


@pytest.mark.parametrize("visibility", ALL)
@pytest.mark.parametrize("viewer", ["author", "follower", "stranger", "visitor", "muter", "blocker", "blocked"])
def test_the_preview_of_a_link_is_seen_by_those_who_see_the_post(scene, visibility, viewer, alice):
    built = scene(visibility)
    Post.objects.filter(pk=built.post.pk).update(text="see #tag", html="<p>see</p>")
    built.post.images.all().delete()
    found = LinkPreview.objects.create(key="x", url="https://example.org/", host="example.org", title=WORD)
    Post.objects.filter(pk=built.post.pk).update(preview=found)
    built.picture = WORD
    met = {name for name in PATHS if _meets(built, viewer, PATHS[name])}
    never = {"thread, for programs", "report", "profile of who quoted", "composer, as a quote"}
    assert met == SHOWN_TO[visibility][viewer] - never


@pytest.mark.parametrize("visibility", ALL)
@pytest.mark.parametrize("viewer", ["follower", "visitor"])
def test_nobody_meets_a_suspended_author(scene, visibility, viewer, alice):
    built = scene(visibility)
    type(alice).objects.filter(pk=alice.pk).update(suspended_until=timezone.now() + timezone.timedelta(days=1))
    assert {name for name in PATHS if _meets(built, viewer, PATHS[name])} == set()
    type(alice).objects.filter(pk=alice.pk).update(suspended_until=None, is_active=False)
    assert {name for name in PATHS if _meets(built, viewer, PATHS[name])} == set()


@pytest.mark.parametrize("visibility", ALL)
@pytest.mark.parametrize("viewer", ["author", "follower", "stranger", "visitor", "muter", "blocker", "blocked"])
def test_the_picture_by_its_address(scene, visibility, viewer, alice):
    """Of a post for everyone it stands among the public media; else the address gives it to those who see the post."""
    built = scene(visibility)
    image = built.post.images.get()
    assert image.private == (visibility != "public")
    if visibility == "public":
        assert built.picture == f"/media/{image.file.name}" and default_storage.exists(image.file.name)
        return
    assert not default_storage.exists(image.file.name) and image.file.storage.exists(image.file.name)
    assert "og:image" not in built.clients[viewer].get(f"/posts/{built.post.pk}/").content.decode()
    seen = viewer in ("author", "follower") or (viewer == "muter" and visibility == "followers")

    def status() -> int:
        return built.clients[viewer].get(built.picture).status_code

    no = 302 if viewer == "visitor" else 404  # to the sign-in
    assert status() == (200 if seen else no)
    if seen:
        answer = built.clients[viewer].get(built.picture)
        assert answer["Content-Type"] == "image/webp" and answer["Cache-Control"] == "private, no-store"
        assert answer.content[8:12] == b"WEBP" and answer["X-Content-Type-Options"] == "nosniff"
    posts.delete(actor=alice, post=built.post)
    assert status() == (200 if viewer == "author" else no), "its author may still think better of it"
    make.past_undoing(built.post)
    assert status() == no


@pytest.mark.parametrize("visibility", ALL)
@pytest.mark.parametrize("viewer", ["author", "follower", "visitor"])
def test_a_deleted_post_is_gone_everywhere(scene, visibility, viewer, alice):
    built = scene(visibility)
    posts.delete(actor=alice, post=built.post)
    assert {name for name in PATHS if _meets(built, viewer, PATHS[name])} == set()


@pytest.mark.parametrize("visibility", ALL)
@pytest.mark.parametrize("viewer", ["follower", "stranger", "muter", "blocker", "blocked"])
def test_notifications(scene, visibility, viewer):
    built = scene(visibility)
    seen = viewer in ("follower",) or (viewer == "stranger" and visibility == "public")
    client = built.clients[viewer]
    assert (WORD in client.get("/notifications/").content.decode()) == seen
    # Who is mentioned was told by the post as well, or of the answer that stays among all of them.
    told = visibility == "mentioned" and viewer in ("follower", "blocked")
    assert client.get("/notifications/count/").json()["unread"] == int(seen) + told


@pytest.mark.parametrize("visibility", ALL)
@pytest.mark.parametrize("viewer", ["author", "follower", "stranger", "muter", "blocker", "blocked"])
def test_what_is_pushed(scene, visibility, viewer, service, browser_of):  # noqa: F811
    """Everything that was ever written for them, as a device of theirs is told it now."""
    built = scene(visibility)
    member = built.viewers[viewer]
    browser = browser_of(member)
    for pk in Notification.objects.of(member).values_list("pk", flat=True):
        queue.add(pushing.KIND, [queue.Item(member.pk, str(pk), pk)])
    run_all()
    told = [str(browser.read(asked)) for asked in service.got]
    seen = viewer == "follower" or (viewer == "stranger" and visibility == "public")
    assert any(WORD in one for one in told) == seen
    if not seen and viewer != "author":
        assert not any(f"/posts/{built.post.pk}/" in one or "Alice" in one for one in told)


@pytest.mark.parametrize("visibility", ALL)
@pytest.mark.parametrize("viewer", ["author", "follower", "stranger", "muter", "blocker", "blocked"])
def test_what_is_mailed(scene, visibility, viewer, settings):
    """A mail quotes what is public; of the rest, those who may see it learn that it is there, and others nothing."""
    settings.SENDS_MAIL = True
    built = scene(visibility)
    past = timezone.now() - timezone.timedelta(minutes=1)
    member = built.viewers[viewer]
    MailDigest.objects.create(member=member, address="x@home.example", frequency="weekly", due_at=past)
    send_digest.call(member.pk)
    text = "".join(sent.body + sent.alternatives[0][0] for sent in mail.outbox)
    seen = viewer == "follower" or (viewer == "stranger" and visibility == "public")
    assert (WORD in text) == (seen and visibility == "public")
    if viewer != "author":
        assert (f"/posts/{built.post.pk}/" in text) == ("Alice" in text) == seen


@pytest.mark.parametrize("visibility", ALL)
@pytest.mark.parametrize("viewer", ["author", "follower", "stranger", "muter", "blocker", "blocked"])
def test_numbers_of_what_may_not_be_seen(scene, visibility, viewer):
    built = scene(visibility)
    told = built.clients[viewer].get(f"/posts/counts/?ids={built.post.pk}").json()["posts"]
    may = viewer in ("author", "follower") or (viewer == "stranger" and visibility == "public")
    may = may or (viewer == "muter" and visibility in ("public", "followers"))
    assert set(told) == ({str(built.post.pk)} if may else set())


@pytest.mark.parametrize("visibility", ALL)
@pytest.mark.parametrize("viewer", ["follower", "stranger", "blocker", "blocked"])
def test_the_answer_to_what_may_not_be_seen_is_404(scene, visibility, viewer):
    built = scene(visibility)
    may = viewer == "follower" or (viewer == "stranger" and visibility == "public")
    client = built.clients[viewer]
    for name in ("like", "unlike", "bookmark", "unbookmark", "unrepost"):
        assert client.post(f"/posts/{built.post.pk}/{name}/").status_code == (302 if may else 404), name
    assert client.get(f"/posts/{built.post.pk}/").status_code == (200 if may else 404)
    assert client.post(f"/posts/{built.post.pk}/delete/").status_code == (403 if may else 404)


@pytest.mark.parametrize("viewer", ["blocker", "blocked"])
def test_people_who_blocked_each_other_do_not_meet(scene, viewer):
    built = scene("public")
    client = built.clients[viewer]
    for path in (
        "/@alice/",
        "/@alice/replies/",
        "/@alice/likes/",
        "/@alice/followers/",
        "/@alice/following/",
        "/@alice/report/",
    ):
        assert client.get(path).status_code == 404, path
    assert client.post("/@alice/follow/").status_code == 404
    assert b"@alice" not in client.get("/@ben/followers/").content
    assert b"@alice" not in client.get("/people/suggested/").content


def test_a_quote_of_what_may_not_be_seen_says_so_and_no_more(scene, alice):
    built = scene("public")
    page = built.clients["blocked"].get("/@quin/").content.decode()
    assert "look" in page and "not available" in page and WORD not in page and "Alice" not in page


def test_a_hidden_parent_is_not_named(scene):
    built = scene("public")
    page = built.clients["blocked"].get("/@bob/replies/").content.decode()
    assert "an answer" in page and "@alice" not in page


def test_a_block_is_no_secret_channel_for_visitors(scene):
    built = scene("public")
    assert Block.objects.count() == 2
    assert built.clients["visitor"].get("/@alice/").status_code == 200


def test_a_quote_of_the_muted_is_folded(scene):
    built = scene("public")
    page = built.clients["muter"].get("/@quin/").content.decode()
    assert "look" in page and "somebody you muted" in page and f'href="/posts/{built.post.pk}/">Show' in page


def test_the_page_of_somebody_muted_is_there(scene):
    built = scene("public")
    assert WORD in built.clients["muter"].get("/@alice/").content.decode()


def _meets(scene: Scene, viewer: str, path: str) -> bool:
    """Whether the text of the post is on the page; its picture is where its text is, and nowhere else."""
    how, _space, where = path.rpartition(" ")
    headers = {"": {}, "oembed": {}, "htmx": {"HX-Request": "true"}, "json": {"Accept": "application/json"}}[how]
    ids = {"post": scene.post.pk, "reply": scene.reply.pk, "around": scene.around.pk}
    response = scene.clients[viewer].get(where.format(**ids), headers=headers)
    assert response.status_code in (200, 302, 403, 404)
    text = response.content.decode()
    if how not in ("json", "oembed") and "/report/" not in path:
        assert (scene.picture in text) == (WORD in text)
    return WORD in text
