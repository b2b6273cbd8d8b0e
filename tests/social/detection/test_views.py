"""The pages of detectors and signals, the trial, and the section on the moderators' card."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from metya.ops.models import AuditEvent
from metya.wallets import roles
from metya.wallets.models import Member
from social.detection import actions, looking_on, trials
from social.detection.models import Detector, Kind, Signal, Trial
from social.moderation.models import Case
from social.posts import actions as posts
from social.posts.models import Post
from tests import make
from tests.social.detection.test_actions import decide, detector, rule

pytestmark = pytest.mark.django_db
LIST = "/admin/social/detector/"


@pytest.fixture(autouse=True)
def _open_door(settings):
    settings.DEMO = True
    roles.sync()


@pytest.fixture
def sena(db):
    return make.member("sena", roles=("senior",), is_demo=True)


@pytest.fixture
def desk(sena, as_member):
    return as_member(sena)


def page(browser, address, **asked):
    answer = browser.get(address, **asked)
    return answer.status_code, answer.content.decode()


def trial_of(made):
    return reverse("admin:social_detector_trial", args=[made.pk])


def test_a_detector_is_made_set_tried_and_switched_on(desk, alice):
    make.post(alice, "Get <b>free</b> crypto")
    made = desk.post(f"{LIST}add/", {"kind": "words", "name": "Coins", "rule": rule().pk}, follow=True)
    one = Detector.objects.get()
    assert made.redirect_chain[-1][0] == f"{LIST}{one.pk}/change/"
    assert "Words and phrases" in made.content.decode() and not one.active
    assert "It has nothing to look for yet" in page(desk, trial_of(one))[1]
    sent = {"name": "Coins", "rule": rule().pk, "phrases": "free crypto\n\nb free"}
    kept = desk.post(f"{LIST}{one.pk}/change/", sent, follow=True)
    assert kept.redirect_chain[-1][0] == trial_of(one) and "It was not tried yet" in kept.content.decode()
    tried = desk.post(trial_of(one), {"deed": "try"}, follow=True).content.decode()
    assert "under way" in tried and "Look again" in tried and 'value="on"' not in tried
    trials.run(Trial.objects.get().pk)
    done = page(desk, trial_of(one))[1]
    assert "1 of 1 matched." in done and "Get &lt;b&gt;free&lt;/b&gt; crypto" in done and "It says “b free”" in done
    assert "Look again" not in done
    desk.post(trial_of(one), {"deed": "on"})
    one.refresh_from_db()
    assert one.active and "Switched on" in page(desk, trial_of(one))[1]
    changed = desk.post(f"{LIST}{one.pk}/change/", sent | {"phrases": "gold"}, follow=True).content.decode()
    one.refresh_from_db()
    assert not one.active and "It is switched off: try it, then switch it on." in changed
    desk.post(trial_of(one), {"deed": "try"})
    trials.run(Trial.objects.get().pk)
    assert "then switch it on.</p>" in page(desk, trial_of(one))[1], "nothing says gold"
    desk.post(trial_of(one), {"deed": "on"})
    renamed = desk.post(
        f"{LIST}{one.pk}/change/", sent | {"phrases": "gold", "name": "C"}, follow=True
    ).content.decode()
    assert "Kept." in renamed and "switched off" not in renamed and "then switch it on" not in renamed
    desk.post(trial_of(one), {"deed": "off"})
    one.refresh_from_db()
    assert not one.active
    assert AuditEvent.objects.filter(verb__startswith="detection.").count() == 9


def test_what_is_typed_wrongly_is_kept_and_told_beside_its_field(desk, sena):
    made = detector(sena, Kind.LINK, on=False, domains=["bad.example"])
    sent = {"name": "Links", "rule": rule().pk, "domains": "good.example\nhttps://bad.example/x"}
    answer = desk.post(f"{LIST}{made.pk}/change/", sent)
    said = answer.content.decode()
    assert "“https://bad.example/x”: write only a domain, like example.org." in said and "good.example\nhttps" in said
    made.refresh_from_db()
    assert made.params == {"domains": ["bad.example"]} and made.name != "Links"
    burst = detector(sena, Kind.BURST, on=False, posts=5, minutes=5)
    said = desk.post(f"{LIST}{burst.pk}/change/", {"name": "B", "rule": rule().pk, "posts": "many", "minutes": "0"})
    assert "Enter a whole number" in said.content.decode() and "greater than or equal to 1" in said.content.decode()
    for sent in ({}, {"kind": "magic", "name": "x", "rule": rule().pk}, {"kind": "link", "name": "x", "rule": 999}):
        assert desk.post(f"{LIST}add/", sent).status_code == 200
    assert Detector.objects.count() == 2


def test_pages_of_a_trial_in_every_state(desk, sena, alice):
    made = detector(sena, on=False)
    trial = actions.ask_trial(actor=sena, detector=made)
    trials.run(trial.pk)
    assert "Nothing of the last 7 days matches" in page(desk, trial_of(made))[1]
    Trial.objects.update(state="failed")
    assert "The trial failed" in page(desk, trial_of(made))[1]
    Trial.objects.update(state="done", version=99)
    said = page(desk, trial_of(made))[1]
    assert "does not count any more" in said and 'value="on"' not in said
    refused = desk.post(trial_of(made), {"deed": "on"})
    assert refused.status_code == 409 and "Try it first" in refused.content.decode()
    Trial.objects.update(looked=3, matched=3)
    assert "The matches were forgotten" in page(desk, trial_of(made))[1]
    gone = make.post(alice, "free crypto")
    Trial.objects.update(sample=[{"post": gone.pk, "handle": "alice", "text": "It", "values": {}, "evidence": ""}])
    Post.objects.update(visibility="followers")
    said = page(desk, trial_of(made))[1]
    assert "not for everyone any more" in said and ">free crypto<" not in said
    assert desk.post(trial_of(made), {"deed": "eat"}).status_code == 422
    assert desk.put(trial_of(made)).status_code == 405
    assert desk.get(f"{LIST}999/trial/").status_code == 404


@pytest.mark.parametrize("role", ["moderator", "auditor"])
def test_who_only_reads_sees_what_is_set_and_no_button(sena, alice, as_member, role):
    made = detector(sena)
    make.post(alice, "free crypto")
    trials.run(actions.ask_trial(actor=sena, detector=made).pk)
    looking_on.look_at(Post.objects.get().pk)
    reader = as_member(make.member("reader", roles=(role,), is_demo=True))
    status, said = page(reader, f"{LIST}{made.pk}/change/")
    assert status == 200 and "Words and phrases: free crypto" in said and 'name="_save"' not in said
    status, said = page(reader, trial_of(made))
    assert status == 200 and "1 of 1 matched" in said and "<button class" not in said.split("<h2>")[1]
    for deed in ("try", "on", "off"):
        assert reader.post(trial_of(made), {"deed": deed}).status_code == 403
    assert reader.post(f"{LIST}{made.pk}/change/", {"name": "x"}).status_code == 403
    assert reader.get(f"{LIST}add/").status_code == 403
    made.refresh_from_db()
    assert made.active and made.name == "words 0"
    status, said = page(reader, "/admin/social/signal/")
    assert status == 200 and "It says “free crypto”." in said and 'class="purpose"' in said
    status, said = page(reader, f"/admin/social/signal/{Signal.objects.get().pk}/change/")
    assert status == 200 and "How it stood" in said


@pytest.mark.parametrize("role", ["", "manager", "reviewer"])
def test_strangers_get_into_nothing(sena, as_member, role):
    made = detector(sena)
    stranger = as_member(make.member("stranger", roles=(role,) if role else (), is_demo=True))
    for address in (LIST, f"{LIST}{made.pk}/change/", trial_of(made), "/admin/social/signal/"):
        assert stranger.get(address).status_code in (302, 403, 404), address
        assert stranger.post(address, {"deed": "off"}).status_code in (302, 403, 404, 405), address
    made.refresh_from_db()
    assert made.active


def test_the_card_shows_signals_with_reason_and_accuracy(desk, sena, alice, mona):
    detector(sena, Kind.DUPLICATE, members=2, times=2, minutes=60, least=10)
    first = posts.publish(actor=alice, text="Buy <now>, please do")
    looking_on.look_at(first.pk)
    for n in range(2):
        looking_on.look_at(posts.publish(actor=alice, text="Buy <now>, please do").pk)
        if not n:
            decide(mona, Case.objects.get(), "warn")
    case = Case.objects.open().get()
    status, said = page(desk, f"/admin/moderation/queue/{case.pk}/")
    assert status == 200
    for words in ("Signals", "A detector opened this case.", "3 times by one member", f"/posts/{first.pk}/",
                  "right in 1 of 1 cases", "Nobody reported it.", "duplicate 0"):  # fmt: skip
        assert words in said, words
    posts.delete(actor=alice, post=Post.objects.get(pk=case.subject_id))
    assert "Buy &lt;now&gt;, please do" in page(desk, f"/admin/moderation/queue/{case.pk}/")[1], "as it stood"


def test_a_case_without_signals_says_nothing_of_them(desk, alice, carol):
    case = make.report(carol, alice).case
    assert "Signals</h2>" not in page(desk, f"/admin/moderation/queue/{case.pk}/")[1]


def test_the_number_of_queries_of_lists_does_not_grow(desk, sena, alice):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert desk.get(LIST).status_code == 200 and desk.get("/admin/social/signal/").status_code == 200
        return len(asked)

    detector(sena)
    looking_on.look_at(make.post(alice, "free crypto").pk)
    queries()
    few = queries()
    for n in range(4):
        detector(sena, key="scam")
        looking_on.look_at(make.post(alice, f"free crypto {n}").pk)
    assert queries() == few


def test_a_suspended_senior_sets_nothing(sena, as_member):
    made = detector(sena)
    browser = as_member(sena)
    Member.objects.filter(pk=sena.pk).update(suspended_until=timezone.now() + timezone.timedelta(days=1))
    browser.post(trial_of(made), {"deed": "off"})
    made.refresh_from_db()
    assert made.active


@pytest.mark.parametrize(
    ("first", "told"),
    [
        ("signal", "A detector of the site found it, and a person decided."),
        ("both", "Somebody reported it, a detector of the site found it as well, and a person decided."),
        ("report", "Somebody reported it and a person decided; no machine had a part in it."),
    ],
)
def test_the_member_reads_whether_a_machine_found_it(sena, alice, carol, mona, as_member, first, told):
    detector(sena)
    post = make.post(alice, "free crypto" if first != "report" else "Rude")
    if first != "signal":
        make.report(carol, alice, post=post)
    looking_on.look_at(post.pk)
    decide(mona, Case.objects.get(), "warn")
    status, said = page(as_member(alice), "/settings/reports/")
    assert status == 200 and told in said and said.count("a person decided") == 1
