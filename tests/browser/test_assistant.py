"""Two drafts beside the composer: suggested, compared, taken, posted, and marked; also without scripts."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from social.assistant import generating
from social.assistant.models import AssistantConfig, DraftHalf, DraftPair
from social.drafts.models import Draft
from social.posts.models import Post
from tests import make
from tests.browser.live_site import LiveSite, served, settle
from tests.social.assistant.conftest import style, wants
from tests.social.assistant.speaking import Speaker, by_style, sending

pytestmark = pytest.mark.browser
DESK = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
screens = pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
OWN = "we met at the pond, there was no bench, so we stood"
TERSE, MERRY = (
    "No bench at the pond. Everybody kept standing.",
    "What a joyful evening by the water, all of us on our feet!",
)


@pytest.fixture(scope="module")
def asked_site(django_db_setup, django_db_blocker) -> Iterator[tuple[str, Speaker]]:
    speaker = Speaker()
    with served(django_db_blocker, ASSISTANT_URLS=speaker.origin) as url:
        yield url, speaker
    speaker.stop()


@pytest.fixture
def site(asked_site, browser, transactional_db, settings) -> Iterator[LiveSite]:
    url, speaker = asked_site
    settings.ASSISTANT_URLS = [speaker.origin]
    speaker.answer = by_style(Terse=TERSE, Merry=MERRY)
    AssistantConfig.objects.create(pk=1, on=True, endpoint=f"{speaker.origin}/v1", model="small")
    author = make.member("wren")
    for name in ("Terse", "Merry"):
        style(author, name)
    found = LiveSite(url, browser, [])
    found.speaker = speaker
    yield found
    for context in found.contexts:
        context.close()
    settle()


def write() -> None:
    """What the worker does."""
    for half in DraftHalf.objects.filter(state="waiting"):
        generating.write(half.pk)


def suggested(page):
    """Drafts are asked for; the panel beside the composer."""
    panel = page.locator("#assistant")
    page.locator("#composer textarea[name=text]").fill(OWN)
    panel.get_by_role("button", name="Suggest drafts").click()
    expect(panel.get_by_text("Your text goes to 127.0.0.1")).to_be_visible()
    panel.get_by_role("button", name="Write two drafts").click()
    expect(panel.get_by_text("being written").first).to_be_visible()
    return panel


@screens
def test_suggest_compare_take_and_post(site, alice, screen):
    wants(alice)
    page = site.page_of(alice, "/", **screen)
    asked, refused = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda line: refused.append(line.text) if line.type == "error" else None)
    panel, area = suggested(page), page.locator("#composer textarea[name=text]")
    write()
    expect(panel.get_by_text(TERSE)).to_be_visible()
    expect(panel.get_by_text(MERRY)).to_be_visible()
    expect(area).to_have_value(OWN)
    side = DraftHalf.objects.get(card__name="Merry").side
    panel.get_by_role("button", name=f"Take draft {1 if side == 'a' else 2}").click()
    expect(area).to_have_value(MERRY)
    expect(panel.get_by_text("a style by @wren").first).to_be_visible()
    # One's own words come back, and the other draft can be taken as well.
    panel.get_by_role("button", name="Put my own words back").click()
    expect(area).to_have_value(OWN)
    pair = DraftPair.objects.get()
    assert pair.choice == "own"
    assert not Post.objects.exists()
    panel = suggested(page)
    write()
    second = DraftPair.objects.latest("pk")
    side = second.halves.get(card__name="Terse").side
    panel.get_by_role("button", name=f"Take draft {1 if side == 'a' else 2}").click()
    expect(area).to_have_value(TERSE)
    page.locator("#composer").get_by_role("button", name="Post", exact=True).click()
    card = page.locator("article.post", has_text=TERSE).first
    expect(card.get_by_text("Written with the assistant")).to_be_visible()
    second.refresh_from_db()
    assert second.choice == side
    assert second.post == Post.objects.get()
    assert not [url for url in asked if urlsplit(url).query and "pond" in url]  # words are in no address
    assert not refused


def test_what_was_taken_is_counted_and_kept_like_what_was_typed(site, alice):
    wants(alice)
    page = site.page_of(alice, "/")
    panel = suggested(page)
    write()

    def kept_it(response):
        sent = response.request.post_data or ""
        return response.url.endswith("/drafts/save/") and any(text in sent for text in (TERSE, MERRY))

    with page.expect_response(kept_it):
        panel.get_by_role("button", name="Take draft 1").click()
    kept = Draft.objects.get()
    assert kept.text in (TERSE, MERRY)
    assert kept.fields["assisted"] == [str(DraftPair.objects.get().pk)]


def test_what_is_written_on_meanwhile_is_not_lost(site, alice):
    wants(alice)
    page = site.page_of(alice, "/posts/new/")
    panel, area = suggested(page), page.locator("#composer textarea[name=text]")
    area.fill(OWN + " for hours")
    write()
    panel.get_by_role("button", name="Take draft 2").click()
    expect(area).not_to_have_value(OWN + " for hours")
    panel.get_by_role("button", name="Put my own words back").click()
    expect(area).to_have_value(OWN + " for hours")


def test_cancelled_and_failed(site, alice):
    wants(alice)
    page = site.page_of(alice, "/")
    panel = suggested(page)
    panel.get_by_role("button", name="Cancel").click()
    expect(panel.get_by_text("Cancelled.").first).to_be_visible()
    panel.get_by_role("button", name="Keep my own words").click()
    site.speaker.answer = sending("no", 500)
    panel = suggested(page)
    write()
    expect(panel.get_by_text("No usable answer came. Try again.").first).to_be_visible()
    expect(page.locator("#composer textarea[name=text]")).to_have_value(OWN)


def test_enter_in_another_field_posts_and_asks_nothing(site, alice):
    wants(alice)
    page = site.page_of(alice, "/")
    page.locator("#composer textarea[name=text]").fill("By hand")
    page.get_by_label("More options").click()
    page.get_by_label("Content warning").fill("Ponds")
    page.get_by_label("Content warning").press("Enter")
    expect(page.locator("article.post", has_text="Ponds").first).to_be_visible()
    assert not DraftPair.objects.exists()


def test_without_scripts(site, alice):
    wants(alice)
    page = site.browser_of(alice, java_script_enabled=False).new_page()
    page.goto("/")
    page.locator("#composer textarea[name=text]").fill(OWN)
    page.get_by_role("button", name="Suggest drafts").click()
    expect(page.get_by_label("Your text")).to_have_value(OWN)
    page.get_by_role("button", name="Write two drafts").click()
    write()
    page.get_by_role("link", name="See how far they are").click()
    page.get_by_role("button", name="Take draft 1").click()
    area = page.locator("#composer textarea[name=text]")
    assert area.input_value() in (TERSE, MERRY)
    page.locator("#composer").get_by_role("button", name="Post", exact=True).click()
    expect(page.get_by_text("Written with the assistant")).to_be_visible()
    assert Post.objects.get().assisted
