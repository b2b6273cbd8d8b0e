"""Writing one draft: the endpoint is asked outside of any transaction, and what came is written down as it comes."""

import logging
import time
from contextlib import closing

from django.db import transaction

from social.assistant import endpoint, policy, prompts
from social.assistant.endpoint import Answer, Question, Trouble
from social.assistant.models import AssistantConfig, DraftHalf, DraftPair, HalfState, PairState
from social.assistant.questions import cost_of, question

logger = logging.getLogger(__name__)
PAUSE = 0.4  # seconds between what is written down
# Nothing was written for these, so nothing is paid.
_FREE = ("off", "key", "busy", "broken")


def write(half_id: int) -> None:
    """Write one draft; whatever happens, its row says what became of it. Called twice, the second finds nothing to do: what
    costs is asked once."""
    rows = DraftHalf.objects.filter(pk=half_id)
    if not rows.filter(state=HalfState.WAITING).update(state=HalfState.RUNNING):
        return
    half = rows.select_related("pair", "card").get()
    config = AssistantConfig.objects.first()
    answer, error = Answer(), "off"
    if config is not None and policy.configured(config):
        asked = question(config, half.pair, half.card)
        try:
            error = _listen(half, asked, answer)
        except Trouble as trouble:
            error = trouble.code
        except Exception as trouble:  # noqa: BLE001 - the row must not wait for ever
            # Without its words and its trace: what is in them was sent, and could be the key.
            logger.error("a draft failed: %s", type(trouble).__name__)
            error = "odd"
        _settle(half, config, asked, answer, error)
    else:
        rows.filter(state=HalfState.RUNNING).update(
            state=HalfState.FAILED, error=error, tokens_in=0, tokens_out=0, cost=0
        )
    _finish(half.pair_id)


def _listen(half: DraftHalf, asked: Question, answer: Answer) -> str:
    """Write down what comes; "stopped" when nobody waits for it any longer, else nothing."""
    said = time.monotonic()
    with closing(endpoint.ask(asked)) as growing:
        for now in growing:
            answer.text, answer.usage, answer.finished = now.text, now.usage, now.finished
            if time.monotonic() - said < PAUSE:
                continue
            said = time.monotonic()
            text = prompts.tidy(half.pair.ask, answer.text)
            if not DraftHalf.objects.filter(pk=half.pk, state=HalfState.RUNNING).update(text=text):
                return "stopped"
    return ""


def _settle(half: DraftHalf, config: AssistantConfig, asked: Question, answer: Answer, error: str) -> None:
    """What it took, as the endpoint counts or, where it does not tell, as we do; of who stopped it as well."""
    text = prompts.tidy(half.pair.ask, answer.text)
    if not error and not text:
        error = "empty"
    sent, received = (0, 0) if error in _FREE else answer.usage or (asked.tokens, endpoint.tokens_of(answer.text))
    took = {"tokens_in": sent, "tokens_out": received, "cost": cost_of(config, sent, received)}
    state = HalfState.FAILED if error else HalfState.DONE
    rows = DraftHalf.objects.filter(pk=half.pk)
    if not rows.filter(state=HalfState.RUNNING).update(state=state, error=error, text=text, **took):
        rows.update(**took)


@transaction.atomic
def _finish(pair_id: int) -> None:
    """The pair is ready once neither draft is open."""
    DraftPair.objects.select_for_update(no_key=True).get(pk=pair_id)
    still = DraftHalf.objects.filter(pair=pair_id, state__in=(HalfState.WAITING, HalfState.RUNNING))
    if not still.exists():
        DraftPair.objects.running().filter(pk=pair_id).update(state=PairState.READY)
