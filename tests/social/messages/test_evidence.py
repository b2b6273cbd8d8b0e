"""Pictures as evidence: opened to moderators as far as they were taken along, and kept no longer than the case."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from metya.wallets.models import Member, Role
from social.messages import actions, evidence, leaving, reads, reporting
from social.messages.models import Message, MessageImage
from social.moderation import evidence as kept_words
from social.moderation.evidence import KEPT
from social.moderation.models import Report
from tests import make

pytestmark = pytest.mark.django_db


def sent(author, talk, picture, text="Look"):
    return actions.send(actor=author, conversation=talk, text=text, image=picture(), alt="x")


def test_what_somebody_writes_takes_no_picture_along(alice, bob, mona, talk, picture):
    old = sent(alice, talk, picture)
    for number in range(reporting.SHOWN - 1):
        actions.send(actor=alice, conversation=talk, text=f"Line {number}")
    actions.send(actor=bob, conversation=talk, text=f"[/messages/pictures/{old.image.pk}/ x]")
    report = reporting.report_conversation(actor=bob, conversation=talk, rule="spam")
    assert f"/messages/pictures/{old.image.pk}/" in report.evidence and "Line 0" in report.evidence
    assert mona.has_role(Role.MODERATOR) and reads.picture_of(mona, old.image.pk, confirmed=True) is None


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("way", ["deleted", "erased"])
def test_a_picture_goes_with_the_words_of_its_case(
    alice, bob, mona, talk, picture, whole, way, django_capture_on_commit_callbacks
):
    message, other = sent(alice, talk, picture), sent(bob, talk, picture)
    path, kept = Path(message.image.file.path), Path(other.image.file.path)
    if whole:
        reporting.report_conversation(actor=bob, conversation=talk, rule="spam")
    else:
        reporting.report_message(actor=bob, message=message, rule="spam")
    with django_capture_on_commit_callbacks(execute=True):
        if way == "deleted":
            actions.delete(actor=alice, message=message)
        else:
            leaving._words(alice, 100)
    assert evidence.forget() == 0 and path.exists() and reads.picture_of(mona, message.image.pk, confirmed=True)
    make.decide(mona, Report.objects.get())
    assert reads.picture_of(mona, message.image.pk, confirmed=True) is None
    assert evidence.forget() == 0 and path.exists()  # as long as the words of the case
    Report.objects.update(decided_at=timezone.now() - KEPT - timedelta(minutes=1))
    assert kept_words.forget() == 1
    assert evidence.forget() == 1 and not path.exists()
    assert list(MessageImage.objects.all()) == [other.image] and kept.exists()
    assert Message.objects.filter(pk=message.pk).exists() and evidence.forget() == 0


def test_the_role_alone_opens_nothing_without_the_second_factor(alice, bob, mona, talk, picture, as_member, settings):
    path = f"/messages/pictures/{sent(alice, talk, picture).image.pk}/"
    reporting.report_conversation(actor=bob, conversation=talk, rule="spam")
    staff = as_member(mona)
    assert staff.get(path).status_code == 404
    settings.DEMO = True  # waives the second factor
    Member.objects.filter(pk=mona.pk).update(is_demo=True)
    assert staff.get(path).status_code == 200 and as_member(bob).get(path).status_code == 200
