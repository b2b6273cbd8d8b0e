"""What a member muted."""

from collections.abc import Iterable

from metya.wallets.models import Member
from social.mutes.judging import Muted, MutedWords
from social.mutes.models import MutedThread, MutedWord
from social.posts.models import Post

_KEPT = "_muted_words"


def words_of(member: Member) -> MutedWords:
    """The words that stand now; one query, kept for the life of the object."""
    words = known_words(member)
    if words is None:
        rows = MutedWord.objects.standing().filter(member=member).order_by("pk")
        words = keep(member, (Muted(*row) for row in rows.values_list("folded", "tag", "spares_followed")))
    return words


def known_words(member: Member) -> MutedWords | None:
    """What was read for this object before; None for nothing yet. No query."""
    found: MutedWords | None = vars(member).get(_KEPT)
    return found


def keep(member: Member, words: Iterable[Muted]) -> MutedWords:
    """Remember words that came along with another query."""
    found = MutedWords(words)
    vars(member)[_KEPT] = found
    return found


def word_list(member: Member) -> list[MutedWord]:
    """Every word and hashtag that stands now, the latest first; one query (there are at most two hundred)."""
    return list(MutedWord.objects.standing().filter(member=member).order_by("-pk"))


def thread_list(member: Member) -> list[Post]:
    """The posts that open the muted conversations, as far as the member may see them, the latest muted first; one query."""
    rows = MutedThread.objects.filter(member=member, root__in=Post.objects.visible_to(member).present())
    return [row.root for row in rows.select_related("root__author__profile").order_by("-pk")]


def mutes_thread(member: Member, root_id: int) -> bool:
    """Whether its notifications are stopped; one query."""
    return MutedThread.objects.filter(member=member, root=root_id).exists()
