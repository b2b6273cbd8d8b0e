"""What the system tells is said in the language of whoever reads it, whenever it was written and by whom."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation
from django.utils.translation import gettext_noop

from metya.members import preferences
from social.moderation.actions import mute_reporter
from social.notifications.actions import notify
from social.notifications.models import Notification
from social.notifications.sentences import Sentence

pytestmark = pytest.mark.django_db
TEXT = gettext_noop("%(amount)s of epoch %(epoch)d can be claimed.")


def test_a_sentence_is_said_anew_in_each_language():
    said = Sentence(TEXT, {"amount": 1_234_560_000_000, "epoch": 7})
    with translation.override("en"):
        assert str(said) == "1,234.56\u00a0MET of epoch 7 can be claimed."
    with translation.override("de"):
        assert str(said) == "1.234,56\u00a0MET aus Epoche 7 kannst du abholen."


def test_an_english_moderator_is_understood_by_a_german_member(alice, mona, as_member):
    preferences.set_language(actor=alice, language="de")
    mute_reporter(actor=mona, member=alice, until=timezone.now() + timedelta(days=7), reason="Nothing but advertising")
    row = Notification.objects.get(member=alice, kind="notice")
    assert row.text.startswith("The moderators take no reports from you until ")
    page = as_member(alice).get("/notifications/").content.decode()
    assert "Meldungen" in page and ": Nothing but advertising" in page and "take no reports" not in page
    preferences.set_language(actor=alice, language="en")
    assert "take no reports from you" in as_member(alice).get("/notifications/").content.decode()


def test_values_are_not_read_as_placeholders_or_markup(alice, as_member):
    notify(
        member=alice,
        kind="notice",
        text=Sentence(gettext_noop("A poll has ended: %(text)s"), {"text": "100 % <b>sure</b> %(x)s"}),
        key="poll:1",
    )
    page = as_member(alice).get("/notifications/").content.decode()
    assert "A poll has ended: 100 % &lt;b&gt;sure&lt;/b&gt; %(x)s" in page


OLDER = [
    ("1,234.56\u00a0MET of epoch 7 can be claimed.", "1.234,56\u00a0MET aus Epoche 7 kannst du abholen."),
    ("<\u00a00.01\u00a0MET of epoch 7 can be claimed.", "<\u00a00,01\u00a0MET aus Epoche 7 kannst du abholen."),
    (
        "0.29\u00a0MET of epoch 3 are on hold: 100 %\n%(note)s",
        "0,29\u00a0MET aus Epoche 3 sind angehalten: 100 %\n%(note)s",
    ),
    ("A moderator removed your post: Spam (again)", "Die Moderation hat deinen Beitrag entfernt: Spam (again)"),
    ("A poll has ended: Tea or coffee?", "Eine Umfrage ist zu Ende: Tea or coffee?"),
]


@pytest.mark.parametrize(("kept", "german"), OLDER)
def test_a_notice_of_before_there_were_sentences_is_said_in_the_readers_language(alice, kept, german):
    notify(member=alice, kind="notice", text=kept, key="x")
    row = Notification.objects.get()
    assert not row.sentence
    with translation.override("de"):
        assert row.said == german
    with translation.override("en"):
        assert row.said == kept


@pytest.mark.parametrize(
    "kept", ["epoch 7 can be claimed.", "x MET of epoch 7 can be claimed.", "A poll has ended", "", "%(text)s"]
)
def test_what_only_looks_like_one_stays_as_it_was_written(alice, kept):
    notify(member=alice, kind="notice", text=kept, key="x")
    with translation.override("de"):
        assert Notification.objects.get().said == kept


def test_a_plain_text_stays_as_it_was_written(alice):
    notify(member=alice, kind="notice", text="Hello", key="x")
    with translation.override("de"):
        assert Notification.objects.get().said == "Hello"
