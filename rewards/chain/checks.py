"""What is reported of the chain at start and by /healthz."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from metya.ops.health import Part
from rewards.chain.reads import chain_health


def development_chain_only_in_development(**_: Any) -> list[CheckMessage]:
    """The development chain's keys are known to everyone: no start with it outside DEBUG and DEMO."""
    if not settings.CHAIN_RPC_URL or settings.CHAIN_ID != settings.DEVELOPMENT_CHAIN_ID:
        return []
    if settings.ALLOW_DEVELOPMENT_CHAIN:
        return []
    return [Error("CHAIN_ID=31337 is the development chain; it is refused outside DEBUG and DEMO.", id="rewards.E001")]


def health() -> Part:
    """The chain's part of /healthz."""
    now = chain_health()
    return Part(now.state, str(now.detail))
