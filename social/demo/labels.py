"""Amara labels a few posts that Ines meets, one author objects, and Ines follows the labels."""

from datetime import timedelta

from metya.wallets.models import Member
from social.demo.planting import Planted
from social.follows.models import Follow
from social.labels import actions
from social.labels.models import Labelling, Objection
from social.posts.models import Post

_LABELS = (
    ("satire", "Satire", "Not meant as it is said.", "show"),
    ("unsourced", "Unsourced claim", "Says something as a fact and does not say where it is from.", "show"),
    ("spoiler", "Spoiler", "Tells how something ends, before others could find out.", "warn"),
)
# The label, why, and how many posts of Ines' home lie between this one and the one before.
_SAID = (
    ("unsourced", "Gives a figure and does not say who counted.", 1),
    ("spoiler", "Tells how it ended. Some of us wanted to be there first.", 2),
    ("satire", "Exaggerated on purpose, as always on this subject.", 2),
    ("unsourced", "I asked for the source two days ago and got none.", 4),
    ("satire", "A joke that was taken seriously last time.", 5),
    ("spoiler", "The answer to the riddle stands in the first line.", 6),
)


def add(planted: Planted) -> None:
    """Through the same actions as anybody's."""
    ines, amara, mona = (Member.objects.get(handle=handle) for handle in ("ines", "amara", "mona"))
    labels = {
        slug: actions.define(actor=mona, slug=slug, name=name, about=about, usual=usual)
        for slug, name, about, usual in _LABELS
    }
    followed = Follow.objects.filter(source=ines).exclude(target=amara).values("target")
    rows = Post.objects.visible_to(ines).present().public().originals().topmost().filter(author__in=followed)
    near, place = list(rows.order_by("-pk")[:40]), 0
    made: list[Labelling] = []
    for slug, reason, step in _SAID:
        place += step
        if place < len(near):
            made.append(actions.put(actor=amara, post=near[place], label=labels[slug], reason=reason))
    actions.choose(actor=ines, follow=[amara.pk], choices={})
    # The newest first, as lists have them by their number.
    for hours, one in enumerate(reversed(made), start=1):
        since = max(one.post.created_at, planted.community.now - timedelta(hours=hours))
        Labelling.objects.filter(pk=one.pk).update(made_at=since)
    if made:
        text = "The source is in my answer below the post. Whoever reads on finds it."
        objection = actions.object_to(actor=made[0].post.author, labelling=made[0], text=text)
        Objection.objects.filter(pk=objection.pk).update(made_at=planted.community.now - timedelta(minutes=20))
