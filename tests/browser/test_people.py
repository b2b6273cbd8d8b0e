"""People, on a desk and on a phone: a locked account, quiet words and conversations, a page of one's own, notes, an import."""

import pytest
from playwright.sync_api import expect

from social.follows import actions as follows
from social.follows.models import Follow
from social.imports import jobs
from social.imports.models import Import
from social.posts import actions as posts
from tests import make

pytestmark = pytest.mark.browser
DESK = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
BOTH = pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])


@BOTH
def test_an_account_is_locked_and_a_request_accepted(live_site, alice, carol, screen):
    owner = live_site.page_of(alice, "/settings/privacy/", **screen)
    owner.get_by_role("button", name="Lock the account").click()
    expect(owner.get_by_text("Your account is locked: whoever")).to_be_visible()

    page = live_site.page_of(carol, "/@alice/", **screen)
    asking = page.locator(".profile")  # beside it she is suggested
    asking.get_by_role("button", name="Follow @alice").click()
    expect(asking.get_by_role("button", name="Requested @alice")).to_be_visible()
    asking.get_by_role("button", name="Requested @alice").click()
    asking.get_by_role("button", name="Follow @alice").click()
    expect(asking.get_by_role("button", name="Requested @alice")).to_be_visible()
    expect(asking.locator(".pending")).to_have_count(0)  # what shows at once is also so

    owner.goto("/notifications/")
    owner.get_by_role("link", name="Follow requests").click()
    owner.get_by_role("button", name="Accept @carol").click()
    expect(owner.get_by_text("Follows you now")).to_be_visible()
    assert Follow.objects.filter(source=carol, target=alice).exists()
    page.reload()
    expect(asking.get_by_role("button", name="Following @alice")).to_be_visible()


@BOTH
def test_words_people_and_conversations_fall_silent(live_site, alice, bob, screen):
    posts.publish(actor=alice, text="The marathon is on")
    quiet = posts.publish(actor=alice, text="@bob a quiet morning")
    page = live_site.page_of(bob, "/settings/muted/words/", **screen)
    page.get_by_label("Word, phrase or #hashtag").fill("Marathon")
    page.get_by_label("For how long").select_option("week")
    page.locator("main").get_by_role("button", name="Mute", exact=True).click()
    expect(page.get_by_role("button", name="Unmute Marathon")).to_be_visible()
    page.goto("/")
    expect(page.get_by_text("a quiet morning")).to_be_visible()
    expect(page.get_by_text("The marathon is on")).to_have_count(0)

    page.goto(f"/posts/{quiet.pk}/")
    bell = page.get_by_role("button", name="Mute this conversation")
    bell.click()
    expect(bell).to_have_attribute("aria-pressed", "true")
    page.goto("/notifications/")
    expect(page.get_by_text("mentioned you")).to_have_count(0)

    page.goto("/@alice/")
    page.locator(".profile summary").click()
    page.get_by_role("button", name="1 day").click()
    expect(page.get_by_text("Muted until")).to_be_visible()
    page.goto("/settings/muted/words/")
    page.get_by_role("button", name="Unmute Marathon").click()
    expect(page.get_by_role("button", name="Unmute Marathon")).to_have_count(0)


@BOTH
def test_a_page_of_ones_own(live_site, alice, bob, carol, screen):
    posts.publish(actor=alice, text="What I stand for")
    make.follow(carol, bob)
    page = live_site.page_of(alice, "/settings/profile/", **screen)
    page.get_by_label("Link 1").fill("javascript:alert(1)")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This is not the address of a page")).to_be_visible()
    expect(page.get_by_label("Link 1")).to_have_value("javascript:alert(1)")
    page.get_by_label("Link 1").fill("maps.example.org/alice")
    page.get_by_role("button", name="Save").click()
    page.goto("/@alice/")
    page.locator("article.post .menu summary[aria-label=More]").click()
    page.get_by_role("button", name="Pin to your page").click()
    expect(page.get_by_role("region", name="Pinned post")).to_contain_text("What I stand for")

    other = live_site.page_of(carol, "/@alice/", **screen)
    expect(other.get_by_role("link", name="maps.example.org/alice")).to_have_attribute(
        "rel", "nofollow noopener noreferrer me"
    )
    other.get_by_role("link", name="Followed by Bob", exact=True).click()
    expect(other.get_by_role("button", name="Following @bob")).to_be_visible()
    other.goto("/@alice/note/")
    other.get_by_label("Note", exact=True).fill("Knows the spring")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_text("Knows the spring")).to_be_visible()
    page.goto("/@carol/")
    expect(page.get_by_text("Knows the spring")).to_have_count(0)


@BOTH
def test_a_list_is_brought_along(live_site, alice, carol, tmp_path, screen):
    follows.set_locked(actor=alice, locked=False)
    broken, good = tmp_path / "broken.csv", tmp_path / "following_accounts.csv"
    broken.write_text("Account address\nalice\nnot an account\n")
    good.write_text("Account address,Show boosts\nalice,true\nmaya@elsewhere.example,true\n")
    page = live_site.page_of(carol, "/settings/import/", **screen)
    page.get_by_label("CSV file").set_input_files(broken)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("broken.csv, line 3")).to_be_visible()
    page.get_by_label("CSV file").set_input_files(good)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator("main h1")).to_contain_text("People you follow")
    jobs.run.call(Import.objects.get().pk)
    expect(page.get_by_text("2 of 2 rows")).to_be_visible()
    expect(page.get_by_text("maya@elsewhere.example")).to_be_visible()
    assert Follow.objects.filter(source=carol, target=alice).exists()
