"""A reviewer finds a planted ring and holds it, and two reviewers settle batches, all from the keyboard."""

import pytest
from django.conf import settings as site
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from metya.wallets import roles
from metya.wallets.models import Member
from rewards.payouts.checklist import POINTS
from rewards.payouts.models import Hold
from tests.browser.test_pages import WATCH
from tests.rewards import village

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(live_server, browser: Browser, settings):
    """A function: a reviewer's page in the demo, where staff need no second factor."""
    settings.DEMO = True
    roles.sync()
    made: list[BrowserContext] = []

    def of(member: Member) -> Page:
        Member.objects.filter(pk=member.pk).update(is_demo=True)
        client = Client()
        client.force_login(member)
        context = browser.new_context(base_url=live_server.url)
        made.append(context)
        name = site.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.session.session_key, "url": live_server.url}])
        context.add_init_script(WATCH)
        return context.new_page()

    yield of
    for context in made:
        context.close()


def press(page: Page, key: str) -> None:
    """A key that leads to another page."""
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press(key)


def review(epoch: int) -> str:
    return f"/admin/rewards/batch/{village.batch(epoch).pk}/change/"


def decide(page: Page) -> None:
    """Every point of the list ticked by its number, then the decision, which is asked for once more."""
    for number in range(1, len(POINTS) + 1):
        page.keyboard.press(str(number))
    page.keyboard.press("a")
    expect(page.locator("#review-sure")).to_be_visible()
    press(page, "Enter")


def test_a_planted_ring_is_found_and_held(desk, fay):
    five = village.ring(0)
    village.close(0)
    page = desk(fay)
    page.goto(review(0))
    press(page, "g")
    expect(page.locator("svg .mark")).to_have_count(5)
    for one in five:
        expect(page.get_by_role("link", name=f"@{one.handle}", exact=True)).to_be_visible()
    # One of them by its row first, then the rest together.
    page.keyboard.press("j")
    press(page, "h")
    page.locator("textarea").press_sequentially("It is supported by four others only")
    page.keyboard.press("Tab")
    press(page, "Enter")
    assert Hold.objects.get().payout.member in five
    page.goto(review(0))
    press(page, "g")
    page.keyboard.press("h")
    expect(page.locator("#hold-ring textarea")).to_be_focused()
    page.keyboard.type("They support only each other")  # no key decides anything while one types
    page.keyboard.press("Tab")
    press(page, "Enter")
    held = Hold.objects.filter(state="active").values_list("payout__member", flat=True)
    assert set(held) == {one.pk for one in five}
    assert page.evaluate("window.refused") == []


def test_two_people_approve_and_one_rejects(desk, fay, finn):
    village.lively_day(village.people(5), 0)
    village.close(0)
    first, second = desk(fay), desk(finn)
    first.goto(review(0))
    first.keyboard.press("a")  # nothing is ticked yet: the first open point is named, nothing is sent
    expect(first.locator("#review-sure")).to_be_hidden()
    assert village.batch(0).state == "draft"
    decide(first)
    assert village.batch(0).submitted_by == fay
    second.goto(review(0))
    decide(second)
    batch = village.batch(0)
    assert batch.approved_by == finn and batch.approved_points == list(POINTS)
    village.close(1)
    pk = village.batch(1).pk
    second.goto(review(1))
    press(second, "r")
    second.locator("textarea").focus()
    second.keyboard.type("The pool is not the one that was published")
    second.keyboard.press("Tab")
    press(second, "Enter")
    again = type(batch).objects.get(pk=pk)
    assert again.state == "rejected" and again.rejected_by == finn
