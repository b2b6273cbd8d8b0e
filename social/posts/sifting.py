"""Leaving out of a feed what holds words that its reader muted, or has a label that they chose to hide.

The words come along with the reader's marks, so that a page takes no query more.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Case, CharField, F, IntegerField, QuerySet, Value, When

from metya.wallets.models import Member
from social.follows.models import Follow
from social.mutes.judging import Muted
from social.mutes.models import MutedWord
from social.mutes.reads import keep, words_of
from social.posts.models import Post

if TYPE_CHECKING:
    from social.posts.reads import PostCard

WORD, FOLLOWED = "word", "followed"
_TAG, _SPARES = 2, 1


@dataclass(frozen=True)
class Sift:
    """The page of the hashtag ``asked`` shows that one though it is muted; without ``words`` none is asked for."""

    asked: str = ""
    words: bool = True


def mark(name: str) -> Value:
    return Value(name, output_field=CharField())


def rows_for(viewer: Member, ids: list[int]) -> "list[QuerySet[Any]]":
    """What ``sifted`` needs, as rows (what, of, word): the muted words, and whom of the posts' authors the viewer follows."""

    def bit(field: str, value: int) -> Case:
        return Case(When(**{field: True}, then=value), default=0, output_field=IntegerField())

    words = MutedWord.objects.standing().filter(member=viewer)
    kinds = bit("tag", _TAG) + bit("spares_followed", _SPARES)
    follows = Follow.objects.filter(source=viewer, target__posts__in=ids)
    return [
        words.annotate(what=mark(WORD), of=kinds, word=F("folded")),
        follows.annotate(what=mark(FOLLOWED), of=F("target_id"), word=mark("")),
    ]


def keep_words(viewer: Member, rows: Iterable[tuple[str, int, str]]) -> None:
    """Remember the muted words among the rows for whoever asks in the same request."""
    found = sorted((word, of) for what, of, word in rows if what == WORD)
    keep(viewer, (Muted(word, bool(of & _TAG), bool(of & _SPARES)) for word, of in found))


def sifted(viewer: Member, cards: "list[PostCard]", marks: set[tuple[str, int]], sift: Sift) -> "list[PostCard]":
    """Those without muted words and hidden labels, and the viewer's own."""
    cards = [card for card in cards if not card.hidden]
    if not sift.words:
        return cards
    words = words_of(viewer).but(sift.asked) if sift.asked else words_of(viewer)
    if not words:
        return cards
    return [
        card
        for card in cards
        if card.mine or not words.hide(_text_of(card), followed=(FOLLOWED, card.post.author_id) in marks)
    ]


def _text_of(card: "PostCard") -> str:
    """All the words of a card: the post's, what it quotes, descriptions of pictures, choices of a poll, the preview's."""
    posts: list[Post] = [card.post, *([card.quote.post] if card.quote else [])]
    parts = [part for post in posts for part in (post.warning, post.text)]
    parts += [image.alt for post in posts for image in post.pictures]
    parts += [choice for post in posts if (poll := getattr(post, "poll", None)) for choice in poll.choices]
    parts += [card.preview.title, card.preview.description] if card.preview else []
    return "\n".join(parts)
