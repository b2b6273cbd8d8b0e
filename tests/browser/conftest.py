"""A real browser for tests. It lives as long as a module: its event loop must not run while others' async tests do."""

import os
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from metya.wallets.models import Member
from tests.browser.chromium import launch
from tests.browser.demo_site import demo_chain, demo_server, demo_site  # noqa: F401
from tests.browser.live_site import LiveSite, live_site, site_server  # noqa: F401
from tests.browser.wallets import injected_wallet  # noqa: F401

# A busy machine takes its time; what is there at once costs nothing by that.
expect.set_options(timeout=15_000)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Iterator[None]:
    """A failed test says where its pages were and what stood there."""
    report = yield
    site, one = getattr(item, "funcargs", {}).get("live_site"), getattr(item, "funcargs", {}).get("context")
    contexts = [*(site.contexts if site else ()), *([one] if one else ())]
    if report.when == "call" and report.failed:
        for page in (page for context in contexts for page in context.pages):
            try:
                report.sections.append((f"page {page.url}", page.locator("body").inner_text(timeout=2_000)[:4_000]))
            except PlaywrightError as error:
                report.sections.append((f"page {page.url}", str(error)))
    return report


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright's own loop runs in this thread; the ORM would refuse to work beside it.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        launched = launch(playwright)
        yield launched
        launched.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    fresh = browser.new_context(viewport={"width": 1280, "height": 900}, service_workers="block")
    fresh.set_default_timeout(10_000)
    yield fresh
    fresh.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def enter() -> Callable[[BrowserContext, Member, str], None]:
    """Puts a member's session into a browser context, without the sign-in page."""

    def enter(context: BrowserContext, member: Member, url: str) -> None:
        client = Client()
        client.force_login(member)
        cookie = client.cookies["session"]
        context.add_cookies([{"name": "session", "value": cookie.value, "url": url}])

    return enter


@pytest.fixture
def page_for(live_site: LiveSite) -> Callable[..., Page]:  # noqa: F811
    """A function: a page in a browser of its own, in which the member is signed in."""
    return live_site.page_of
