"""The same server as live_site, in demo mode, with a development chain where node is there."""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser

from rewards.chain import anvil
from tests.browser.live_site import LiveSite, served, settle


@pytest.fixture(scope="session")
def demo_chain() -> Iterator[str]:
    """The chain's URL, empty where there is none."""
    try:
        chain = anvil.start(settings.BASE_DIR / "var" / "anvil")
    except anvil.AnvilUnavailable as reason:
        if os.environ.get("REQUIRE_CHAIN") == "1":
            pytest.fail(str(reason))
        yield ""
        return
    yield chain.url
    chain.stop()


@pytest.fixture(scope="session")
def demo_server(django_db_setup, django_db_blocker, demo_chain: str) -> Iterator[str]:
    with served(django_db_blocker, DEMO="1", CHAIN_RPC_URL=demo_chain) as url:
        yield url


@pytest.fixture
def demo_site(demo_server: str, browser: Browser, transactional_db: None) -> Iterator[LiveSite]:
    """As live_site, in demo mode."""
    site = LiveSite(demo_server, browser, [])
    yield site
    for context in site.contexts:
        context.close()
    settle()
