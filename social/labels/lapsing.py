"""A label was put on words that are not there any more: it lapses, and whoever put it looks again."""

from django.utils import timezone
from django.utils.translation import gettext_noop

from social.labels.models import Labelling, State
from social.notifications import actions as notifications
from social.notifications.sentences import Sentence
from social.posts.models import Post

_LAPSED = gettext_noop("A post was edited: your label “%(label)s” on it ended. Look whether it still fits.")


def key_of(labelling: Labelling) -> str:
    """What the notices about it are called by."""
    return f"label:{labelling.pk}"


def lapse(post: Post) -> None:
    """After a change of its words; inside the transaction of the change, which holds the post."""
    rows = list(Labelling.objects.standing().filter(post=post).select_related("label", "labeller", "post__author"))
    if not rows:
        return
    ended = {"state": State.LAPSED, "ended_at": timezone.now()}
    Labelling.objects.filter(pk__in=[one.pk for one in rows], state=State.STANDING).update(**ended)
    for one in rows:
        notifications.withdraw(member=one.post.author, key=key_of(one))
        said = Sentence(_LAPSED, {"label": one.label.name})
        url = f"/posts/{post.pk}/labels/"
        notifications.notify(member=one.labeller, kind="notice", text=said, url=url, key=f"{key_of(one)}:lapsed")
