"""Styles for the drafting assistant, proposed by the cast and voted on. No draft was ever written: the demo has no service."""

from datetime import timedelta
from random import Random

from metya.wallets.models import Member
from social.assistant import styling
from social.assistant.models import StyleCard, StyleVote
from social.demo.planting import Planted

# By whom, name, instruction, example, votes for and against it, days ago.
_STYLES = (
    (
        "tomasz",
        "Plain and short",
        "Short sentences, common words, no adjectives that do no work. The most important thing first.",
        "The 14:10 ferry is cancelled. The next one leaves at 15:05 from the north pier.",
        (9, 1),
        21,
    ),
    (
        "amara",
        "A question at the end",
        "Keep what is said, and end with one honest question that others can answer from their own experience.",
        "Our sourdough stays flat since the weather turned. What do you change in a cold kitchen?",
        (7, 1),
        16,
    ),
    (
        "tomasz",
        "For people who were not there",
        "Explain names, places and abbreviations in passing, as to a friendly stranger. No jargon.",
        "",
        (6, 0),
        12,
    ),
    (
        "ines",
        "Without heat",
        "Say the same without heat: no capitals, no exclamation marks, no blame. Describe, and say what you wish for.",
        "The bench by the pond is gone again. I would like it back, and I can help to carry it.",
        (3, 0),
        3,
    ),
    ("amara", "Like a telegram", "Only the words that carry something. Full stops between thoughts.", "", (2, 2), 2),
)


def add(planted: Planted, regulars: list[Member]) -> None:
    """Through the same actions as anybody's."""
    rng = Random(planted.community.seed)  # noqa: S311
    for handle, name, instruction, example, (up, down), days in _STYLES:
        author = Member.objects.get(handle=handle)
        card = styling.propose(actor=author, name=name, instruction=instruction, example=example)
        others = [one for one in regulars if one.pk != author.pk]
        voters = rng.sample(others, min(up + down, len(others)))
        for place, voter in enumerate(voters):
            styling.vote(actor=voter, card=card, value=1 if place < up else -1)
        moment = planted.community.now - timedelta(days=days)
        StyleCard.objects.filter(pk=card.pk).update(made_at=moment, since=moment + timedelta(hours=20))
        StyleVote.objects.filter(card=card).update(at=moment + timedelta(hours=10))
