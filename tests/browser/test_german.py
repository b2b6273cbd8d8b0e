"""The pages in German, on a phone: no English is left on them, and its longer words fit."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from metya.wallets.models import Member
from tests.browser.test_pages import DESK, PHONE, SETTLED, Town, town  # noqa: F401 - the same town
from tests.language import catalogue

pytestmark = pytest.mark.browser
WHO = [
    ("visitor", None),
    ("member", "ines"),
    ("newcomer", "newcomer"),
    ("staff", "fay"),
    ("moderator", "mona"),
    ("manager", "cole"),
]
MONTHS = "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
TITLE = """(() => {
  const words = document.createRange()
  words.selectNodeContents(document.querySelector("main h1"))
  const { left, right } = words.getBoundingClientRect()
  return [left, right, innerWidth]
})()"""
WIDTHS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
# Everything that is read: texts and the attributes that stand for one.
READ = """() => {
  const found = [], read = ["alt", "title", "placeholder", "aria-label", "label"]
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) {
      if (!node.parentElement.closest("script, style, code, .text, #id_zone option, [lang]:not(html)")) found.push(node.data)
    } else for (const name of read) if (node.hasAttribute(name)) found.push(node.getAttribute(name))
  }
  return [document.title, ...found].map((text) => text.replace(/\\s+/g, " ").trim()).filter(Boolean)
}"""


@cache
def english() -> tuple[frozenset[str], re.Pattern[str]]:
    """What the site says in English where German says it otherwise: whole texts, and those that are filled in."""
    whole, filled, said = set(), [], set()
    (path,) = (path for path in catalogue.catalogues() if path.parts[-3] == "de")
    for entry in catalogue.read(path):
        german = {entry.msgstr, *entry.msgstr_plural.values()}
        said |= german  # "Like" is the German of one text and the English of another
        for text in {entry.msgid, entry.msgid_plural or entry.msgid} - german:
            plain = text.replace("%%", "%")
            if not re.search(r"%\(\w+\)\w|<", plain):
                whole.add(plain)
            elif len(re.sub(r"%\(\w+\)\w|<[^>]+>", "", plain).split()) >= 2:
                parts = re.split(r"%\(\w+\)\w|<[^>]+>", plain)
                filled.append(".+".join(re.escape(part) for part in parts))
    return frozenset(whole - said), re.compile("|".join(filled))


def left_in_english(texts: list[str]) -> list[str]:
    whole, filled = english()
    return sorted({text for text in texts if text in whole or filled.fullmatch(text)})


@pytest.mark.django_db  # also makes pytest-django create the database that `town` fills
def test_english_is_noticed():
    assert left_in_english(["Settings", "Einstellungen", "2 people voted", "2 Personen haben abgestimmt"]) == [
        "2 people voted",
        "Settings",
    ]


@pytest.fixture
def german(browser: Browser, enter, town: Town) -> Iterator[Callable[..., BrowserContext]]:  # noqa: F811
    """A function that gives a browser that asks for German, in which one of the town is signed in."""
    made = []

    def of(handle: str | None, screen: dict[str, Any] = PHONE) -> BrowserContext:
        context = browser.new_context(base_url=town.url, locale="de-DE", **screen)
        context.set_default_timeout(30_000)
        made.append(context)
        if handle is not None:
            enter(context, Member.objects.get(handle=handle), town.url)
        return context

    yield of
    for context in made:
        context.close()


def _look_at(page: Page, path: str) -> list[str]:
    broken: list[str] = []
    page.on("response", lambda answer: broken.append(f"{path}: {answer.url} broke") if answer.status >= 500 else None)
    page.goto(path)
    page.wait_for_timeout(SETTLED)
    wrong = broken + [f"{path}: {text}" for text in left_in_english(page.evaluate(READ))]
    wide = page.evaluate(WIDTHS)
    if wide[0] > wide[1]:
        wrong.append(f"{path} is {wide[0]} wide on {wide[1]}")
    if page.evaluate("document.documentElement.lang") != "de":
        wrong.append(f"{path} does not say that it is German")
    return wrong


@pytest.mark.parametrize(
    ("who", "handle"),
    WHO,
)
def test_every_page_is_german_and_fits_on_a_phone(town: Town, german, who: str, handle: str | None):  # noqa: F811
    context = german(handle, DESK if handle in ("fay", "mona") else PHONE)
    page = context.new_page()
    wrong = [line for path in getattr(town, who) for line in _look_at(page, path)]
    assert not wrong


def test_numbers_dates_and_plurals_are_german(german):
    context = german("ines")
    page = context.new_page()
    page.goto("/rewards/")
    amounts = page.locator(".amount").all_inner_texts()
    assert amounts and all(re.fullmatch(r"(<\s)?[\d.]*\d,\d{2,9}\sMET", text.strip()) for text in amounts), amounts
    page.goto("/notifications/")
    said = " ".join(page.locator(".said").all_inner_texts())
    assert "gefällt dein Beitrag" in said or "folgt dir jetzt" in said or "hat dir geantwortet" in said
    page.goto("/@ines/")
    assert re.search(rf"hier seit (?:{MONTHS}) \d{{4}}", page.inner_text("main"))


def test_the_tools_of_a_reply_stand_in_one_row(german):
    """The German word is longer than "Reply", and towards the end a counter comes."""
    page = german("ines").new_page()
    page.goto("/explore/")
    page.goto(page.locator("article.post[data-href]").first.get_attribute("data-href"))
    tools = page.locator("#composer .tools")
    assert tools.get_by_role("button", name="Antworten").is_visible()
    for text in ("", "x" * 950):
        page.locator("#id_text").fill(text)
        page.wait_for_timeout(SETTLED)
        assert tools.bounding_box()["height"] < 60, text[:1]


def test_no_amount_breaks_within_its_unit(german):
    page = german("ines", {"viewport": {"width": 320, "height": 700}}).new_page()
    page.goto("/rewards/")
    lines = page.locator(".amount.big").first.evaluate(
        """(amount) => {
          amount.textContent = "1.234.567,123456789\u00a0MET"
          const said = document.createRange()
          said.selectNodeContents(amount)
          return new Set([...said.getClientRects()].map((box) => box.top)).size
        }"""
    )
    assert lines == 1
    width = page.evaluate(WIDTHS)
    assert width[0] <= width[1]


def test_a_visitor_on_a_phone_finds_the_other_language(town: Town, browser: Browser):  # noqa: F811
    context = browser.new_context(base_url=town.url, locale="en-GB", **PHONE)
    page = context.new_page()
    page.goto("/help/")
    page.locator(".foot").get_by_role("link", name="Deutsch").click()
    page.get_by_label("Deutsch").check()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/help/")
    assert page.evaluate("document.documentElement.lang") == "de"
    page.goto("/explore/")
    assert page.evaluate("document.documentElement.lang") == "de"
    context.close()


@pytest.mark.parametrize("path", ["/", "/settings/appearance/", "/rewards/", "/messages/"])
def test_nothing_breaks_from_right_to_left(german, path: str):
    """There is no such language yet; the page is turned round by hand."""
    for screen in (PHONE, {"viewport": {"width": 1280, "height": 900}}):
        context = german("ines", screen)
        page = context.new_page()
        page.goto(path)
        page.wait_for_timeout(SETTLED)
        before = page.evaluate(TITLE)[0]
        page.evaluate("document.documentElement.dir = 'rtl'")
        box = page.evaluate(TITLE)
        width = page.evaluate(WIDTHS)
        assert width[0] <= width[1], (path, width)
        assert box[0] > before and box[1] <= box[2], (path, before, box)
