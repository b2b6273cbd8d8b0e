"""What a member agrees to, in plain words, by purpose and version.

A version that was ever shown is never changed: to word it differently is to add one, and then everybody is asked anew. The
receipt cites the SHA-256 of the English text; members read, and their receipts keep, the text in their own language.
"""

from dataclasses import dataclass
from hashlib import sha256

from django.utils.translation import gettext, gettext_noop, override


@dataclass(frozen=True)
class Text:
    """What it means, what it never covers, and what taking it back does; in English, said in another language when it is read."""

    title: str
    means: str
    never: str
    ending: str

    @property
    def english(self) -> str:
        """The whole, of which the SHA-256 is."""
        return "\n\n".join((self.title, self.means, self.never, self.ending))

    @property
    def digest(self) -> str:
        return sha256(self.english.encode()).hexdigest()

    def said(self, language: str) -> "Text":
        """In a language of the site."""
        with override(language):
            return Text(*(gettext(part) for part in (self.title, self.means, self.never, self.ending)))


_TRAIN_1 = Text(
    title=gettext_noop("Train the community's model"),
    means=gettext_noop(
        "When you say “more like this” or “less like this”, or answer “which of these two?”, that becomes an example. From the"
        " examples of everyone who allows it, the community's model learns in which order “For you” shows posts. Only what you"
        " say while this is on is used. For each round a public record holds the figures of each example, without words, posts"
        " or names, so that anybody can compute values and amounts again. It stays."
    ),
    never=gettext_noop(
        "Never your messages, never posts that are not public, and never what you read or for how long. What you like, reply to"
        " or follow is never an example. Between which posts you chose is shown to nobody but you; but who knows two posts well"
        " can sometimes guess it from the figures, and who compares amounts with what wallets are paid may find your wallet."
    ),
    ending=gettext_noop(
        "Taking it back works at once: the next model is computed from scratch without your examples, and they stay out if you"
        " allow it again later. A model that is in use stays until the next one."
    ),
)
_EVALUATE_1 = Text(
    title=gettext_noop("Measure the community's model"),
    means=gettext_noop(
        "Some of what you say about posts in “For you” is kept out of training and used to measure whether a new model puts"
        " first what you prefer. A new model is only taken when it does better on such answers. Only what you say while this"
        " is on is used."
    ),
    never=gettext_noop(
        "Never your messages, never posts that are not public, never what you read or for how long. The public record of a round"
        " holds the figures of an answer, never words, posts or names."
    ),
    ending=gettext_noop(
        "Taking it back works at once: the next measuring leaves out all of your answers, also if you allow it again later."
    ),
)
_FEATURES_1 = Text(
    title=gettext_noop("Use what I like, reply to and follow"),
    means=gettext_noop(
        "Your likes, replies, reposts and follows of what is public shape what is recommended to you: people, topics and"
        " similar posts. Added up with those of others, they also shape what is recommended to them."
    ),
    never=gettext_noop(
        "Never your messages, never posts that are not public, never bookmarks, drafts or lists, and never what you read or for"
        " how long. While this is off, what you like, reply to and repost counts nothing in your feed; whom and what you follow"
        " still does."
    ),
    ending=gettext_noop(
        "Taking it back works at once in your own feed. Sums over many members are made at night; the next ones leave you out."
    ),
)
# By purpose; the number of a version is its place, from 1.
TEXTS: dict[str, tuple[Text, ...]] = {"train": (_TRAIN_1,), "evaluate": (_EVALUATE_1,), "features": (_FEATURES_1,)}


def current(purpose: str) -> int:
    """The number of the newest version."""
    return len(TEXTS[purpose])


def text_of(purpose: str, version: int) -> Text:
    return TEXTS[purpose][version - 1]
