"""Each factor in plain words with an example, and the line above a ranked post."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from social.ranking.maths.features import KEYS


@dataclass(frozen=True)
class Words:
    """``name`` of the factor, ``about`` what it does with an example, ``line`` what it says above a post (blank: nothing).

    ``asked``: it counts only while the member allows the use of what they like, reply to and follow.
    """

    name: Any
    about: Any
    line: Any = ""
    asked: bool = False


FACTORS: dict[str, Words] = {
    "recency": Words(
        _("Fresh posts"),
        _("How new a post is. Six hours after it was written this counts half, after a day almost nothing."),
    ),
    "follows_author": Words(_("People you follow"), _("Posts by people you follow, before those of others.")),
    "mutual": Words(_("People who follow you"), _("Posts by people who follow you, such as friends and colleagues.")),
    "affinity": Words(
        _("People you respond to"),
        _("Whose posts you liked, answered or reposted lately. A reply counts as three likes."),
        _("You often respond to them"),
        asked=True,
    ),
    "trusted_author": Words(_("Trusted members"), _("Posts by members who had influence in the last epoch.")),
    "new_author": Words(_("New members"), _("Posts by people who joined in the last 30 days, such as a first hello.")),
    "topic": Words(
        _("Your topics"),
        _("Hashtags like those of posts you took up, such as #seeds after you liked three posts with it."),
        _("A topic you take up"),
        asked=True,
    ),
    "tag_followed": Words(
        _("Hashtags you follow"), _("Posts with a hashtag that you follow."), _("With a hashtag you follow")
    ),
    "similarity": Words(
        _("Similar words"),
        _("Posts that use the words of what you liked, such as “ferry” after you liked posts about the ferry."),
        _("Similar to what you liked"),
        asked=True,
    ),
    "ease": Words(
        _("Liked together"),
        _("Posts that members like who like what you like. Counted at night, over everybody who allows it."),
        _("Liked with what you liked"),
        asked=True,
    ),
    "language_match": Words(_("Your language"), _("Posts in the language that you write or read the site in.")),
    "likes_followed": Words(
        _("Liked by people you follow"),
        _("How many people you follow liked it, of those who allow that this is used."),
        _("Liked by people you follow"),
    ),
    "replies_followed": Words(
        _("Answered by people you follow"),
        _("How many replies it has by people you follow, of those who allow that this is used."),
        _("People you follow talk about it"),
    ),
    "reposts_followed": Words(
        _("Reposted by people you follow"),
        _("How many people you follow reposted it, of those who allow that this is used."),
        _("Reposted by people you follow"),
    ),
    "likes_all": Words(
        _("Likes of everyone"),
        _("How many likes it has. The first few count most: 15 likes count four times as much as one."),
        _("Liked by many"),
    ),
    "replies_all": Words(
        _("Talk of everyone"),
        _("How many replies it has, such as a question with twenty answers."),
        _("Much talked about"),
    ),
    "bridging": Words(
        _("Liked across groups"),
        _("Posts liked by members who seldom like the same. Counted at night."),
        _("Liked across groups"),
    ),
    "from_list": Words(
        _("People in your lists"), _("Posts by people in your lists whom you do not follow."), _("From your lists")
    ),
    "from_topic": Words(
        _("Talked about"), _("Posts with a hashtag that is talked about here."), _("Talked about here")
    ),
    "from_similar": Words(_("Found by likes"), _("Posts that were found because members like you liked them.")),
    "from_exploration": Words(
        _("Posts few have seen"),
        _("Posts that were hardly shown to anybody yet, drawn by chance."),
        _("Few have seen this yet"),
    ),
    "seen": Words(
        _("Seen before"), _("Posts that your feed showed you earlier. They sink; turn this down to meet them again.")
    ),
    "is_reply": Words(_("Replies"), _("Answers in conversations of others.")),
    "has_picture": Words(_("Pictures"), _("Posts with a picture.")),
    "has_poll": Words(_("Polls"), _("Posts with a poll.")),
    "has_link": Words(_("Links"), _("Posts that link to a page. They count nothing at first.")),
    "length": Words(_("Long posts"), _("Posts with much text count a little more than short ones.")),
    "question": Words(_("Questions"), _("Posts that ask something, such as “Who has a ladder?”")),
    "assisted": Words(_("Written with help"), _("Posts that stem from a draft of the assistant.")),
}

# The page of the sliders, in parts.
# Without "is_reply": replies are never candidates, and a slider that moves nothing is none.
PARTS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_("When"), ("recency", "seen")),
    (_("Who"), ("follows_author", "mutual", "affinity", "from_list", "trusted_author", "new_author")),
    (_("About what"), ("tag_followed", "topic", "similarity", "language_match", "from_topic")),
    (
        _("What others make of it"),
        (
            "likes_followed",
            "replies_followed",
            "reposts_followed",
            "likes_all",
            "replies_all",
            "ease",
            "from_similar",
            "bridging",
        ),
    ),
    (_("Something new"), ("from_exploration",)),
    (
        _("What kind of post"),
        ("has_picture", "has_poll", "has_link", "question", "length", "assisted"),
    ),
)
SOURCE_LINES: dict[str, Any] = {
    "following": _("From people you follow"),
    "list": _("From your lists"),
    "tag": _("With a hashtag you follow"),
    "topic": _("Talked about here"),
    "similar": _("Liked with what you liked"),
    "exploration": _("Few have seen this yet"),
}
QUOTA_NAMES: dict[str, tuple[Any, Any]] = {
    "following": (_("People you follow"), _("Their newest posts.")),
    "communities": (_("Lists and hashtags"), _("People in your lists, and hashtags that you follow.")),
    "topics": (_("Topics"), _("What is talked about here, and topics that you take up.")),
    "similar": (_("Liked together"), _("What members like who like what you like; none until that is counted.")),
    "exploration": (_("Few have seen"), _("Drawn by chance from the newest posts that hardly anybody saw.")),
}


def name_of(key: str) -> str:
    """The name of a factor, also of one that is no more."""
    return str(FACTORS[key].name) if key in FACTORS else key


def line_of(source: str, feature: str) -> str:
    """What stands above a ranked post: what speaks most for it, or where it is from."""
    spoken = FACTORS[feature].line if feature in FACTORS else ""
    return str(spoken or SOURCE_LINES[source])


# Of which factors the line may speak: those that say something of this post and this reader.
SPEAKING = frozenset(key for key in KEYS if FACTORS[key].line)
