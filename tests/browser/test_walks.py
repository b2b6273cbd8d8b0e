"""Ways that lead over several pages, on a desk and on a phone: leaving and coming back, the language, what is talked about."""

from urllib.parse import urlsplit

import pytest
from eth_account import Account
from playwright.sync_api import expect

from metya.members.models import Departure
from social.follows.models import Follow
from social.posts import actions as posts
from social.tags.models import TagFollow
from social.trends import actions as trends
from tests import make

pytestmark = pytest.mark.browser
DESK = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
BOTH = pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])


def arrive(page, path: str) -> None:
    page.wait_for_url(lambda url: urlsplit(url).path == path)


@BOTH
def test_who_leaves_is_gone_at_once_and_comes_back_with_everything(live_site, injected_wallet, bob, screen):
    signer = Account.create()
    ines = make.member("ines", signer=signer)
    posts.publish(actor=ines, text="Worth coming back for")
    page = live_site.visitor(**screen).new_page()
    injected_wallet(page, signer)
    page.goto("/sign-in/?next=/settings/leave/")
    page.get_by_role("button", name="Test wallet").click()
    arrive(page, "/settings/leave/")
    page.get_by_role("link", name="Leave …").click()
    page.get_by_role("button", name="Sign with a linked wallet").click()
    arrive(page, "/settings/leave/now/")
    page.get_by_label("Your handle").fill("somebody")
    page.get_by_role("button", name="Leave as @ines").click()
    assert not Departure.objects.exists()  # a slip leaves nobody
    page.get_by_label("Your handle").fill("ines")
    page.get_by_role("button", name="Leave as @ines").click()
    expect(page.get_by_role("heading", name="You left")).to_be_visible()

    others = live_site.page_of(bob, "/explore/", **screen)
    expect(others.get_by_text("Worth coming back for")).to_have_count(0)
    assert others.goto("/@ines/").status == 404

    page.get_by_role("link", name="Sign in").last.click()
    page.get_by_role("button", name="Test wallet").click()
    expect(page.get_by_role("heading", name="Welcome, @ines")).to_be_visible()
    page.get_by_role("button", name="Come back").click()
    page.goto("/@ines/")
    expect(page.get_by_text("Worth coming back for")).to_be_visible()
    others.goto("/explore/")
    expect(others.get_by_text("Worth coming back for")).to_be_visible()


@BOTH
def test_the_language_is_chosen_and_holds_on_another_device(live_site, alice, screen):
    page = live_site.page_of(alice, "/settings/language/", **screen)
    page.get_by_role("main").get_by_text("Deutsch", exact=True).click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    other = live_site.page_of(alice, "/settings/language/", **screen, locale="en-GB")
    expect(other.locator("html")).to_have_attribute("lang", "de")
    other.get_by_role("main").get_by_text("English", exact=True).click()
    other.get_by_role("button", name="Speichern").click()
    expect(other.locator("html")).to_have_attribute("lang", "en")


@BOTH
def test_what_is_talked_about_is_found_and_followed(live_site, alice, bob, carol, screen):
    trends.set_trusted([alice.pk, bob.pk])
    for person in (alice, bob):
        posts.publish(actor=person, text="To the #ridge on Saturday")
    posts.publish(actor=carol, text="Nobody trusts me yet #noise")
    trends.count_trends()
    page = live_site.page_of(carol, "/search/", **screen)
    talked = page.get_by_role("main").locator("section", has=page.get_by_role("heading", name="Talked about"))
    expect(talked).to_contain_text("2 people")
    expect(talked.get_by_text("#noise")).to_have_count(0)
    talked.get_by_role("link", name="#ridge").click()
    arrive(page, "/tags/ridge/")
    page.locator(".head").get_by_role("button", name="Follow").click()
    expect(page.locator(".head button[aria-pressed=true]")).to_have_text("Following#ridge")
    assert TagFollow.objects.get().member == carol


@BOTH
def test_a_newcomer_takes_three_steps_and_has_a_feed(live_site, injected_wallet, alice, bob, screen):
    posts.publish(actor=alice, text="The first thing a newcomer reads")
    page = live_site.visitor(**screen).new_page()
    injected_wallet(page, Account.create())
    page.goto("/sign-in/")
    page.get_by_role("button", name="Test wallet").click()
    arrive(page, "/welcome/")
    page.get_by_label("Handle").fill("alice")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("These are free:")).to_be_visible()
    page.get_by_label("Handle").fill("nora")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name").fill("Nora Lind")
    page.get_by_role("button", name="Continue").click()
    arrive(page, "/welcome/people/")
    page.locator(".row, .person", has_text="@alice").get_by_role("button", name="Follow").click()
    page.get_by_role("button", name="Done").click()
    arrive(page, "/")
    expect(page.get_by_text("The first thing a newcomer reads")).to_be_visible()
    assert Follow.objects.filter(source__handle="nora", target=alice).exists()


@BOTH
def test_done_waits_for_whom_one_has_just_followed(live_site, alice, bob, screen):
    posts.publish(actor=alice, text="The first thing a newcomer reads")
    page = live_site.page_of(bob, **screen)
    Follow.objects.all().delete()
    page.goto("/welcome/people/")
    held = []
    page.route("**/@alice/follow/", lambda route: held.append(route))
    page.locator(".row, .person", has_text="@alice").get_by_role("button", name="Follow").click()
    done = page.get_by_role("button", name="Done")
    expect(done).to_be_disabled()
    for route in held:
        route.continue_()
    expect(done).to_be_enabled()
    done.click()
    arrive(page, "/")
    expect(page.get_by_text("The first thing a newcomer reads")).to_be_visible()
