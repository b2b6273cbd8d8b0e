"""Mails with what was missed, the whole way in a real browser: turned on, the address proven by the link in a mail, one that the
job makes, and the end, by one click of a mail program and by the page.

The server takes the orders and notes the jobs; the jobs run here, so that their mails can be opened.
"""

import re
from datetime import timedelta
from itertools import count

import pytest
from django.core import mail
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from playwright.sync_api import expect

from social.digest import jobs
from social.digest.models import MailDigest
from social.notifications import actions as notifications
from social.notifications.sentences import Sentence
from social.posts import actions as posts
from tests import make
from tests.browser import axe
from tests.browser.live_site import LiveSite, served, settle

pytestmark = pytest.mark.browser
SCREENS = pytest.mark.parametrize(
    "screen",
    [
        {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
        {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "color_scheme": "dark"},
    ],
    ids=["desk", "phone"],
)
SETTINGS = "/settings/notifications/"
# Each address is asked but a few times within an hour.
NUMBERS = count(1)


@pytest.fixture(scope="module")
def mailing_server(django_db_setup, django_db_blocker):
    # The server itself sends nothing: it has no worker.
    with served(django_db_blocker, EMAIL_URL="smtp-plain://127.0.0.1:9") as url:
        yield url


@pytest.fixture
def site(mailing_server, browser, transactional_db, settings):
    settings.SENDS_MAIL, settings.SITE_URL = True, mailing_server
    found = LiveSite(mailing_server, browser, [])
    yield found
    for context in found.contexts:
        context.close()
    settle()


def job(name: str, member) -> None:
    """Run what the server noted to be done."""
    assert DBTaskResult.objects.filter(task_path=f"social.digest.jobs.{name}", args_kwargs__args=[member.pk]).exists()
    getattr(jobs, name).call(member.pk)


def newest_mail(member):
    (found,) = mail.outbox
    mail.outbox.clear()
    row = MailDigest.objects.get(pk=member.pk)
    assert found.to == [row.asked or row.address]
    return found


def digest(member):
    """The mail that the job makes once it is due."""
    MailDigest.objects.filter(pk=member.pk).update(due_at=timezone.now() - timedelta(minutes=1))
    jobs.send_due.call()
    job("send_digest", member)
    return newest_mail(member)


def fits(page) -> bool:
    """Within the screen, and without findings once nothing moves any more."""
    page.evaluate("Promise.allSettled(document.getAnimations().map((one) => one.finished)).then(() => null)")
    assert axe.findings(page) == []
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.fixture
def proven(site, alice):
    """A function: alice turns it on in a browser and opens the link of the mail in another one."""

    def walk(screen):
        address = f"alice{next(NUMBERS)}@home.example"
        page = site.page_of(alice, SETTINGS, **screen)
        page.locator("#mail").get_by_role("link", name="Set up").click()
        assert fits(page)
        page.get_by_label("E-mail address").fill("alice at home")
        page.get_by_label("How often").select_option("Every day")
        page.locator("main form[method=post]").evaluate("form => form.noValidate = true")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("That is not an e-mail address.")).to_be_visible()
        expect(page.get_by_label("E-mail address")).to_have_value("alice at home")
        page.get_by_label("E-mail address").fill(address)
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("A mail is on its way to you.")).to_be_visible()
        expect(page.get_by_text(f"{address} is not confirmed yet.")).to_be_visible()
        assert fits(page)
        job("send_proof", alice)
        (link,) = set(re.findall(rf"{site.url}/mail/confirm/\S+", newest_mail(alice).body))
        # Where mails are read nobody needs to be signed in.
        there = site.visitor(**screen).new_page()
        there.goto(link)
        expect(there.get_by_text(f"Shall @alice get mails at {address}?")).to_be_visible()
        assert fits(there) and not MailDigest.objects.get().address
        there.get_by_role("button", name="Yes, this is my address").click()
        expect(there.get_by_text("Your address is confirmed.")).to_be_visible()
        there.goto(link)
        expect(there.get_by_text("This link was used already")).to_be_visible()
        page.goto(SETTINGS)
        expect(page.get_by_text(f"Every morning to {address}")).to_be_visible()
        return page

    return walk


@SCREENS
def test_from_the_settings_to_a_mail_and_its_end_by_one_click(site, proven, alice, bob, screen):
    page = proven(screen)
    posts.publish(actor=bob, text="@alice have you seen the comet?")
    told = Sentence("%(amount)s of epoch %(epoch)d can be claimed.", {"amount": 12_400_000_000, "epoch": 7})
    notifications.notify(member=alice, kind="payout", text=told, url="/rewards/", key="payout:7")
    found = digest(alice)
    assert "2 new notifications" in found.subject
    html, _kind = found.alternatives[0]
    for text in (found.body, html):
        assert "Bob mentioned you" in text and "have you seen the comet?" in text
        assert "12.40\u00a0MET of epoch 7 can be claimed." in text
    # Opened as a mail program shows it: nothing is asked for from anywhere, and its links lead here.
    # (Light, since the checker takes the browser's own dark ground for white.)
    reader = site.visitor(**screen | {"color_scheme": "light"}).new_page()
    asked = []
    reader.on("request", lambda request: asked.append(request.url))
    reader.set_content(html)
    assert not asked and fits(reader)
    reader.get_by_role("link", name="Bob mentioned you").click()
    expect(reader.get_by_text("have you seen the comet?").first).to_be_visible()
    # The one click of a mail program: a POST to the address of the header, with neither cookie nor token.
    stop = found.extra_headers["List-Unsubscribe"].strip("<>")
    assert found.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    program = site.visitor()
    assert program.request.post(stop, form={"List-Unsubscribe": "One-Click"}).status == 200
    assert MailDigest.objects.get().frequency == "off"
    page.reload()
    expect(page.get_by_text(f"Off. Your address is {MailDigest.objects.get().address}.")).to_be_visible()
    assert fits(page)


@SCREENS
def test_the_end_by_the_page_that_a_mail_links(site, proven, alice, bob, screen):
    proven(screen)
    posts.like(actor=bob, post=make.post(alice, "Tea"))
    found = digest(alice)
    (link,) = set(re.findall(rf"{site.url}/mail/stop/\S+", found.body))
    assert found.extra_headers["List-Unsubscribe"] == f"<{link}>"
    page = site.visitor(**screen).new_page()
    page.goto(link)
    expect(page.get_by_text("Shall no more mails from Metya come to this address?")).to_be_visible()
    assert fits(page)
    # Looking is not doing: mail programs open links by themselves.
    assert MailDigest.objects.get().frequency == "daily"
    page.get_by_role("button", name="No more mails").click()
    expect(page.get_by_text("Done: no more mails from Metya come to this address.")).to_be_visible()
    assert fits(page) and MailDigest.objects.get().frequency == "off"
    MailDigest.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    jobs.send_digest.call(alice.pk)
    assert not mail.outbox
