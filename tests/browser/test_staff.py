"""Moderators at work in the admin, on a phone and at a desk."""

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import expect

from metya.wallets import roles
from social.posts.models import Tag
from social.trends.models import TagVeto
from tests import make
from tests.browser import axe
from tests.browser.live_site import LiveSite, served, settle

pytestmark = pytest.mark.browser
SCREENS = pytest.mark.parametrize(
    "screen",
    [
        {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
        {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "color_scheme": "light"},
    ],
    ids=["desk", "phone"],
)


@pytest.fixture(scope="module")
def staffed_server(django_db_setup, django_db_blocker):
    # In a demo its cast comes in without a second factor.
    with served(django_db_blocker, DEMO="1") as url:
        yield url


@pytest.fixture
def mona_at(staffed_server, browser, transactional_db, mona):
    """A function: mona's browser at a page of the admin."""
    roles.sync()
    mona.is_demo = mona.is_staff = True
    mona.save(update_fields=["is_demo", "is_staff"])
    mona.groups.add(Group.objects.get(name="moderator"))
    site = LiveSite(staffed_server, browser, [])
    yield lambda path, screen: site.page_of(mona, path, **screen)
    for context in site.contexts:
        context.close()
    settle()


def fits(page) -> bool:
    assert axe.findings(page) == []
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@SCREENS
def test_a_hashtag_is_kept_out_of_the_trends_and_let_in_again(mona_at, screen):
    tag = Tag.objects.create(name="seedlibrary")
    page = mona_at("/admin/", screen)
    assert fits(page)
    page.get_by_role("link", name="Hashtags", exact=True).last.click()
    expect(page.get_by_text("Tick a hashtag to keep it out of the trends for a while")).to_be_visible()
    assert fits(page)
    page.locator(".action-select").first.check()
    page.get_by_label("Action:").select_option("Keep out of the trends\u2026")
    page.get_by_role("button", name="Go").click()
    assert fits(page)
    reason = page.get_by_label("Reason")
    assert reason.bounding_box()["width"] > 250, "there is room to write in"
    page.get_by_label("Day").fill("2099-01-01")
    page.get_by_label("Time").fill("09:00")
    reason.fill("Planted by a ring")
    page.get_by_role("button", name="Keep hashtags out of the trends").click()
    expect(page.get_by_text("Done for 1.")).to_be_visible()
    veto = TagVeto.objects.get(tag=tag)
    assert (veto.reason, veto.lifted_at) == ("Planted by a ring", None)
    page.goto("/admin/social/tagveto/")
    assert fits(page)
    page.locator(".action-select").first.check()
    page.get_by_label("Action:").select_option("Lift the veto\u2026")
    page.get_by_role("button", name="Go").click()
    page.get_by_label("Reason").fill("A mistake")
    page.get_by_role("button", name="Lift vetoes").click()
    expect(page.get_by_text("Done for 1.")).to_be_visible()
    veto.refresh_from_db()
    assert veto.lifted_at


@SCREENS
def test_what_was_complained_about_is_read_where_it_is_decided(mona_at, alice, bob, screen):
    post = make.post(alice, "Many ask me if it is real.")
    make.report(bob, alice, rule="scam", note="Promises to turn 100 into 900.", post=post)
    page = mona_at("/admin/social/report/", screen)
    assert fits(page)
    complaint = page.locator("td.field-complaint")
    expect(complaint).to_contain_text("Promises to turn 100 into 900.")
    assert complaint.bounding_box()["width"] > 180
    if screen["viewport"]["width"] > 1000:
        # The state and the complaint are in sight without scrolling the table sideways.
        right = page.locator("#changelist-filter").bounding_box()["x"]
        for cell in (page.locator("td.field-state"), complaint):
            box = cell.bounding_box()
            assert box["x"] + box["width"] <= right


@SCREENS
def test_the_tools_stand_in_the_header(mona_at, screen):
    page = mona_at("/admin/social/report/", screen)
    bar, out = page.locator("#header").bounding_box(), page.get_by_role("button", name="Sign out")
    box = out.bounding_box()
    assert bar["y"] <= box["y"] and box["y"] + box["height"] <= bar["y"] + bar["height"]
    out.click(trial=True)  # nothing lies over it
