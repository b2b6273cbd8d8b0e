"""What a member allows: none at first, in the words that were read, until it is taken back."""

from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from metya.ops.models import AuditEvent
from metya.wallets.models import Member
from metya.web.errors import Conflict, Invalid, NotAllowed
from social.consent import actions, grants, reads, texts
from social.consent.models import Grant, Purpose
from tests import make

pytestmark = pytest.mark.django_db

# Of every version that was ever shown. A text that changes needs a new version, not another number here.
SHOWN = {
    ("train", 1): "04679aa9786f278f2888a893c684f9f794b9aaface38625f139085754a1efa23",
    ("evaluate", 1): "1a009426e3b6965610fddb4c49ccc6dd977bea5fe9643b2a3d453c2d26c40987",
    ("features", 1): "b5869ea4f8aa59e8d19bb0c74e0c4756b6a30d182664167dc2cc8f2e144bb84c",
}


def newer(monkeypatch, purpose="train"):
    """The text of a purpose is worded anew."""
    worded = texts.Text("Train it", "New words.", "Never this.", "At once.")
    monkeypatch.setitem(texts.TEXTS, purpose, (*texts.TEXTS[purpose], worded))


def test_no_text_that_was_shown_is_changed():
    found = {
        (purpose, number): sha256(text.english.encode()).hexdigest()
        for purpose, versions in texts.TEXTS.items()
        for number, text in enumerate(versions, 1)
    }
    assert found == SHOWN
    assert set(texts.TEXTS) == set(Purpose.values)


def test_nothing_is_allowed_at_first(alice):
    assert grants.all_active(alice) == {}
    assert all(grants.active(alice, purpose) is None for purpose in Purpose.values)


def test_a_grant_cites_what_was_read(alice):
    made = actions.give(actor=alice, purpose="train", version=1)
    assert grants.active(alice, "train") == made and grants.all_active(alice) == {"train": made}
    assert grants.active(alice, "features") is None
    assert made.words == texts.text_of("train", 1).english and made.digest == SHOWN["train", 1]
    event = AuditEvent.objects.get(verb="consent.given")
    assert event.actor == alice and event.data["digest"] == made.digest
    told = reads.receipt(made)
    assert sha256(told["english"].encode()).hexdigest() == told["sha256"] and told["ended"] is None
    assert told["member"] == {"number": alice.pk, "handle": "alice"}


def test_the_words_are_those_of_the_readers_language(alice):
    made = actions.give(actor=alice, purpose="features", version=1, language="de")
    assert made.language == "de" and "Nie" in made.words and "Never" not in made.words
    assert made.digest == SHOWN["features", 1]
    with translation.override("de"):
        assert actions.give(actor=alice, purpose="train", version=1, language="nonsense").language == "de"


def test_what_is_given_twice_is_one_grant(alice):
    one, two = (actions.give(actor=alice, purpose="train", version=1) for _time in range(2))
    assert one == two and Grant.objects.count() == 1 and AuditEvent.objects.filter(verb="consent.given").count() == 1


def test_taking_back_works_at_once_and_keeps_the_receipt(alice, bob):
    made = actions.give(actor=alice, purpose="train", version=1)
    other = actions.give(actor=bob, purpose="train", version=1)
    kept = actions.give(actor=alice, purpose="features", version=1)
    assert actions.withdraw(actor=alice, purpose="train") == made
    assert grants.active(alice, "train") is None
    assert list(Grant.objects.active("train")) == [other] and grants.active(alice, "features") == kept
    made.refresh_from_db()
    assert made.ending == "withdrawn" and made.ended_at is not None and made.words
    assert actions.withdraw(actor=alice, purpose="train") is None
    assert AuditEvent.objects.filter(verb="consent.withdrawn").count() == 1
    again = actions.give(actor=alice, purpose="train", version=1)
    assert again != made and Grant.objects.of(alice).filter(purpose="train").count() == 2


def test_a_new_text_asks_again_and_keeps_the_old_receipt(alice, monkeypatch):
    old = actions.give(actor=alice, purpose="train", version=1)
    newer(monkeypatch)
    assert grants.active(alice, "train") is None and not Grant.objects.active("train").exists()
    card = reads.cards(alice, "en")[0]
    assert card.stale == old and card.grant is None and card.version == 2 and card.text.means == "New words."
    with pytest.raises(Conflict) as refused:
        actions.give(actor=alice, purpose="train", version=1)
    assert refused.value.code == "new-text"
    fresh = actions.give(actor=alice, purpose="train", version=2)
    old.refresh_from_db()
    assert old.ending == "replaced" and texts.text_of("train", 1).english == old.words
    assert grants.active(alice, "train") == fresh and fresh.digest != old.digest


def test_what_stands_under_an_old_text_can_be_taken_back(alice, monkeypatch):
    actions.give(actor=alice, purpose="train", version=1)
    newer(monkeypatch)
    assert actions.withdraw(actor=alice, purpose="train") is not None
    assert not Grant.objects.open().exists()


@pytest.mark.parametrize("version", [0, 2, 99])
def test_a_version_that_is_not_the_newest_is_refused(alice, version):
    with pytest.raises(Conflict):
        actions.give(actor=alice, purpose="train", version=version)


@pytest.mark.parametrize("purpose", ["", "sell", "TRAIN"])
def test_only_the_three_purposes(alice, purpose):
    for deed in (
        lambda: actions.give(actor=alice, purpose=purpose, version=1),
        lambda: actions.withdraw(actor=alice, purpose=purpose),
    ):
        with pytest.raises(Invalid):
            deed()


def test_who_may_give_and_that_everybody_may_take_back(alice):
    actions.give(actor=alice, purpose="train", version=1)
    Member.objects.filter(pk=alice.pk).update(suspended_until=timezone.now() + timedelta(days=1))
    suspended = Member.objects.get(pk=alice.pk)
    with pytest.raises(NotAllowed):
        actions.give(actor=suspended, purpose="evaluate", version=1)
    assert actions.withdraw(actor=suspended, purpose="train") is not None


@pytest.mark.parametrize(
    "wrong",
    [
        {"purpose": "other"},
        {"ending": "withdrawn"},
        {"ended_at": timezone.now()},
        {"ended_at": timezone.now(), "ending": "forgotten"},
        {"purpose": "train"},  # a second one that is open
    ],
)
def test_the_table_refuses_what_cannot_be(alice, wrong):
    actions.give(actor=alice, purpose="train", version=1)
    fields = {
        "member": alice,
        "purpose": "evaluate",
        "version": 1,
        "language": "en",
        "words": "x",
        "digest": "x",
    } | wrong
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.create(**fields)


def test_all_three_are_asked_with_one_query(alice):
    for purpose in Purpose.values:
        actions.give(actor=alice, purpose=purpose, version=1)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert set(grants.all_active(alice)) == set(Purpose.values)
    assert len(seen) == 1


def test_a_stranger_has_nothing_of_it(alice):
    actions.give(actor=alice, purpose="train", version=1)
    assert grants.all_active(make.member()) == {}
