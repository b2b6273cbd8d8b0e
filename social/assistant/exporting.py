"""Pairs as training data: only what its author shares at the moment of reading, and without who that is."""

from collections.abc import Iterator
from typing import Any

from social.assistant import prompts
from social.assistant.models import DraftHalf, DraftPair

CHUNK = 200


def lines(ids: list[int]) -> Iterator[dict[str, Any]]:
    """``prompt``, ``chosen`` and ``rejected`` of those among ``ids`` that may be exported when their turn comes."""
    for start in range(0, len(ids), CHUNK):
        rows = DraftPair.objects.consented().filter(pk__in=ids[start : start + CHUNK]).order_by("pk")
        for pair in rows.prefetch_related("halves__card"):
            halves = {half.side: half for half in pair.halves.all()}
            chosen = halves.pop(pair.choice)
            rejected = next(iter(halves.values()))
            yield {
                "prompt": [
                    {"role": "system", "content": prompts.system(pair.ask, "", "")},
                    {"role": "user", "content": prompts.material(pair.text)},
                ],
                "chosen": chosen.text,
                "rejected": rejected.text,
                "chosen_style": _style(chosen),
                "rejected_style": _style(rejected),
                "asked_for": pair.ask,
                "model": pair.model,
                "at": pair.at.date().isoformat(),
            }


def _style(half: DraftHalf) -> dict[str, Any] | None:
    """None: the house's plain one."""
    card = half.card
    return {"id": card.pk, "name": card.name, "instruction": card.instruction} if card else None
