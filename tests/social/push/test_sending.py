"""What arrives on a device: readable by it alone, once, grouped, paced, and nothing that its member may not know."""

import base64
import json
import logging
import time
from datetime import timedelta

import http_ece
import pytest
from django.utils import timezone, translation
from django_tasks_db.models import DBTaskResult
from py_vapid import Vapid02

from metya.members import departures, preferences
from metya.wallets.models import Member
from social.follows import actions as follows
from social.messages import actions as letters
from social.messages import pushing
from social.mutes import actions as mutes
from social.notifications import actions as notifications
from social.notifications import reads
from social.notifications.forms import MESSAGE
from social.notifications.models import Notification, NotificationKind
from social.outgoing import fetching
from social.posts import actions as posts
from social.push import actions as push
from social.push import jobs, keys, queue, sending, sources
from social.push.models import PushChoice, PushDevice, PushLine
from tests import make
from tests.social.push.conftest import HOST, Browser, device_of, let_time_pass, run_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def device(service, alice, browser_of) -> Browser:
    return browser_of(alice)


def told(service, browser) -> list[dict]:
    """What the device showed so far."""
    return [browser.read(asked) for asked in service.got if asked.path == browser.path]


# --- the envelope ------------------------------------------------------------------------------------------------


def test_a_like_arrives_sealed_and_signed(service, device, alice, bob, settings):
    post = make.post(alice, "The ridge at six in the morning")
    posts.like(actor=bob, post=post)
    run_all()
    (asked,) = service.got
    assert device.read(asked) == {
        "title": "Bob liked your post",
        "body": "The ridge at six in the morning",
        "url": f"/posts/{post.pk}/",
        "tag": device.read(asked)["tag"],
        "loud": False,
    }
    sent = {name.lower(): value for name, value in asked.headers.items()}
    assert sent["content-encoding"] == "aes128gcm" and 0 < int(sent["ttl"]) <= 86_400 and sent["urgency"] == "normal"
    assert len(sent["topic"]) == 32 and sent["host"] == HOST and "cookie" not in sent
    assert b"ridge" not in asked.body and "Bob" not in str(asked.headers) and len(asked.body) <= 4096
    # Another device cannot read it.
    with pytest.raises(http_ece.ECEException):
        Browser(device.client, "other").read(asked)
    assert Vapid02.verify(sent["authorization"])
    token = sent["authorization"].partition("t=")[2].partition(",")[0].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    assert claims["aud"] == f"https://{HOST}" and claims["sub"] == settings.VAPID_CONTACT
    assert time.time() < claims["exp"] <= time.time() + 86_400
    assert f"k={keys.public_key()}" in sent["authorization"]


def test_the_connection_goes_to_the_number_that_was_judged(service, device, alice, bob):
    asked = []

    def resolve():
        asked.append(1)
        return ["93.184.216.34"] if len(asked) == 1 else ["127.0.0.1"]

    service.numbers[HOST] = resolve
    posts.like(actor=bob, post=make.post(alice))
    run_all()
    assert len(service.got) == len(asked) == 1 and service.connected == [("93.184.216.34", 443)]


@pytest.mark.parametrize("number", ["127.0.0.1", "10.0.0.8", "169.254.169.254", "::1", "fd00::1"])
def test_a_name_that_leads_inside_is_not_asked(service, device, alice, bob, number):
    service.numbers[HOST] = ["93.184.216.34", number]
    posts.like(actor=bob, post=make.post(alice))
    run_all()
    assert not service.connected and device_of(device).failures == 1
    assert not PushLine.objects.waiting().exists()


def test_an_endpoint_that_became_http_by_some_way_is_not_asked(service, device, alice, bob):
    PushDevice.objects.update(endpoint=f"http://{HOST}/push/x")
    posts.like(actor=bob, post=make.post(alice))
    run_all()
    assert not service.connected


# --- once, grouped, paced ----------------------------------------------------------------------------------------


def test_nothing_is_written_for_who_has_no_device(service, alice, bob):
    posts.like(actor=bob, post=make.post(alice))
    assert not PushLine.objects.exists() and not DBTaskResult.objects.filter(task_path__contains="push").exists()


def test_the_job_belongs_to_the_event(service, device, alice, bob):
    posts.like(actor=bob, post=make.post(alice))
    line = PushLine.objects.get()
    (job,) = DBTaskResult.objects.filter(task_path="social.push.jobs.push")
    assert job.args_kwargs["args"] == [line.pk] and job.run_after == line.due_at
    assert "Bob" not in str(job.args_kwargs)


def test_many_likes_within_a_moment_are_one(service, device, alice, bob):
    post = make.post(alice, "Tea")
    for person in (make.member(), make.member(), bob):
        posts.like(actor=person, post=post)
    assert DBTaskResult.objects.filter(task_path="social.push.jobs.push").count() == 1
    run_all()
    assert [one["title"] for one in told(service, device)] == ["Bob and 2 others liked your post"]
    # A later one takes its place on the device, at the earliest a minute after.
    posts.like(actor=make.member("zoe"), post=post)
    line = PushLine.objects.get()
    PushLine.objects.filter(pk=line.pk).update(due_at=timezone.now() - timedelta(seconds=1))
    again = sending.send(line.pk)
    assert len(service.got) == 1 and again > timezone.now() + timedelta(seconds=40)
    run_all()
    shown = told(service, device)
    assert shown[1]["title"] == "Zoe and 3 others liked your post" and shown[1]["tag"] == shown[0]["tag"]


def test_a_job_that_runs_twice_sends_once(service, device, alice, bob):
    posts.like(actor=bob, post=make.post(alice))
    let_time_pass()
    (pk,) = PushLine.objects.values_list("pk", flat=True)
    jobs.push.call(pk)
    jobs.push.call(pk)
    assert len(service.got) == 1
    # Also while the other one is at it.
    posts.publish(actor=bob, text="@alice hello")
    let_time_pass()
    pk = PushLine.objects.waiting().get().pk
    inner = []
    service.hook = lambda _handler: inner.append(1)
    mine, real = [], fetching.Fetcher.post

    def post(self, *args):
        mine.append(sending.send(pk))
        return real(self, *args)

    service.fetcher.post = post.__get__(service.fetcher)
    sending.send(pk)
    assert len(service.got) == 2 and len(mine) == 1 and mine[0] > timezone.now()


def test_what_comes_while_it_is_being_told_is_told_after(service, device, alice, bob):
    post = make.post(alice)
    posts.like(actor=bob, post=post)
    let_time_pass()
    (pk,) = PushLine.objects.values_list("pk", flat=True)
    zoe, real = make.member("zoe"), fetching.Fetcher.post

    def post_while(self, *args):
        if not service.got:
            posts.like(actor=zoe, post=post)
        return real(self, *args)

    service.fetcher.post = post_while.__get__(service.fetcher)
    assert sending.send(pk) > timezone.now()
    run_all()
    assert [one["title"] for one in told(service, device)] == [
        "Bob liked your post",
        "Zoe and 1 other liked your post",
    ]


def test_who_died_while_sending_is_taken_over(service, device, alice, bob):
    posts.like(actor=bob, post=make.post(alice))
    let_time_pass()
    line = PushLine.objects.get()
    PushLine.objects.update(due_at=timezone.now() + sending.LEASE, attempts=1)  # claimed, and then the power went
    assert sending.send(line.pk) > timezone.now() and not service.got
    let_time_pass()
    jobs.go_on.call()
    assert DBTaskResult.objects.filter(task_path="social.push.jobs.push").count() == 2
    sending.send(line.pk)
    assert len(service.got) == 1


def test_a_notice_that_is_repeated_is_pushed_once(service, device, alice):
    note = notifications.Notice(alice.pk, "12.40 MET is yours", "/rewards/", "payout:1")
    for _time in range(2):
        notifications.notify_many(kind="payout", notices=[note])
        run_all()
    assert [(one["title"], one["body"], one["url"]) for one in told(service, device)] == [
        ("Metya", "12.40 MET is yours", "/rewards/")
    ]


def test_many_at_once_are_brought_out_by_the_periodic_pass(service, alice, browser_of, monkeypatch):
    monkeypatch.setattr(queue, "MOST_AT_ONCE", 2)
    browser_of(alice)
    notes = [notifications.Notice(alice.pk, f"Notice {n}", "/help/", f"n:{n}") for n in range(3)]
    notifications.notify_many(kind="notice", notices=notes)
    assert PushLine.objects.count() == 3 and not DBTaskResult.objects.filter(task_path="social.push.jobs.push").exists()
    jobs.go_on.call()  # not due yet
    assert not DBTaskResult.objects.filter(task_path="social.push.jobs.push").exists()
    let_time_pass()
    jobs.go_on.call()
    assert DBTaskResult.objects.filter(task_path="social.push.jobs.push").count() == 3


def test_a_device_does_not_ring_without_end(service, device, alice, bob, monkeypatch, _still_windows):
    monkeypatch.setattr(sending, "MOST_AN_HOUR", 2)
    for n in range(4):
        posts.publish(actor=bob, text=f"@alice {n}")
    run_all()
    assert len(service.got) == 2 and not PushLine.objects.waiting().exists()


def test_every_device_is_told(service, device, alice, bob, browser_of):
    second = browser_of(alice, "second")
    posts.like(actor=bob, post=make.post(alice))
    run_all()
    assert len(told(service, device)) == len(told(service, second)) == 1
    # The push service cannot tell by the names of lines that they are one member's.
    assert len({asked.headers["Topic"] for asked in service.got}) == 2


# --- judged when it is sent --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "read", "unlike", "delete", "block", "blocked", "mute", "off", "muted thread", "suspended actor", "left actor",
        "old", "suspended", "leaving",
    ],
)  # fmt: skip
def test_what_changed_since_is_heeded(service, device, alice, bob, mona, change):
    post = posts.publish(actor=alice, text="Mine")
    posts.like(actor=bob, post=post)
    tomorrow = timezone.now() + timedelta(days=1)
    deeds = {
        "read": lambda: notifications.mark_read(actor=alice),
        "unlike": lambda: posts.unlike(actor=bob, post=post),
        "delete": lambda: posts.delete(actor=alice, post=post),
        "block": lambda: follows.block(actor=alice, target=bob),
        "blocked": lambda: follows.block(actor=bob, target=alice),
        "mute": lambda: follows.mute(actor=alice, target=bob),
        "off": lambda: notifications.choose(actor=alice, wanted={"like": "off"}),
        "muted thread": lambda: mutes.mute_thread(actor=alice, post=post),
        "suspended actor": lambda: Member.objects.filter(pk=bob.pk).update(suspended_until=tomorrow),
        "left actor": lambda: Member.objects.filter(pk=bob.pk).update(is_active=False),
        "old": lambda: Notification.objects.update(created_at=timezone.now() - timedelta(days=2)),
        "suspended": lambda: make.suspend(mona, alice),
        "leaving": lambda: departures.leave(actor=alice, handle="alice"),
    }
    deeds[change]()
    run_all()
    assert not service.got and not PushLine.objects.waiting().exists()


SILENT = ["follow", "accepted", "like", "repost"]


@pytest.mark.parametrize("kind", NotificationKind.values)
@pytest.mark.parametrize("choice", [None, True, False])
def test_each_kind_is_pushed_as_its_member_chose(service, device, alice, bob, kind, choice):
    PushChoice.objects.all().delete()
    system = kind in ("payout", "notice")
    about = make.post(alice) if kind in ("like", "repost", "reply", "mention", "quote") else None
    notifications.notify(
        member=alice, kind=kind, actor=None if system else bob, post=about, text="x" * system, key=f"{kind}:1"
    )
    if choice is not None:  # after it happened: it is judged when it is sent
        push.choose(actor=alice, wanted={kind: choice})
    run_all()
    assert len(service.got) == (kind not in SILENT if choice is None else choice)
    assert not PushLine.objects.waiting().exists()
    # The choice is of the devices alone.
    assert reads.bell_of(alice).unread == 1


def test_a_kind_that_is_off_is_not_pushed_whatever_is_ticked(service, device, alice, bob):
    notifications.choose(actor=alice, wanted={"mention": "off"})
    push.choose(actor=alice, wanted={"mention": True})
    posts.publish(actor=bob, text="@alice hello")
    run_all()
    assert not service.got


def test_who_wants_no_messages_pushed_gets_none(service, device, alice, bob):
    make.follow(alice, bob)
    talk = letters.start(actor=bob, people=[alice], text="first")
    push.choose(actor=alice, wanted={MESSAGE: False})
    run_all()
    assert not service.got and MESSAGE == pushing.KIND
    push.choose(actor=alice, wanted={MESSAGE: True})
    letters.send(actor=bob, conversation=talk, text="second")
    run_all()
    assert len(service.got) == 1


def test_muted_words_do_not_reach_a_device(service, device, alice, bob):
    posts.publish(actor=bob, text="@alice have you seen the dragonfruit?")
    mutes.mute_word(actor=alice, text="dragonfruit")
    run_all()
    assert not service.got


def test_a_content_warning_stands_before_the_text(service, device, alice, bob):
    posts.publish(actor=bob, text="@alice spiders everywhere", warning="Animals")
    run_all()
    assert told(service, device)[0]["body"] == "Animals"


def test_odd_names_and_texts_arrive_as_they_are(service, device, alice, bob):
    profile = bob.profile
    profile.name = 'B&B <b>"Bob"</b>\u202e'
    profile.save()
    posts.publish(actor=bob, text="@alice <script>alert(1)</script> " + "\U0001f469\u200d\U0001f680" * 300)
    run_all()
    (one,) = told(service, device)
    assert one["title"].startswith('B&B <b>"Bob"</b>') and "<script>" in one["body"]
    assert len(service.got[0].body) <= 4096


def test_it_speaks_the_language_of_its_member(service, device, alice, bob, settings):
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    preferences.set_language(actor=alice, language="de")
    spoken = []
    monkey = sources._sources["notification"]
    sources.register("notification", lambda member, pk: spoken.append(translation.get_language()) or monkey(member, pk))
    try:
        posts.like(actor=bob, post=make.post(alice))
        run_all()
    finally:
        sources.register("notification", monkey)
    assert spoken == ["de"] and translation.get_language() == "en"


# --- messages ----------------------------------------------------------------------------------------------------


def test_a_message_tells_from_whom_and_not_what(service, device, alice, bob):
    make.follow(alice, bob)
    talk = letters.start(actor=bob, people=[alice], text="heliotrope")
    run_all()
    (one,) = told(service, device)
    assert (one["title"], one["body"], one["url"]) == ("New message from Bob", "", talk.get_absolute_url())
    assert one["loud"] and service.got[0].headers["Urgency"] == "high"
    letters.send(actor=bob, conversation=talk, text="and more")
    letters.send(actor=bob, conversation=talk, text="and more")
    run_all()
    assert len(told(service, device)) == 2


@pytest.mark.parametrize("change", ["request", "read", "deleted", "muted", "blocked", "own", "left", "gone"])
def test_messages_that_are_not_for_a_device(service, device, alice, bob, carol, change):
    if change != "request":
        make.follow(alice, bob)
    if change == "muted":
        talk = letters.start(actor=bob, people=[alice], text="first")
        run_all()
        service.got.clear()
        letters.set_muted(actor=alice, conversation=talk, muted=True)
        letters.send(actor=bob, conversation=talk, text="second")
    elif change == "own":
        talk = letters.start(actor=alice, people=[bob], text="mine")
    else:
        talk = letters.start(actor=bob, people=[alice], text="first")
    message = talk.messages.order_by("-pk").first()
    if change == "read":
        letters.mark_read(actor=alice, conversation=talk, up_to=message.pk)
    elif change == "deleted":
        letters.delete(actor=bob, message=message)
    elif change == "blocked":
        follows.block(actor=bob, target=alice)
    elif change == "gone":
        letters.leave(actor=alice, conversation=talk)
    elif change == "left":
        Member.objects.filter(pk=bob.pk).update(is_active=False)
    run_all()
    assert not service.got


# --- when it does not work ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_is_gone_is_forgotten(service, device, alice, bob, status):
    service.answers[device.path] = status, {}
    posts.like(actor=bob, post=make.post(alice))
    run_all()
    assert not PushDevice.objects.exists() and not PushLine.objects.exists() and len(service.got) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_service_is_asked_again_later_and_longer_each_time(service, device, alice, bob, status):
    service.answers[device.path] = status, {}
    posts.like(actor=bob, post=make.post(alice))
    let_time_pass()
    pk = PushLine.objects.get().pk
    waits = []
    for _attempt in range(2):
        waits.append(sending.send(pk) - timezone.now())
        let_time_pass()
    assert timedelta(seconds=50) < waits[0] < timedelta(minutes=2) < waits[1] < timedelta(minutes=11)
    service.answers.clear()
    assert sending.send(pk) is None
    found = device_of(device)
    assert len(service.got) == 3 and found.failures == 0 and found.used_at is not None


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ("7200", 7100, 7300), ("999999999", 86_000, 86_500), ("soon", 50, 70), ("-5", 50, 70),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 50, 70),
    ],
)  # fmt: skip
def test_it_waits_as_long_as_it_is_told(service, device, alice, bob, said, least, most):
    service.answers[device.path] = 429, {"Retry-After": said}
    posts.like(actor=bob, post=make.post(alice))
    let_time_pass()
    wait = (sending.send(PushLine.objects.get().pk) - timezone.now()).total_seconds()
    assert least < wait < most
    # Meanwhile nothing else is asked of it.
    posts.publish(actor=bob, text="@alice hello")
    PushLine.objects.filter(waiting=True).update(due_at=timezone.now() - timedelta(seconds=1))
    for pk in PushLine.objects.values_list("pk", flat=True):
        assert sending.send(pk) > timezone.now()
    assert len(service.got) == 1


def test_after_some_attempts_a_line_is_given_up_and_the_device_stays(service, device, alice, bob):
    service.answers[device.path] = 500, {}
    posts.like(actor=bob, post=make.post(alice))
    for _attempt in range(sending.MOST_ATTEMPTS + 2):
        run_all()
    assert len(service.got) == sending.MOST_ATTEMPTS and not PushLine.objects.waiting().exists()
    assert device_of(device).failures == sending.MOST_ATTEMPTS


def test_a_device_that_only_fails_is_let_go(service, device, alice, bob):
    service.answers[device.path] = 403, {}
    for n in range(len(sending.SILENCES) + 1):
        assert PushDevice.objects.exists()
        posts.publish(actor=bob, text=f"@alice {n}")
        run_all()
    assert not PushDevice.objects.exists()


def test_a_redirect_is_not_followed(service, device, alice, bob):
    service.answers[device.path] = 307, {"Location": f"https://{HOST}/elsewhere"}
    posts.like(actor=bob, post=make.post(alice))
    run_all()
    assert [asked.path for asked in service.got] == [device.path]


def test_a_slow_service_holds_nobody_up(service, device, alice, bob, monkeypatch):
    monkeypatch.setattr(sending, "SECONDS", 0.3)
    service.hook = lambda _handler: time.sleep(2)
    posts.like(actor=bob, post=make.post(alice))
    begun = time.monotonic()
    run_all()
    assert time.monotonic() - begun < 1.8 and device_of(device).failures == 1


@pytest.mark.parametrize("status", [201, 400, 500])
def test_who_answers_slowly_is_left_alone_for_much_longer(service, device, alice, bob, monkeypatch, status):
    monkeypatch.setattr(sending, "SLOW", 0.1)
    monkeypatch.setattr(sending, "REST", 6000)
    service.answers[device.path] = status, {}
    service.hook = lambda _handler: time.sleep(0.2)
    posts.like(actor=bob, post=make.post(alice))
    run_all()
    assert device_of(device).silent_until > timezone.now() + timedelta(seconds=1000)
    # Neither an answer within the bound of time nor another line makes it the turn of this device again.
    posts.publish(actor=bob, text="@alice hello")
    PushLine.objects.filter(waiting=True).update(due_at=timezone.now() - timedelta(seconds=1))
    for pk in PushLine.objects.waiting().values_list("pk", flat=True):
        assert sending.send(pk) > timezone.now() + timedelta(seconds=1000)
    assert len(service.got) == 1


def test_a_device_removed_in_between_is_no_trouble(service, device, alice, bob):
    posts.like(actor=bob, post=make.post(alice))
    let_time_pass()
    pk = PushLine.objects.get().pk
    real = fetching.Fetcher.post

    def post(self, *args):
        PushDevice.objects.all().delete()
        return real(self, *args)

    service.fetcher.post = post.__get__(service.fetcher)
    assert sending.send(pk) is None and sending.send(pk) is None
    assert not PushDevice.objects.exists()


def test_the_log_keeps_secrets(service, device, alice, bob, caplog):
    caplog.set_level(logging.DEBUG)
    service.answers[device.path] = 403, {}
    posts.like(actor=bob, post=make.post(alice, "heliotrope"))
    run_all()
    service.numbers[HOST] = []
    let_time_pass()
    posts.publish(actor=bob, text="@alice hello")
    run_all()
    assert device.path not in caplog.text and "heliotrope" not in caplog.text


def test_what_is_over_is_forgotten(service, device, alice, bob):
    posts.like(actor=bob, post=make.post(alice))
    run_all()
    sending.forget()
    assert PushLine.objects.count() == 1
    PushLine.objects.update(due_at=timezone.now() - timedelta(days=3))
    sending.forget()
    assert not PushLine.objects.exists() and PushDevice.objects.count() == 1
