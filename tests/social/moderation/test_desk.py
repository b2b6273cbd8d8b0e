"""The queue's pages: cards, decisions by form, undo, and who may come in."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from metya.wallets import roles
from metya.wallets.models import Member, Role
from social.messages import actions as letters
from social.messages import reporting
from social.moderation import actions
from social.moderation.models import Case, CaseNote, Decision
from social.posts import actions as posts
from social.posts import editing
from social.posts.models import Post
from social.profiles.models import Profile
from tests import make

pytestmark = pytest.mark.django_db
QUEUE = "/admin/moderation/queue/"


@pytest.fixture(autouse=True)
def _open_door(settings):
    settings.DEMO = True
    roles.sync()


@pytest.fixture
def desk(mona, as_member):
    Member.objects.filter(pk=mona.pk).update(is_demo=True)
    return as_member(mona)


@pytest.fixture
def case(alice, carol):
    above = posts.publish(actor=alice, text="The question")
    answer = posts.publish(actor=alice, text="Buy now", in_reply_to=above)
    return make.report(carol, alice, post=answer, note="Look at this").case


def body(response):
    return response.content.decode()


def test_the_queue_leads_to_a_card_with_everything(desk, case, alice):
    page = desk.get(QUEUE, follow=True)
    assert page.redirect_chain == [(f"{QUEUE}{case.pk}/", 302)]
    for words in ("Buy now", "The question", "Look at this", "No spam", "@carol", "left", "0 strikes stand"):
        assert words in body(page), words
    case.refresh_from_db()
    assert case.claimed_by.handle == "mona"
    for key in "ahrwlseb123456":
        assert f'data-key="{key}"' in body(page) or f'data-open="{key}"' in body(page), key


def test_a_decision_leads_to_the_next_card_and_can_be_taken_back(desk, case, alice, carol):
    other = make.report(carol, alice, post=make.post(alice, "Second")).case
    sent = {"kind": "remove", "rule": "spam", "facts": "Ads"}
    page = desk.post(f"{QUEUE}{case.pk}/decide/", sent, follow=True)
    made = Decision.objects.get()
    assert f"/queue/{other.pk}/" in page.redirect_chain[-1][0]
    assert f"decisions/{made.pk}/undo/" in body(page) and "Second" in body(page)
    back = desk.post(f"{QUEUE}decisions/{made.pk}/undo/", follow=True)
    assert "Buy now" in body(back) and Case.objects.get(pk=case.pk).state == "open"
    late = desk.post(f"{QUEUE}decisions/{made.pk}/undo/", follow=True)
    assert "too late" in body(late)


def test_a_profile_that_nobody_reported_is_read_on_its_card(desk, mona, alice):
    Profile.objects.filter(member=alice).update(
        name="Alice B", bio="Write to me for cheap coins", links=["https://coins.example"]
    )
    case = actions.open_case(actor=mona, member=alice, rule="scam", note="Seen")
    page = body(desk.get(f"{QUEUE}{case.pk}/"))
    for words in ("Write to me for cheap coins", "https://coins.example", "Alice B @alice", 'data-focus="f"'):
        assert words in page, words


def test_the_next_read_applies_what_is_due(desk, case):
    desk.post(f"{QUEUE}{case.pk}/decide/", {"kind": "remove", "rule": "spam"})
    assert Post.objects.get(pk=case.subject_id).present
    Decision.objects.update(effective_at=timezone.now())
    assert "Nothing waits here" in body(desk.get(QUEUE))
    assert not Post.objects.get(pk=case.subject_id).present


def test_bad_decisions_come_back_with_what_was_typed(desk, case):
    desk.get(f"{QUEUE}{case.pk}/")
    for sent in (
        {"kind": "remove", "facts": "typed"},
        {"kind": "suspend", "rule": "spam", "days": "7", "facts": "typed"},
        {},
    ):
        page = desk.post(f"{QUEUE}{case.pk}/decide/", sent)
        assert page.status_code == 422 and ("typed" in body(page) or not sent) and "errorlist" in body(page)
    assert not Decision.objects.exists()
    sure = {"kind": "suspend", "rule": "spam", "days": "7", "sure": "on"}
    assert desk.post(f"{QUEUE}{case.pk}/decide/", sure).status_code == 302


def test_a_case_in_other_hands_is_shown_without_its_form(desk, case, alice):
    nora = make.member("nora", roles=("moderator",))
    Case.objects.update(claimed_by=nora, claimed_until=timezone.now() + timezone.timedelta(minutes=5))
    page = desk.get(f"{QUEUE}{case.pk}/")
    assert "@nora has this case in hand" in body(page) and "/decide/" not in body(page)
    assert desk.post(f"{QUEUE}{case.pk}/decide/", {"kind": "approve"}).status_code == 409


def test_what_was_typed_stays_when_a_colleague_took_the_case_over(desk, case):
    nora = make.member("nora", roles=("moderator",))
    desk.get(f"{QUEUE}{case.pk}/")
    Case.objects.update(claimed_by=nora, claimed_until=timezone.now() + timezone.timedelta(minutes=5))
    page = desk.post(f"{QUEUE}{case.pk}/decide/", {"kind": "remove", "rule": "spam", "facts": "Ten minutes of work"})
    assert page.status_code == 409 and "Ten minutes of work" in body(page)
    assert "@nora has this case in hand" in body(page) and "were over" in body(page)
    assert desk.post(f"{QUEUE}{case.pk}/note/", {"note": "Ten minutes of work"}).status_code == 302
    make.decide(nora, case.reports.get(), "warn", facts="Mine")
    page = desk.post(f"{QUEUE}{case.pk}/decide/", {"kind": "remove", "rule": "spam", "facts": "Too late"})
    assert page.status_code == 409 and "Too late" in body(page) and "decided already" in body(page)
    assert "were over" not in body(desk.get(f"{QUEUE}{case.pk}/"))


def test_nobody_reads_the_case_about_themselves(desk, mona, carol):
    own = make.report(carol, mona, post=make.post(mona, "Mine"), note="Between us").case
    sent = [
        desk.get(f"{QUEUE}{own.pk}/"),
        desk.post(f"{QUEUE}{own.pk}/decide/", {"kind": "approve"}),
        desk.post(f"{QUEUE}{own.pk}/note/", {"note": " "}),
    ]
    assert [page.status_code for page in sent] == [403] * 3
    sent += [desk.get("/admin/social/report/"), desk.get(QUEUE, follow=True)]
    assert all("@carol" not in body(page) and "Between us" not in body(page) for page in sent)


def test_an_auditor_does_not_read_the_case_about_themselves(carol, as_member):
    otto = make.member("otto", roles=(Role.AUDITOR,), is_demo=True)
    own, client = make.report(carol, otto, note="Between us").case, as_member(otto)
    pages = [client.get(QUEUE, follow=True), client.get(f"{QUEUE}{own.pk}/"), client.get("/admin/social/report/")]
    assert [page.status_code for page in pages] == [200, 403, 200]
    assert all("Between us" not in body(page) for page in pages)


def test_an_auditor_reads_the_queue_they_choose(case, alice, carol, as_member):
    client = as_member(make.member("otto", roles=(Role.AUDITOR,), is_demo=True))
    urgent = make.report(carol, alice, post=make.post(alice, "Sold here"), rule="illegal").case
    assert client.get(QUEUE).url.startswith(f"{QUEUE}{urgent.pk}/")
    assert client.get(QUEUE, {"queue": case.queue}).url.startswith(f"{QUEUE}{case.pk}/")
    assert "Nothing waits here" in body(client.get(QUEUE, {"queue": "harm"}))
    assert not Case.objects.exclude(claimed_by=None).exists()


def test_later_notes_and_escalation(desk, case):
    assert desk.post(f"{QUEUE}{case.pk}/note/", {"note": "Known to us"}).status_code == 302
    assert desk.post(f"{QUEUE}{case.pk}/note/", {"note": " "}).status_code == 422
    assert "Known to us" in body(desk.get(f"{QUEUE}{case.pk}/")) and CaseNote.objects.count() == 1
    assert "Put off" in body(desk.post(f"{QUEUE}{case.pk}/later/", follow=True))
    assert "Escalated" in body(desk.post(f"{QUEUE}{case.pk}/escalate/", follow=True))
    assert "Nothing waits here" in body(desk.get(QUEUE))


def test_evidence_stays_when_the_author_deletes(desk, case, alice):
    posts.delete(actor=alice, post=Post.objects.get(pk=case.subject_id))
    make.past_undoing(Post.objects.get(pk=case.subject_id))
    page = body(desk.get(f"{QUEUE}{case.pk}/"))
    assert "It is deleted" in page and "@alice: Buy now" in page


def test_evidence_is_shown_when_the_author_changes_the_words(desk, case, alice):
    post = Post.objects.get(pk=case.subject_id)
    assert "was changed after" not in body(desk.get(f"{QUEUE}{case.pk}/"))
    editing.edit(actor=alice, post=post, text="Good morning")
    page = body(desk.get(f"{QUEUE}{case.pk}/"))
    assert "Good morning" in page and "was changed after" in page and "@alice: Buy now" in page


def test_of_a_message_only_what_was_reported_is_there(desk, alice, carol):
    talk = letters.start(actor=alice, people=[carol], text="Bad words")
    letters.accept(actor=carol, conversation=talk)
    letters.send(actor=carol, conversation=talk, text="My secret")
    reporting.report_message(actor=carol, message=talk.messages.order_by("pk").first(), rule="spam")
    page = body(desk.get(QUEUE, follow=True))
    assert "Bad words" in page and "My secret" not in page


def test_a_role_that_is_taken_ends_at_once(desk, case, mona):
    assert desk.get(f"{QUEUE}{case.pk}/").status_code == 200
    mona.groups.set([Group.objects.get(name=Role.REVIEWER)])
    assert desk.get(f"{QUEUE}{case.pk}/").status_code == 403
    assert desk.post(f"{QUEUE}{case.pk}/decide/", {"kind": "approve"}).status_code == 403
    assert Case.objects.get().state == "open"


@pytest.mark.parametrize("role", Role.values)
def test_who_comes_in_and_who_decides(role, case, as_member):
    client = as_member(make.member("staff", roles=(role,), is_demo=True))
    looks = role in (Role.MODERATOR, Role.SENIOR, Role.ADMIN, Role.AUDITOR)
    decides = looks and role != Role.AUDITOR
    assert client.get(f"{QUEUE}{case.pk}/").status_code == (200 if looks else 403)
    assert client.get(QUEUE).status_code == (302 if looks else 403)
    assert ("/decide/" in body(client.get(f"{QUEUE}{case.pk}/"))) is decides
    for verb in ("note", "later", "escalate"):
        answer = client.post(f"{QUEUE}{case.pk}/{verb}/", {"note": "x"})
        assert answer.status_code == (302 if decides else 403), verb
    Case.objects.update(later_until=None, escalated=False)
    assert client.post(f"{QUEUE}{case.pk}/decide/", {"kind": "approve"}).status_code == (302 if decides else 403)
    assert Decision.objects.count() == decides
    made = Decision.objects.first() or Decision.objects.create(
        case=case, member=case.member, moderator=case.member, kind="approve", effective_at=timezone.now()
    )
    assert client.post(f"{QUEUE}decisions/{made.pk}/undo/").status_code == (302 if decides else 403)


def test_strangers_and_visitors_stay_outside(case, alice, as_member, client):
    for path in (QUEUE, f"{QUEUE}{case.pk}/"):
        assert client.get(path).status_code == 302 and as_member(alice).get(path).status_code in (302, 403)
    assert as_member(alice).post(f"{QUEUE}{case.pk}/decide/", {"kind": "approve"}).status_code in (302, 403)
    assert Case.objects.get().state == "open"


def test_a_card_takes_as_many_queries_with_many_cases(desk, case, alice, bob, carol):
    desk.get(f"{QUEUE}{case.pk}/")
    with CaptureQueriesContext(connection) as few:
        desk.get(f"{QUEUE}{case.pk}/")
    for _number in range(30):
        make.report(bob, alice, post=make.post(alice))
    with CaptureQueriesContext(connection) as many:
        desk.get(f"{QUEUE}{case.pk}/")
    assert len(many) <= len(few) + 2  # the neighbour, and other cases about the member


def test_the_member_reads_the_reasons(case, alice, mona, carol, as_member):
    make.decide(mona, case.reports.get(), "warn", facts="Third time.")
    page = body(as_member(alice).get("/settings/reports/"))
    for words in ("A warning", "No spam (version 1)", "Third time.", "a person decided", "court", "community"):
        assert words in page, words
    assert "Third time." not in body(as_member(carol).get("/settings/reports/"))
