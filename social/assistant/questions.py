"""What is asked for one draft, and what it costs."""

from social.assistant import prompts
from social.assistant.endpoint import Question
from social.assistant.models import AssistantConfig, DraftPair, StyleCard


def question(config: AssistantConfig, pair: DraftPair, card: StyleCard | None) -> Question:
    """The text of ``pair`` in the style ``card`` (None: the plain one)."""
    told = prompts.system(pair.ask, card.instruction if card else "", card.example if card else "")
    return Question(config.endpoint, config.model, config.seconds, told, prompts.material(pair.text))


def cost_of(config: AssistantConfig, sent: int, received: int) -> int:
    """In the unit of the prices, rounded up."""
    return -(-(sent * config.price_in + received * config.price_out) // 1000)
