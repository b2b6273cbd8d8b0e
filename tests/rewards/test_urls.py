"""Which pages of rewards visitors may open; every other asks for a sign-in."""

from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

PUBLIC = {"epochs:list", "epochs:detail", "epochs:file", "epochs:verify", "schedules:stop"}
PUBLIC |= {"training-pay:record", "training-pay:file"}
OWN = {"payouts:mine", "payouts:chip", "payouts:claim", "payouts:claim-status", "payouts:proof", "payouts:why"}
OWN |= {"training-pay:mine", "training-pay:receipt", "training-pay:receipt-json", "training-pay:receipt-csv"}


def _views(resolver: URLResolver, space: str = ""):
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _views(entry, entry.namespace or space)
        elif isinstance(entry, URLPattern) and space in ("epochs", "payouts", "schedules", "training-pay"):
            yield f"{space}:{entry.name}", entry.callback


def test_the_list_of_public_pages_is_this():
    views = dict(_views(get_resolver()))
    assert {name for name, view in views.items() if not getattr(view, "login_required", True)} == PUBLIC
    assert set(views) - PUBLIC == OWN
