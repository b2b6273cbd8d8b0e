"""A manager points at the days of a long course, with the keyboard and without scripts."""

from datetime import timedelta

import pytest
from django.conf import settings as site
from django.test import Client
from playwright.sync_api import Browser, expect

from metya.wallets import roles
from metya.wallets.models import Member
from rewards.reports import rollups
from rewards.reports.models import DayFigure, ReportDay
from tests.browser import axe
from tests.browser.test_pages import WATCH

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG = "/admin/reports/growth/?days=90"
SCREENS = pytest.mark.parametrize(
    "screen",
    [
        {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
        {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
        {"java_script_enabled": False},
    ],
    ids=["desk", "phone", "no scripts"],
)


@pytest.fixture
def days(db):
    """Ninety days, of which the newest has 90 sign-ups, the one before it 89, and so on; nothing is known of the first."""
    yesterday = rollups.today() - timedelta(days=1)
    for step in range(90):
        day = yesterday - timedelta(days=step)
        ReportDay.objects.create(day=day, counted_at=f"{yesterday}T12:00Z", stale=False)
        if step < 89:
            DayFigure.objects.create(day=day, people=True, name="signups", value=90 - step)


@SCREENS
def test_each_day_of_a_long_course_is_pointed_at(live_server, browser: Browser, cole, days, settings, screen):
    settings.DEMO = True
    roles.sync()
    Member.objects.filter(pk=cole.pk).update(is_demo=True)
    client = Client()
    client.force_login(cole)
    context = browser.new_context(base_url=live_server.url, locale="en-GB", **screen)
    name = site.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.session.session_key, "url": live_server.url}])
    context.add_init_script(WATCH)
    page = context.new_page()
    page.goto(LONG)
    card = page.locator("#signups")
    if not screen.get("java_script_enabled", True):
        expect(card.locator("svg.chart")).to_be_visible()
        expect(card.get_by_role("slider")).to_have_count(0)
        context.close()
        return
    chart = card.get_by_role("slider", name="Sign-ups")
    expect(chart.locator("canvas")).to_be_visible()
    expect(card.locator("svg.chart")).to_be_hidden()
    assert "at the end 90" in chart.get_attribute("aria-description")
    chart.focus()
    said = []
    for key in ("Home", "ArrowRight", "PageUp", "End", "ArrowLeft", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
        said.append(chart.get_attribute("aria-valuetext").split(": ")[1])
    assert said == ["–", "2", "9", "90", "89", "90", "90"]
    expect(card.locator(".long-chart p")).to_contain_text(": 90")
    box = chart.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(chart).not_to_have_attribute("aria-valuenow", "89")
    assert page.evaluate("window.refused") == [] and page.evaluate("window.shifts") < 0.05
    assert axe.findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.emulate_media(media="print")
    expect(card.locator("svg.chart")).to_be_visible()
    expect(chart).to_be_hidden()
    page.emulate_media(media="screen")
    page.goto("/admin/reports/growth/")
    assert page.locator("#signups svg.chart").is_visible() and not page.locator("canvas").count()
    assert not page.locator("script[src*=uplot]").count()
    context.close()
