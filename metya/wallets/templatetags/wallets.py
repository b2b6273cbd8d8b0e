"""What the demo wallet's script is told."""

from django import template
from django.conf import settings

from metya.wallets import demo, secondfactor

register = template.Library()


@register.simple_tag
def demo_cast() -> list[dict[str, str]]:
    """Handle, name and role of each of the demo cast."""
    return [{"handle": one.handle, "name": one.name, "role": one.role} for one in demo.CAST]


@register.simple_tag
def demo_chain() -> int:
    """The chain that the demo wallet is on."""
    return settings.CHAIN_ID


@register.simple_tag
def passkeys_work() -> bool:
    """Browsers refuse passkeys for sites that are reached by an IP address."""
    host = secondfactor.relying_party()["id"]
    return not (host.replace(".", "").isdigit() or ":" in host)
