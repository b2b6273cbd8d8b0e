"""Who may ask the assistant, propose, vote and remove. Pure: no queries beyond what the objects hold."""

from django.conf import settings

from metya.wallets.models import Member, Role
from social.assistant.models import AssistantConfig, CardState, DraftPair, StyleCard
from social.moderation.policy import may_moderate
from social.outgoing.addresses import Refused
from social.outgoing.streaming import service


def configured(config: AssistantConfig | None) -> bool:
    """Switched on, with a model, at an endpoint that the environment allows now."""
    if config is None or not config.on or not config.model or not config.endpoint:
        return False
    try:
        service(config.endpoint, settings.ASSISTANT_URLS)
    except Refused:
        return False
    return True


def may_ask(actor: Member) -> bool:
    """Members in good standing who switched it on for themselves."""
    return actor.in_good_standing and actor.onboarded_at is not None and actor.profile.uses_assistant


def may_choose(actor: Member, pair: DraftPair) -> bool:
    return actor.is_active and pair.member_id == actor.pk


def may_take_part(actor: Member) -> bool:
    """In proposing styles and voting on them."""
    return actor.in_good_standing and actor.onboarded_at is not None


def may_vote(actor: Member, card: StyleCard) -> bool:
    """On styles of others that are proposed or in use."""
    return may_take_part(actor) and card.author_id != actor.pk and card.state != CardState.RETIRED


def may_withdraw(actor: Member, card: StyleCard) -> bool:
    return actor.is_active and card.author_id == actor.pk and card.state != CardState.RETIRED


def may_remove(actor: Member, card: StyleCard) -> bool:
    """Moderators, but not their own: that they withdraw. Also what is out of use: its words stand there all the same, and rounds
    of training go on valuing it."""
    return may_moderate(actor) and card.author_id != actor.pk and card.retired_by_id is None and bool(card.name)


def may_set(actor: Member) -> bool:
    """Administrators."""
    return actor.is_active and not actor.suspended and actor.has_role(Role.ADMIN)


def may_export(actor: Member) -> bool:
    """Whoever may export what tells who somebody is."""
    return actor.is_active and actor.is_staff and actor.has_perm("rewards.export_personal")
