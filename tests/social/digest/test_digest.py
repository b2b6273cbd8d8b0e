"""Mails with what a member missed: only to a proven address, only what may leave the site, never twice, ended by one click."""

import re
import smtplib
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from metya.members import departures, preferences
from metya.wallets.models import Member
from metya.web.errors import Conflict, Invalid, TooMany
from social.digest import actions, jobs, links, sending
from social.digest.models import MailDigest
from social.digest.timing import next_due
from social.follows import actions as follows
from social.leaving import telling
from social.mutes import actions as mutes
from social.notifications import actions as notifications
from social.posts import actions as posts
from social.search.actions import set_searchable
from tests import make

pytestmark = pytest.mark.django_db
MAIL = "/settings/notifications/mail/"
TO = "alice@home.example"


@pytest.fixture(autouse=True)
def _sends(settings):
    settings.SENDS_MAIL = True


def link(found) -> str:
    """The path of the link that a mail asks to open."""
    (url,) = set(re.findall(r"http://testserver(/mail/(?:confirm|stop)/\S+)", found.body))
    return url


@pytest.fixture
def prove():
    """A function: the member gives an address, gets the mail, opens the link and presses the button."""

    def done(member, address: str = TO, frequency: str = "daily") -> MailDigest:
        assert actions.set_up(actor=member, address=address, frequency=frequency)
        jobs.send_proof.call(member.pk)
        found = mail.outbox.pop()
        assert found.to == [address]
        assert Client().post(link(found)).status_code == 200
        return MailDigest.objects.get(pk=member.pk)

    return done


@pytest.fixture
def ready(prove, alice):
    """alice's mail is due."""
    prove(alice)
    return lambda: MailDigest.objects.filter(pk=alice.pk).update(due_at=timezone.now() - timedelta(minutes=1))


def send(member):
    """What goes out to the member now, if anything."""
    before = len(mail.outbox)
    jobs.send_digest.call(member.pk)
    return mail.outbox[before] if len(mail.outbox) > before else None


# --- an address --------------------------------------------------------------------------------------------------


def test_from_nothing_to_a_proven_address(alice, as_member):
    client = as_member(alice)
    assert "Off." in client.get("/settings/notifications/").content.decode()
    answer = client.post(MAIL, {"address": " Alice@HOME.example ", "frequency": "weekly"})
    assert (answer.status_code, answer["Location"]) == (302, "/settings/notifications/#mail")
    row = MailDigest.objects.get()
    assert (row.address, row.asked, row.frequency) == ("", "Alice@home.example", "weekly")
    (job,) = DBTaskResult.objects.filter(task_path="social.digest.jobs.send_proof")
    assert job.args_kwargs == {"args": [alice.pk], "kwargs": {}}
    jobs.send_proof.call(alice.pk)
    jobs.send_proof.call(alice.pk)
    (found,) = mail.outbox
    assert found.to == ["Alice@home.example"] and "@alice of Metya" in found.body
    assert "List-Unsubscribe" not in found.extra_headers
    page = client.get("/settings/notifications/").content.decode()
    assert "Alice@home.example is not confirmed yet" in page
    # Looking at the link (as mail programs do by themselves) proves nothing.
    stranger = Client(enforce_csrf_checks=True)
    page = stranger.get(link(found))
    assert page.status_code == 200 and "@alice" in page.content.decode() and "no-store" in page["Cache-Control"]
    assert not MailDigest.objects.exclude(address="").exists()
    assert stranger.post(link(found)).status_code == 403  # without the page's token
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())[1]
    assert "is confirmed" in stranger.post(link(found), {"csrfmiddlewaretoken": token}).content.decode()
    row = MailDigest.objects.get()
    assert (row.address, row.asked, row.proof) == ("Alice@home.example", "", "") and row.due_at > timezone.now()
    assert "On Monday mornings to Alice@home.example" in client.get("/settings/notifications/").content.decode()
    # Once.
    assert Client().get(link(found)).status_code == Client().post(link(found)).status_code == 404


def test_the_link_ends_after_a_day(alice):
    actions.set_up(actor=alice, address=TO, frequency="daily")
    jobs.send_proof.call(alice.pk)
    MailDigest.objects.update(proof_until=timezone.now() - timedelta(seconds=1))
    assert Client().post(link(mail.outbox[0])).status_code == 404
    assert MailDigest.objects.get().address == ""


@pytest.mark.parametrize("token", ["x", "-" * 43, "%00", "a" * 500])
def test_forged_links_prove_nothing(alice, token):
    actions.set_up(actor=alice, address=TO, frequency="daily")
    jobs.send_proof.call(alice.pk)
    for client in (Client().get, Client().post):
        assert client(f"/mail/confirm/{token}/").status_code == 404
    assert MailDigest.objects.get().address == ""


def test_a_newer_question_ends_an_older_link(alice):
    for address in (TO, "new@home.example"):
        actions.set_up(actor=alice, address=address, frequency="daily")
        jobs.send_proof.call(alice.pk)
    first, second = mail.outbox
    assert Client().post(link(first)).status_code == 404
    assert Client().post(link(second)).status_code == 200
    assert MailDigest.objects.get().address == "new@home.example"


def test_going_back_to_the_proven_address_ends_the_link_of_the_other(alice, prove):
    prove(alice)
    actions.set_up(actor=alice, address="mistyped@home.example", frequency="daily")
    jobs.send_proof.call(alice.pk)
    assert not actions.set_up(actor=alice, address=TO, frequency="weekly")
    assert Client().post(link(mail.outbox[0])).status_code == 404
    row = MailDigest.objects.get()
    assert (row.address, row.asked, row.frequency) == (TO, "", "weekly")


def test_until_it_is_proven_nothing_else_is_sent_there(alice, bob):
    actions.set_up(actor=alice, address=TO, frequency="daily")
    posts.publish(actor=bob, text="@alice hello")
    MailDigest.objects.update(due_at=timezone.now() - timedelta(days=1))
    assert sending.due() == [] and send(alice) is None


def test_a_change_needs_a_new_proof_and_the_old_address_is_told(alice, bob, prove):
    prove(alice)
    assert actions.set_up(actor=alice, address="new@home.example", frequency="daily")
    jobs.send_proof.call(alice.pk)
    # Until then the old one stays in use.
    assert MailDigest.objects.get().address == TO
    Client().post(link(mail.outbox.pop()))
    assert MailDigest.objects.get().address == "new@home.example"
    assert DBTaskResult.objects.filter(task_path="social.digest.jobs.send_farewell").exists()
    jobs.send_farewell.call(alice.pk)
    jobs.send_farewell.call(alice.pk)
    (found,) = mail.outbox
    assert found.to == [TO] and "new@" not in found.body + found.alternatives[0][0]
    assert MailDigest.objects.get().former == ""


def test_the_same_address_again_needs_no_mail(alice, prove, as_member):
    prove(alice)
    assert as_member(alice).post(MAIL, {"address": TO, "frequency": "weekly"}).status_code == 302
    assert MailDigest.objects.get().frequency == "weekly" and not mail.outbox


def test_two_members_may_share_an_address_and_neither_learns_of_it(alice, bob, prove, as_member):
    prove(alice)
    prove(bob)
    assert MailDigest.objects.filter(address=TO).count() == 2


@pytest.mark.parametrize(
    "address", ["", "x", "a@b", "a b@c.example", "a@c.example\nBcc: x@y.example", "ä@c.example", "a@" + "c" * 260]
)
def test_what_is_no_address(alice, as_member, address):
    answer = as_member(alice).post(MAIL, {"address": address, "frequency": "daily"})
    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.content.decode()
    with pytest.raises(Invalid):
        actions.set_up(actor=alice, address=address, frequency="daily")
    with pytest.raises(Invalid):
        actions.set_up(actor=alice, address=TO, frequency="hourly")
    assert not MailDigest.objects.exists()


def test_nobody_is_flooded(alice, as_member, _still_windows):
    client = as_member(alice)
    codes = [client.post(MAIL, {"address": f"a{n}@b.example", "frequency": "daily"}).status_code for n in range(4)]
    assert codes == [302, 302, 302, 429]
    for person in (make.member(), make.member(), make.member()):
        actions.set_up(actor=person, address="victim@b.example", frequency="daily")
    for spelled in ("victim@b.example", "Victim@b.example", "vICTIM+7@B.example"):
        with pytest.raises(TooMany):
            actions.set_up(actor=make.member(), address=spelled, frequency="daily")


def test_erasing_it(alice, prove, as_member):
    prove(alice)
    page = as_member(alice).get("/settings/notifications/").content.decode()
    assert TO in page and "Erase the address" in page
    assert as_member(alice).get(f"{MAIL}forget/").status_code == 405
    assert as_member(alice).post(f"{MAIL}forget/").status_code == 302
    assert not MailDigest.objects.exists()


def test_nobody_else_sees_it(alice, carol, mona, prove, as_member):
    prove(alice)
    for who in (carol, mona):
        for path in ("/@alice/", "/settings/notifications/", MAIL):
            assert TO not in as_member(who).get(path).content.decode()


def test_it_stands_in_the_download(alice, prove):
    prove(alice)
    (section,) = [one for one in telling.sections(alice) if one.name == "mail"]
    (row,) = section.rows()
    assert row["address"] == TO and "key" not in row


def test_without_a_mail_server_nothing_is_offered(alice, as_member, settings):
    settings.SENDS_MAIL = False
    client = as_member(alice)
    page = client.get("/settings/notifications/").content.decode()
    assert "This community sends no e-mail." in page and MAIL not in page
    assert "<input" not in client.get(MAIL).content.decode().split("<main")[1].split("</main")[0]
    assert client.post(MAIL, {"address": TO, "frequency": "daily"}).status_code == 409
    with pytest.raises(Conflict):
        actions.set_up(actor=alice, address=TO, frequency="daily")
    assert sending.due() == []


def test_a_demo_says_where_its_mails_are(alice, as_member, settings, tmp_path):
    settings.EMAIL_FILE_PATH = str(tmp_path)
    assert f"written to {tmp_path}" in as_member(alice).get("/settings/notifications/").content.decode()


# --- a mail ------------------------------------------------------------------------------------------------------


def test_what_stands_in_it(alice, bob, carol, ready):
    post = make.post(alice, "Tea on the roof")
    for person in (carol, bob):
        posts.like(actor=person, post=post)
    posts.publish(actor=bob, text="@alice where is that?")
    make.follow(alice, carol)
    led = posts.publish(actor=carol, text="Bread is ready <b>now</b>")
    ready()
    found = send(alice)
    assert found.to == [TO] and found.from_email == "Metya <noreply@testserver>" and not found.cc and not found.bcc
    assert found.subject == "2 new notifications at Metya"
    (html, kind) = found.alternatives[0]
    assert kind == "text/html"
    for text in (found.body, html):
        assert "Bob and 1 other liked your post" in text and "Tea on the roof" in text and "Bob mentioned you" in text
        assert f"http://testserver/posts/{post.pk}/" in text and f"http://testserver/posts/{led.pk}/" in text
        assert "Carol (@carol)" in text and "http://testserver/mail/stop/" in text
    assert "Bread is ready <b>now</b>" in found.body and "&lt;b&gt;now&lt;/b&gt;" in html and "&lt;" not in found.body
    # No picture, no style from elsewhere, nothing that tells whether it was opened.
    assert "<img" not in html and "<link" not in html and "src=" not in html and "<style" not in html
    assert set(re.findall(r"https?://([^/\s\"<>]+)", found.body + html)) == {"testserver"}
    stop = link(found)
    assert found.extra_headers["List-Unsubscribe"] == f"<http://testserver{stop}>"
    assert found.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert found.extra_headers["Auto-Submitted"] == "auto-generated"
    assert found.extra_headers["Message-ID"].endswith("@testserver>")
    assert "Bob" not in found.subject


def test_nothing_is_sent_when_nothing_is_new(alice, bob, ready):
    ready()
    assert send(alice) is None
    assert MailDigest.objects.get().due_at > timezone.now()  # looked at again tomorrow
    posts.publish(actor=bob, text="@alice hello")
    ready()
    assert send(alice) is not None
    ready()
    assert send(alice) is None  # still unread, and told already
    posts.publish(actor=bob, text="@alice again")
    notifications.mark_read(actor=alice)
    ready()
    assert send(alice) is None


def test_a_job_that_runs_twice_sends_once(alice, bob, ready, monkeypatch):
    posts.publish(actor=bob, text="@alice hello")
    ready()
    assert sending.due() == [alice.pk]
    jobs.send_due.call()
    assert DBTaskResult.objects.filter(task_path="social.digest.jobs.send_digest").count() == 1
    assert send(alice) is not None and send(alice) is None
    # Two at the same time: both read, one claims.
    posts.publish(actor=bob, text="@alice again")
    ready()
    real, mails = sending.digest_of, len(mail.outbox)

    def meanwhile(row, now):
        found = real(row, now)
        monkeypatch.setattr(sending, "digest_of", real)
        sending.send_digest(alice.pk)
        return found

    monkeypatch.setattr(sending, "digest_of", meanwhile)
    assert not sending.send_digest(alice.pk) and len(mail.outbox) == mails + 1


def test_after_a_crash_at_sending_it_is_not_sent_again(alice, bob, ready, monkeypatch):
    posts.publish(actor=bob, text="@alice hello")
    ready()

    def cut(*_args, **_more):
        raise KeyboardInterrupt

    monkeypatch.setattr(sending, "send", cut)
    with pytest.raises(KeyboardInterrupt):
        sending.send_digest(alice.pk)
    monkeypatch.undo()
    assert send(alice) is None


@pytest.mark.parametrize(
    "change", ["block", "blocked", "mute", "delete", "off", "suspended actor", "unsuspended", "read", "word"]
)
def test_judged_as_the_page_judges(alice, bob, ready, change):
    post = posts.publish(actor=bob, text="@alice dragonfruit")
    ready()
    tomorrow = timezone.now() + timedelta(days=1)
    deeds = {
        "block": lambda: follows.block(actor=alice, target=bob),
        "blocked": lambda: follows.block(actor=bob, target=alice),
        "mute": lambda: follows.mute(actor=alice, target=bob),
        "delete": lambda: posts.delete(actor=bob, post=post),
        "off": lambda: notifications.choose(actor=alice, wanted={"mention": "off"}),
        "suspended actor": lambda: Member.objects.filter(pk=bob.pk).update(suspended_until=tomorrow),
        "unsuspended": lambda: Member.objects.filter(pk=bob.pk).update(suspended_until=timezone.now()),
        "read": lambda: notifications.mark_read(actor=alice),
        "word": lambda: mutes.mute_word(actor=alice, text="dragonfruit"),
    }
    deeds[change]()
    found = send(alice)
    assert (found is not None) == (change == "unsuspended")


@pytest.mark.parametrize("how", ["suspended", "leaving", "off", "erased", "unproven", "failing", "not due"])
def test_who_gets_none(alice, bob, ready, how):
    posts.publish(actor=bob, text="@alice hello")
    ready()
    rows = MailDigest.objects.filter(pk=alice.pk)
    deeds = {
        "suspended": lambda: Member.objects.filter(pk=alice.pk).update(suspended_until=timezone.now() + timedelta(1)),
        "leaving": lambda: departures.leave(actor=alice, handle="alice"),
        "off": lambda: actions.stop(rows.get()),
        "erased": lambda: actions.forget(actor=alice),
        "unproven": lambda: rows.update(address=""),
        "failing": lambda: rows.update(failures=3),
        "not due": lambda: rows.update(due_at=timezone.now() + timedelta(minutes=1)),
    }
    deeds[how]()
    # Nor do they stand before those whose turn it is: so many are taken at once, the longest waiting first.
    assert sending.due() == []
    assert send(alice) is None


def test_a_member_who_leaves_takes_the_open_link_along(alice):
    actions.set_up(actor=alice, address=TO, frequency="daily")
    jobs.send_proof.call(alice.pk)
    departures.leave(actor=alice, handle="alice")
    assert Client().post(link(mail.outbox[0])).status_code == 404


def test_posts_for_followers_are_never_quoted(alice, bob, ready):
    make.follow(alice, bob)
    posts.publish(actor=bob, text="@alice heliotrope", visibility="followers")
    posts.publish(actor=bob, text="@alice heliotrope too", visibility="mentioned")
    ready()
    found = send(alice)
    text = found.body + found.alternatives[0][0]
    assert "heliotrope" not in text and text.count("A post that is not for everyone.") == 4
    assert text.count("Bob mentioned you") == 4


def test_who_keeps_out_of_search_is_not_quoted(alice, bob, ready):
    make.follow(alice, bob)
    set_searchable(actor=bob, searchable=False)
    posts.publish(actor=bob, text="@alice heliotrope")
    posts.publish(actor=bob, text="heliotrope for all")
    ready()
    assert "heliotrope" not in send(alice).body


def test_notices_and_payouts_stay_behind_the_sign_in(alice, ready):
    notifications.notify(member=alice, kind="notice", text="A moderator removed your post: spam", key="n:1")
    notifications.notify(member=alice, kind="payout", text="12.40 MET is yours", url="/rewards/", key="p:1")
    ready()
    found = send(alice)
    text = found.body + found.alternatives[0][0]
    assert "spam" not in text and "12.40" not in text and "A notice about your posts" in text
    assert "http://testserver/rewards/" in text


def test_the_posts_are_those_that_home_shows(alice, bob, carol, ready):
    for person in (bob, carol):
        make.follow(alice, person)
    quiet = posts.publish(actor=bob, text="Quiet words")
    loud = [posts.publish(actor=bob, text=f"Loud {n}") for n in range(3)]
    for post in loud:
        posts.like(actor=make.member(), post=post)
    posts.publish(actor=bob, text="An answer", in_reply_to=loud[0])
    posts.publish(actor=carol, text="Muted words")
    follows.mute(actor=alice, target=carol)
    posts.publish(actor=bob, text="Spiders", warning="Animals")
    ready()
    body = send(alice).body
    assert all(f"Loud {n}" in body for n in range(3)) and f"/posts/{quiet.pk}/" not in body
    assert "Muted words" not in body and "An answer" not in body and "Spiders" not in body


def test_it_speaks_the_language_of_its_member(alice, bob, ready, settings, monkeypatch):
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    preferences.set_language(actor=alice, language="de")
    posts.publish(actor=bob, text="@alice hello")
    ready()
    assert '<html lang="de">' in send(alice).alternatives[0][0]


# --- ending it ---------------------------------------------------------------------------------------------------


def test_one_click_ends_it_without_sign_in_or_token(alice, bob, ready):
    posts.publish(actor=bob, text="@alice hello")
    ready()
    path = link(send(alice))
    mailer = Client(enforce_csrf_checks=True)
    page = mailer.get(path)
    assert page.status_code == 200 and "<form" in page.content.decode()
    assert MailDigest.objects.get().frequency == "daily", "looking at it changes nothing"
    answer = mailer.post(path, "List-Unsubscribe=One-Click", "application/x-www-form-urlencoded")
    assert answer.status_code == 200 and "Done" in answer.content.decode() and not answer.cookies
    row = MailDigest.objects.get()
    assert (row.frequency, row.due_at) == ("off", None)
    assert mailer.post(path).status_code == 200  # again is harmless
    posts.publish(actor=bob, text="@alice again")
    MailDigest.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    assert send(alice) is None


def test_forged_links_end_nothing(alice, bob, prove):
    row = prove(alice)
    other = prove(bob, "bob@home.example")
    good = links.stop_url(row).rsplit("/", 2)[1]
    for token in (
        "x",
        f"{row.pk}.{row.key}",
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        f"{other.pk}{good}",
        f"x.{good}",
    ):
        assert Client().post(f"/mail/stop/{token}/").status_code == 404, token
    assert MailDigest.objects.filter(frequency="daily").count() == 2


def test_a_link_of_an_address_that_was_changed_ends_nothing(alice, prove):
    old = links.stop_url(prove(alice)).removeprefix("http://testserver")
    prove(alice, "new@home.example")
    assert Client().post(old).status_code == 404
    assert MailDigest.objects.get().frequency == "daily"


# --- when it does not work ---------------------------------------------------------------------------------------


@pytest.fixture
def trouble(monkeypatch):
    """A function that makes the mail server answer with an error (None: it takes mails again)."""
    real = EmailBackend.send_messages

    def make_trouble(error):
        def send_messages(self, messages):
            if error is not None:
                raise error
            return real(self, messages)

        monkeypatch.setattr(EmailBackend, "send_messages", send_messages)

    return make_trouble


def test_an_address_that_refuses_is_left_alone_after_three(alice, bob, ready, trouble, as_member, prove):
    trouble(smtplib.SMTPRecipientsRefused({TO: (550, b"no such user")}))
    for n in range(1, 4):
        posts.publish(actor=bob, text=f"@alice {n}")
        ready()
        assert send(alice) is None and MailDigest.objects.get().failures == n
    ready()
    assert sending.due() == []
    client = as_member(alice)
    assert f"Mails to {TO} came back" in client.get("/settings/notifications/").content.decode()
    # The same address again: proven anew, it is used again.
    trouble(None)
    prove(alice)
    assert MailDigest.objects.get().failures == 0
    assert "came back" not in client.get("/settings/notifications/").content.decode()


@pytest.mark.parametrize(
    ("error", "surely"),
    [
        (smtplib.SMTPRecipientsRefused({TO: (450, b"later")}), True), (smtplib.SMTPDataError(451, b"later"), True),
        (TimeoutError(), False),
        (smtplib.SMTPServerDisconnected("gone"), False), (smtplib.SMTPSenderRefused(550, b"who are you", "x"), True),
    ],
)  # fmt: skip
def test_trouble_that_passes_counts_for_nothing(alice, bob, ready, trouble, error, surely):
    posts.publish(actor=bob, text="@alice hello")
    ready()
    trouble(error)
    assert send(alice) is None
    row = MailDigest.objects.get()
    assert row.failures == 0 and timedelta(minutes=50) < row.due_at - timezone.now() < timedelta(minutes=70)
    trouble(None)
    ready()
    assert (send(alice) is not None) == surely, "told later, but never perhaps twice"


def test_a_mail_server_that_is_away_loses_nothing(alice, bob, ready, monkeypatch):
    def refuse(_self):
        raise ConnectionRefusedError

    posts.publish(actor=bob, text="@alice hello")
    ready()
    monkeypatch.setattr(EmailBackend, "open", refuse)
    assert send(alice) is None
    monkeypatch.undo()
    ready()
    assert send(alice) is not None


def test_a_refusal_of_the_text_counts(alice, bob, ready, trouble):
    posts.publish(actor=bob, text="@alice hello")
    ready()
    trouble(smtplib.SMTPDataError(554, b"spam"))
    assert send(alice) is None and MailDigest.objects.get().failures == 1


def test_a_proof_that_is_not_sent_can_be_asked_for_again(alice, trouble):
    actions.set_up(actor=alice, address=TO, frequency="daily")
    trouble(ConnectionRefusedError())
    jobs.send_proof.call(alice.pk)
    assert not mail.outbox
    trouble(None)
    actions.set_up(actor=alice, address=TO, frequency="daily")
    jobs.send_proof.call(alice.pk)
    assert Client().post(link(mail.outbox[0])).status_code == 200


def test_the_log_keeps_addresses_out(alice, bob, ready, trouble, caplog):
    posts.publish(actor=bob, text="@alice hello")
    ready()
    trouble(smtplib.SMTPRecipientsRefused({TO: (550, b"no such user alice@home.example")}))
    send(alice)
    assert "not sent" in caplog.text and TO not in caplog.text


# --- when --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "frequency", "now", "due"),
    [
        ("UTC", "daily", datetime(2026, 3, 4, 6, 59, tzinfo=UTC), "2026-03-04 07"),
        ("UTC", "daily", datetime(2026, 3, 4, 8, 0, tzinfo=UTC), "2026-03-05 07"),
        ("Asia/Tokyo", "daily", datetime(2026, 3, 4, 8, 0, tzinfo=UTC), "2026-03-04 22"),
        (
            "America/New_York",
            "daily",
            datetime(2026, 3, 8, 3, 0, tzinfo=UTC),
            "2026-03-08 11",
        ),  # the clock goes forward
        ("UTC", "weekly", datetime(2026, 3, 4, 8, 0, tzinfo=UTC), "2026-03-09 07"),
        ("UTC", "weekly", datetime(2026, 3, 9, 6, 0, tzinfo=UTC), "2026-03-09 07"),
        ("UTC", "weekly", datetime(2026, 3, 9, 8, 0, tzinfo=UTC), "2026-03-16 07"),
    ],
)
def test_it_comes_in_the_morning_of_the_member(alice, zone, frequency, now, due):
    preferences.set_zone(actor=alice, zone=zone)
    found = next_due(Member.objects.get(pk=alice.pk), frequency, now)
    assert found.astimezone(UTC).strftime("%Y-%m-%d %H") == due and found > now
    assert next_due(alice, "off", now) is None
