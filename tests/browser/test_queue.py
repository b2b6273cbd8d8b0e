"""A moderator clears the queue from the keyboard."""

from datetime import timedelta

import pytest
from django.conf import settings as site
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from metya.wallets import roles
from metya.wallets.models import Member
from social.appeals import actions as appeals
from social.appeals.models import Appeal
from social.moderation import decisions
from social.moderation.models import Case, CaseNote, Decision
from tests import make
from tests.browser.test_pages import WATCH

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
QUEUE = "/admin/moderation/queue/"
# The bench clears two hundred (tests/bench/queue_keys.py).
CASES = 24


@pytest.fixture
def desk(live_server, browser: Browser, mona, settings):
    """mona's browser in the queue, in the demo, where staff need no second factor."""
    settings.DEMO = True
    roles.sync()
    Member.objects.filter(pk=mona.pk).update(is_demo=True)
    client = Client()
    client.force_login(mona)
    context = browser.new_context(base_url=live_server.url)
    name = site.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.session.session_key, "url": live_server.url}])
    context.add_init_script(WATCH)
    yield context.new_page()
    context.close()


@pytest.fixture
def reported(alice, carol):
    return [make.report(carol, alice, post=make.post(alice, f"Post {number}")) for number in range(CASES)]


def press(page: Page, *keys: str) -> None:
    """The keys, and then whatever page the last one leads to."""
    for key in keys[:-1]:
        page.keyboard.press(key)
    before = page.url
    page.keyboard.press(keys[-1])
    page.wait_for_url(lambda url: url != before)
    page.wait_for_load_state()


def test_two_dozen_cases_are_cleared_without_the_mouse(desk: Page, reported):
    desk.goto(QUEUE)
    for number in range(CASES):
        press(desk, *(("a",), ("2", "w"), ("4", "r"), ("5", "h"))[number % 4])
    expect(desk.get_by_text("Nothing waits here")).to_be_visible()
    assert desk.evaluate("window.refused") == []
    kinds = list(Decision.objects.order_by("pk").values_list("kind", "rule_version__rule__key"))
    assert kinds == [("approve", None), ("warn", "harassment"), ("remove", "spam"), ("hide", "trading")] * (CASES // 4)
    Decision.objects.update(effective_at=timezone.now())
    decisions.apply_due()
    assert not Case.objects.exclude(state="closed").exists()


def test_every_other_key(desk: Page, reported, alice):
    desk.goto(QUEUE)
    first = desk.url
    press(desk, "j")
    second = desk.url
    press(desk, "k")
    assert desk.url.split("?")[0] == first != second.split("?")[0]
    desk.keyboard.press("f")
    desk.keyboard.type("Sells coins")
    desk.keyboard.press("Escape")
    press(desk, "j")
    assert desk.locator("#id_facts").input_value() == "", "it belongs to its case"
    press(desk, "k")
    assert desk.locator("#id_facts").input_value() == "Sells coins", "and waits there"
    desk.keyboard.press("?")
    expect(desk.locator("#queue-keys")).to_be_visible()
    desk.keyboard.press("Escape")
    desk.keyboard.press("n")
    desk.keyboard.type("a hard one")  # no key decides anything while one types
    desk.get_by_role("button", name="Keep the note").click()
    expect(desk.get_by_text("a hard one")).to_be_visible()
    assert CaseNote.objects.get().text == "a hard one" and not Decision.objects.exists()
    press(desk, "w")
    press(desk, "z")
    assert first in desk.url and Decision.objects.get().undone_at and Decision.objects.get().facts == "Sells coins"
    desk.keyboard.press("s")
    desk.keyboard.press("Space")
    before = desk.url
    desk.keyboard.press("Enter")
    desk.wait_for_url(lambda url: url != before)
    made = Decision.objects.get(undone_at=None)
    assert made.kind == "suspend" and made.ends_at > timezone.now() + timedelta(days=6)
    press(desk, "b")
    press(desk, "e")
    assert Case.objects.filter(escalated=True).count() == Case.objects.exclude(later_until=None).count() == 1


def test_without_scripts_the_forms_do_the_same(live_server, browser: Browser, desk: Page, reported):
    context = browser.new_context(
        base_url=live_server.url, storage_state=desk.context.storage_state(), java_script_enabled=False
    )
    page = context.new_page()
    page.goto(QUEUE)
    page.get_by_text("No harassment").click()
    page.get_by_label("What you found").fill("It is about a person.")
    page.get_by_role("button", name="warn").click()
    page.get_by_role("button", name="Undo").click()
    assert Decision.objects.get().undone_at and Decision.objects.get().facts == "It is about a person."
    context.close()


def test_appeals_are_decided_from_the_keyboard(desk: Page, alice, carol):
    nora = make.member("nora", roles=("moderator",))
    for number in range(2):
        made = make.decide(nora, make.report(carol, alice, post=make.post(alice, f"Post {number}")), "hide")
        appeals.appeal(actor=alice, decision=made, text=f"Joke {number}")
    desk.goto(QUEUE)
    desk.get_by_role("link", name="Appeals 2").click()
    expect(desk.get_by_text("Joke 0")).to_be_visible()
    # Without reasons nothing is sent: the field asks for them.
    desk.keyboard.press("o")
    assert desk.evaluate("document.activeElement.name") == "reasons" and Appeal.objects.open().count() == 2
    desk.keyboard.type("It was")
    desk.keyboard.press("Escape")
    press(desk, "o")
    expect(desk.get_by_text("Joke 1")).to_be_visible()
    desk.keyboard.press("n")
    desk.keyboard.type("It was not")
    desk.keyboard.press("Escape")
    press(desk, "u")
    expect(desk.get_by_text("Nothing waits here")).to_be_visible()
    assert list(Appeal.objects.order_by("pk").values_list("state", "reasons")) == [
        ("overturned", "It was"),
        ("upheld", "It was not"),
    ]
    assert desk.evaluate("window.refused") == []
