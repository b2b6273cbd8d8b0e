"""Every list of the social part by its address: as many queries at thirty rows as at three, whole page and next page alike."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from social.follows import actions as follows
from social.moderation import actions as moderation
from social.posts import actions as posts
from social.posts.models import Post, PostImage
from social.previews.models import LinkPreview
from tests import make

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
# With whatever the frame of the page needs: the session, the member, the bell.
MOST = {
    "/": 8,
    "/?since=0 htmx": 8,
    "/explore/": 8,
    "/tags/tag/": 9,
    "/bookmarks/": 10,
    "/feeds/talked-about/": 4,
    "/people/suggested/": 7,
    "/@alice/": 13,
    "/@alice/replies/": 13,
    "/@alice/likes/": 14,
    "/@alice/followers/": 8,
    "/@alice/following/": 8,
    "/settings/blocked/": 7,
    "/settings/muted/": 7,
    "/notifications/": 6,
    "/posts/{root}/": 14,
    "/posts/{root}/?since={root}&show=1 htmx": 9,
    "/posts/counts/?ids={ids}": 4,
}


@pytest.fixture
def lively(alice, bob, carol):
    """A function that adds so many rows to every list that bob can open; the post whose thread grows."""
    root = posts.publish(actor=carol, text="root")

    def add(number: int) -> Post:
        for _one in range(number):
            dana, gone, loud = make.member(), make.member(), make.member()
            make.follow(dana, alice)
            make.follow(alice, dana)
            make.follow(bob, dana)
            quoted = posts.publish(actor=dana, text="quoted")
            post = posts.publish(actor=alice, text=f"#tag{dana.pk} #tag @bob", quote_of=quoted)
            PostImage.objects.create(post=quoted, member=quoted.author, file="posts/x.webp", width=8, height=8, alt="x")
            PostImage.objects.create(post=post, member=post.author, file="posts/x.webp", width=8, height=8, alt="x")
            reply = posts.publish(actor=alice, text="reply", in_reply_to=root)
            posts.publish(actor=dana, text="answer", in_reply_to=reply)
            posts.repost(actor=alice, post=posts.publish(actor=carol, text="repeated"))
            linked = posts.publish(actor=alice, text=f"https://example.org/{dana.pk} #tag")
            LinkPreview.objects.filter(pk=linked.preview_id).update(title="Linked", picture="previews/x.webp")
            posts.like(actor=alice, post=post)
            posts.bookmark(actor=bob, post=post)
            follows.block(actor=bob, target=gone)
            follows.mute(actor=bob, target=loud)
            moderation.report(actor=alice, member=loud, rule="spam")
        return root

    return add


def test_the_number_of_queries_does_not_depend_on_the_length(lively, bob, as_member):
    client = as_member(bob)
    client.get("/help/")  # the session is noted once
    found: dict[str, list[tuple[int, int]]] = {path: [] for path in MOST}
    for more in (3, 27):
        root = lively(more)
        ids = ",".join(map(str, Post.objects.order_by("-pk").values_list("pk", flat=True)[:100]))
        for path, seen in found.items():
            where, _space, how = path.partition(" ")
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(where.format(root=root.pk, ids=ids), headers=HTMX if how else {})
            assert answer.status_code == 200, path
            seen.append((len(queries), len(answer.content)))
    more_queries = {path: seen for path, seen in found.items() if not seen[0][0] == seen[1][0] <= MOST[path]}
    assert not more_queries, "queries and bytes at three rows and at thirty"
    shorter = {path: seen for path, seen in found.items() if seen[1][1] <= seen[0][1]}
    assert all("count" in path or "about" in path or "suggested" in path for path in shorter), shorter
