"""Telling the hubs that something changed: ids only, after the commit, from any thread or process.

Call these inside the transaction of the change; nothing is sent when it rolls back. An event is small and internal: hubs
turn it into hints for the sockets that may know of it.
"""

import hashlib
from collections.abc import Callable
from functools import partial

from django.db import transaction
from django.db.models import Max

from social.live import carrier
from social.notifications.models import Notification
from social.posts import audience
from social.posts.models import Post, Visibility


def feed(post: Post) -> None:
    """A post or repost appeared for those who follow its author; once per post."""
    _tell({"t": "feed", "id": post.pk, **_readers(post)})


def thread(root_id: int, post_id: int) -> None:
    """The reply ``post_id`` appeared in the thread that ``root_id`` opens."""
    _after_commit(partial(_send_reply, root_id, post_id))


def post_counts(post_id: int) -> None:
    """Likes, replies, reposts or quotes of a post changed, or it was deleted."""
    _tell({"t": "post", "id": post_id})


def notifications(*member_ids: int) -> None:
    """The members' notifications changed: new, withdrawn or read."""
    for start in range(0, len(member_ids), 500):
        _after_commit(partial(_send_bell, member_ids[start : start + 500]))


def messages(newest: int, *member_ids: int) -> None:
    """Something changed in a conversation of these members, about the message ``newest``: nothing more is said."""
    _tell({"t": "messages", "id": newest, "members": list(member_ids)})


def interest(*member_ids: int) -> None:
    """Whom the members follow, block or mute, or who blocks them, changed: their sockets judge anew."""
    if member_ids:
        _tell({"t": "interest", "members": list(member_ids)})


def ended(member_id: int) -> None:
    """The member was suspended or left: close their sockets."""
    _tell({"t": "ended", "member": member_id})


def session_ended(session_key: str) -> None:
    """A session ended (sign-out): close its sockets."""
    _tell({"t": "ended", "session": session_mark(session_key)})


def session_mark(session_key: str) -> str:
    """A name of the session that may travel: its key may not."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:32]


def _tell(event: carrier.Event) -> None:
    _after_commit(partial(carrier.send, event))


def _after_commit(work: Callable[[], None]) -> None:
    """Run when the change is committed; a failure is logged and never the change's own."""

    def tell_the_hubs() -> None:  # a function with a name: Django's log of a failure needs one
        work()

    transaction.on_commit(tell_the_hubs, robust=True)


def _readers(post: Post) -> carrier.Event:
    """What hubs judge by: ``audience`` is the member whose followers a post is for (0: everyone), ``answers`` whom it answers,
    ``chosen`` whom it is for where they were named one by one."""
    if post.visibility == Visibility.PUBLIC:
        return {"author": post.author_id, "audience": 0, "answers": 0}
    answers = post.in_reply_to.author_id if post.in_reply_to else 0
    readers = {"author": post.author_id, "audience": post.audience_id or post.author_id, "answers": answers}
    chosen = audience.chosen(post)
    return readers if chosen is None else readers | {"chosen": chosen}


def _send_reply(root_id: int, post_id: int) -> None:
    post = Post.objects.filter(pk=post_id).select_related("in_reply_to").first()
    if post is not None:
        carrier.send({"t": "thread", "id": root_id, "post": post_id, **_readers(post)})


def _send_bell(member_ids: tuple[int, ...]) -> None:
    newest = dict.fromkeys(member_ids, 0)
    rows = Notification.objects.filter(member__in=member_ids).values("member").annotate(newest=Max("pk"))
    newest.update(rows.values_list("member", "newest"))
    carrier.send({"t": "notifications", "newest": [list(pair) for pair in newest.items()]})
