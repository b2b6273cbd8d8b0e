"""Writing, requests, blocks, groups, reading, deleting, reporting: every rule."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from metya.web.errors import ActionError, Conflict, Invalid, NotAllowed, TooMany
from social.follows import actions as follows
from social.interactions.models import Interaction
from social.messages import actions, reads, reporting
from social.messages.models import Conversation, Message, MessageImage, Participant, State
from social.moderation.models import Report
from social.notifications.models import Notification
from tests import make

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def texts(viewer, conversation):
    """What the viewer reads there, oldest first."""
    return [row.message.text for row in reads.conversation_page(viewer, conversation).items if row.message.text]


def why(deed) -> ActionError:
    with pytest.raises(ActionError) as caught:
        deed()
    return caught.value


def send(actor, conversation, text="More", **parts):
    return actions.send(actor=actor, conversation=conversation, text=text, **parts)


# --- who reaches whom ------------------------------------------------------------------------------------------------


def test_whom_one_follows_arrives_directly_and_a_stranger_asks(alice, bob, carol, place):
    to_bob = actions.start(actor=alice, people=[bob], text="Hi")  # bob follows alice
    to_carol = actions.start(actor=alice, people=[carol], text="Hi")
    assert place(bob, to_bob).state == State.ACCEPTED and place(bob, to_bob).asked_at is None
    assert place(carol, to_carol).state == State.REQUEST and place(carol, to_carol).asked_at
    assert place(alice, to_carol).state == State.ACCEPTED


@pytest.mark.parametrize(
    ("who", "known", "arrives"),
    [
        ("everyone", True, State.ACCEPTED),
        ("everyone", False, State.REQUEST),
        ("followed", True, State.ACCEPTED),
        ("followed", False, None),
        ("nobody", True, None),
        ("nobody", False, None),
    ],
)
def test_the_setting_decides(alice, carol, place, who, known, arrives):
    if known:
        make.follow(carol, alice)
    actions.set_preferences(actor=carol, who=who, show_read=True)
    if arrives is None:
        assert why(lambda: actions.start(actor=alice, people=[carol], text="Hi")).code == "not-wanted"
        assert not Conversation.objects.exists() and not Message.objects.exists()
    else:
        assert place(carol, actions.start(actor=alice, people=[carol], text="Hi")).state == arrives


def test_the_setting_does_not_end_what_was_accepted(alice, bob, talk):
    actions.set_preferences(actor=bob, who="nobody", show_read=True)
    send(alice, talk)
    assert texts(bob, talk) == ["Hello Bob", "More"]


def test_an_unknown_setting_is_refused(alice):
    with pytest.raises(Invalid):
        actions.set_preferences(actor=alice, who="friends", show_read=True)


def test_two_people_have_one_conversation(alice, bob, talk):
    assert actions.start(actor=bob, people=[alice], text="Back").pk == talk.pk
    assert actions.start(actor=alice, people=[bob, alice, bob], text="Again").pk == talk.pk
    assert texts(bob, talk) == ["Hello Bob", "Back", "Again"] and Conversation.objects.count() == 1


@pytest.mark.parametrize("count", [0, 8])
def test_a_conversation_has_two_to_eight_people(alice, count):
    people = [make.member() for _number in range(count)]
    for person in people:
        make.follow(person, alice)
    with pytest.raises(Invalid):
        actions.start(actor=alice, people=people, text="Hi")
    with pytest.raises(Invalid):
        actions.start(actor=alice, people=[alice], text="Myself")
    if people:
        made = actions.start(actor=alice, people=people[:7], text="Hi")
        assert made.group and Participant.objects.filter(conversation=made).count() == 8


@pytest.mark.parametrize("how", ["blocks", "blocked", "suspended", "ended"])
def test_nobody_writes_to_one_who_is_not_there(alice, carol, how):
    if how == "blocks":
        follows.block(actor=alice, target=carol)
    elif how == "blocked":
        follows.block(actor=carol, target=alice)
    elif how == "suspended":
        type(carol).objects.filter(pk=carol.pk).update(suspended_until=timezone.now() + WEEK)
    else:
        type(carol).objects.filter(pk=carol.pk).update(is_active=False)
    error = why(lambda: actions.start(actor=alice, people=[carol], text="Hi"))
    assert error.data == {"field": "to"} and "@carol" in error.message and not Conversation.objects.exists()


@pytest.mark.parametrize(
    "change", [{"suspended_until": timezone.now() + WEEK}, {"is_active": False}, {"onboarded_at": None}]
)
def test_who_is_not_in_good_standing_writes_nothing(alice, bob, talk, change):
    for field, value in change.items():
        setattr(alice, field, value)
    for deed in (
        lambda: actions.start(actor=alice, people=[bob], text="Hi"),
        lambda: send(alice, talk),
        lambda: actions.add(actor=alice, conversation=talk, people=[]),
    ):
        with pytest.raises(NotAllowed):
            deed()
    assert texts(bob, talk) == ["Hello Bob"]


def test_twenty_strangers_a_day(alice, bob, carol):
    for _number in range(18):
        actions.start(actor=alice, people=[make.member()], text="Hi")
    actions.start(actor=alice, people=[bob], text="A friend does not count")
    trio = [make.member() for _number in range(3)]
    assert why(lambda: actions.start(actor=alice, people=trio, text="Hi")).data["retry_after"] > 86_000
    actions.start(actor=alice, people=trio[:2], text="Two more are twenty")
    with pytest.raises(TooMany):
        actions.start(actor=alice, people=[carol], text="Hi")
    actions.start(actor=alice, people=[bob], text="Friends still hear me")
    assert not Participant.objects.filter(member=carol).exists()
    Participant.objects.filter(invited_by=alice).update(asked_at=timezone.now() - timedelta(days=1, minutes=1))
    actions.start(actor=alice, people=[carol], text="The next day")


# --- requests --------------------------------------------------------------------------------------------------------


def test_a_request_is_read_but_answered_only_when_accepted(alice, carol, place):
    asked = actions.start(actor=alice, people=[carol], text="Hi")
    assert texts(carol, asked) == ["Hi"]
    assert why(lambda: send(carol, asked)).code == "closed-asked"
    for _twice in range(2):
        actions.accept(actor=carol, conversation=asked)
    send(carol, asked, "Hello")
    assert texts(alice, asked) == ["Hi", "Hello"]


def test_three_messages_wait_and_no_more(alice, carol):
    asked = actions.start(actor=alice, people=[carol], text="1")
    send(alice, asked, "2")
    send(alice, asked, "3")
    assert why(lambda: send(alice, asked, "4")).code == "closed-waiting"
    actions.accept(actor=carol, conversation=asked)
    send(alice, asked, "4")
    assert texts(carol, asked) == ["1", "2", "3", "4"]


def test_a_declined_request_is_silent_and_final_for_the_stranger(alice, carol, place):
    asked = actions.start(actor=alice, people=[carol], text="Hi")
    for _twice in range(2):
        actions.decline(actor=carol, conversation=asked)
    assert place(carol, asked).state == State.DECLINED and reads.conversation_of(carol, asked.pk) is None
    view = reads.conversation_page(alice, asked)
    assert view.may_write and not view.closed and [one.member for one in view.others] == [carol]
    send(alice, asked, "Hello?")
    actions.leave(actor=alice, conversation=asked)
    actions.start(actor=alice, people=[carol], text="A new try")
    assert place(carol, asked).state == State.DECLINED and place(carol, asked).latest < place(alice, asked).latest


def test_writing_to_whom_one_declined_opens_it_again(alice, carol, place):
    asked = actions.start(actor=alice, people=[carol], text="Hi")
    actions.decline(actor=carol, conversation=asked)
    actions.start(actor=carol, people=[alice], text="I changed my mind")
    assert place(carol, asked).state == State.ACCEPTED and texts(alice, asked) == ["Hi", "I changed my mind"]


def test_writing_to_whoever_asks_accepts(alice, carol, place):
    asked = actions.start(actor=alice, people=[carol], text="Hi")
    actions.start(actor=carol, people=[alice], text="Hello")
    assert place(carol, asked).state == State.ACCEPTED


def test_a_request_of_one_who_is_blocked_or_gone_is_not_shown(alice, carol, dana):
    for person in (alice, dana):
        actions.start(actor=person, people=[carol], text="Hi")
    assert Participant.objects.asked(carol).count() == 2
    follows.block(actor=carol, target=alice)
    type(dana).objects.filter(pk=dana.pk).update(suspended_until=timezone.now() + WEEK)
    assert not Participant.objects.asked(carol).exists()


# --- sending ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 2001, "\x00", "\u202e"])
def test_bad_text_is_refused(alice, bob, talk, text):
    with pytest.raises(Invalid) as caught:
        send(alice, talk, text)
    assert caught.value.data == {"field": "text"}
    with pytest.raises(Invalid):
        actions.start(actor=alice, people=[bob], text=text)
    assert Message.objects.count() == 1


def test_markup_is_text_and_links_are_links(alice, bob, talk):
    message = send(alice, talk, "<b>x</b> https://example.org @bob")
    assert (
        "&lt;b&gt;" in message.html and 'href="https://example.org"' in message.html and 'href="/@bob/"' in message.html
    )


def test_the_same_form_sent_twice_makes_one_message(alice, bob, talk):
    first, second = (send(alice, talk, "Once", client_key="k1") for _twice in range(2))
    assert first.pk == second.pk and texts(bob, talk) == ["Hello Bob", "Once"]
    send(bob, talk, "Mine", client_key="k1")
    actions.delete(actor=alice, message=first)
    assert why(lambda: send(alice, talk, "Once", client_key="k1")).code == "sent"


def test_a_group_sent_twice_is_one(alice, bob, carol):
    one, two = (actions.start(actor=alice, people=[bob, carol], text="Hi", client_key="k") for _twice in range(2))
    assert one.pk == two.pk and Message.objects.count() == 1
    pair = [actions.start(actor=alice, people=[bob], text="Hi", client_key="k") for _twice in range(2)]
    assert pair[0].pk == pair[1].pk != one.pk and Message.objects.count() == 2


def test_a_stranger_cannot_write_or_do_anything(talk, carol):
    for deed in (
        lambda: send(carol, talk),
        lambda: actions.accept(actor=carol, conversation=talk),
        lambda: actions.leave(actor=carol, conversation=talk),
        lambda: actions.rename(actor=carol, conversation=talk, name="Mine"),
        lambda: actions.add(actor=carol, conversation=talk, people=[carol]),
    ):
        with pytest.raises(Conflict) as caught:
            deed()
        assert caught.value.code == "gone" and caught.value.status == 404
    assert not actions.mark_read(actor=carol, conversation=talk, up_to=99)


def test_a_picture_needs_words_or_a_refusal_and_is_cleaned(alice, talk, picture, settings):
    for alt, declined in (("", False), ("  ", False), ("x" * 1001, True)):
        with pytest.raises(Invalid) as caught:
            send(alice, talk, "", image=picture(), alt=alt, alt_declined=declined)
        assert caught.value.data == {"field": "alt"}
    message = send(alice, talk, "", image=picture("../../evil.svg"), alt="A teal card")
    image = message.image
    path = Path(image.file.path)
    assert path.is_relative_to(settings.PRIVATE_ROOT) and path.suffix == ".webp" and path.read_bytes()[8:12] == b"WEBP"
    assert (image.width, image.height, image.alt) == (40, 30, "A teal card")
    assert not path.is_relative_to(settings.MEDIA_ROOT)
    with pytest.raises(ValueError, match="no address"):
        image.file.url  # noqa: B018


def test_the_file_of_a_refused_message_is_removed(alice, carol, picture, settings, monkeypatch):
    asked = actions.start(actor=alice, people=[carol], text="1")

    def broken(*_args):
        raise RuntimeError

    monkeypatch.setattr("social.messages.writing.tell", broken)
    before = set(settings.PRIVATE_ROOT.rglob("*.webp"))
    with pytest.raises(RuntimeError):
        send(alice, asked, "", image=picture(), alt="x")
    assert not MessageImage.objects.exists() and set(settings.PRIVATE_ROOT.rglob("*.webp")) == before


# --- blocks ----------------------------------------------------------------------------------------------------------


def test_a_block_ends_a_conversation_of_two_for_both_and_keeps_its_history(alice, bob, talk):
    follows.block(actor=bob, target=alice)
    for person in (alice, bob):
        assert why(lambda person=person: send(person, talk)).code == "closed-blocked"
        assert texts(person, talk) == ["Hello Bob"]
    assert "@" not in reads.conversation_page(alice, talk).closed  # the blocked one is not told of a block
    assert "@alice" in reads.conversation_page(bob, talk).closed
    assert why(lambda: actions.start(actor=alice, people=[bob], text="x")).code == "closed-blocked"
    follows.unblock(actor=bob, target=alice)
    send(alice, talk)


def test_in_a_group_the_blocked_do_not_see_each_other(alice, bob, carol, group, place):
    send(bob, group, "From Bob")
    follows.block(actor=carol, target=bob)
    before = place(carol, group).latest
    send(bob, group, "Again Bob")
    send(carol, group, "From Carol")
    assert texts(carol, group) == ["Hello both", "From Carol"]
    assert texts(bob, group) == ["Hello both", "From Bob", "Again Bob"]
    assert texts(alice, group) == ["Hello both", "From Bob", "Again Bob", "From Carol"]
    assert before < place(carol, group).latest and place(bob, group).latest < place(carol, group).latest


@pytest.mark.parametrize("change", [{"suspended_until": timezone.now() + WEEK}, {"is_active": False}])
def test_one_who_is_away_is_read_but_not_written_to(alice, bob, talk, change):
    send(bob, talk, "Before")
    type(bob).objects.filter(pk=bob.pk).update(**change)
    assert texts(alice, talk) == ["Hello Bob", "Before"]
    assert why(lambda: send(alice, talk)).code == "closed-away"


# --- groups, leaving -------------------------------------------------------------------------------------------------


def test_who_is_added_reads_from_then_on(alice, bob, group, dana, place):
    make.follow(dana, alice)
    for _twice in range(2):
        actions.add(actor=alice, conversation=group, people=[dana, bob])
    send(bob, group, "Welcome")
    assert texts(dana, group) == ["Welcome"] and place(dana, group).state == State.ACCEPTED
    assert [row.about for row in reads.conversation_page(bob, group).items if row.about] == ["Dana"]


def test_adding_keeps_to_the_rules(alice, bob, talk, group, dana):
    actions.set_preferences(actor=dana, who="followed", show_read=True)
    assert why(lambda: actions.add(actor=alice, conversation=group, people=[dana])).code == "not-wanted"
    assert why(lambda: actions.add(actor=alice, conversation=talk, people=[dana])).code == "not-allowed"
    follows.block(actor=dana, target=alice)
    assert why(lambda: actions.add(actor=alice, conversation=group, people=[dana])).data == {"field": "to"}
    many = [make.member() for _number in range(6)]
    for person in many:
        make.follow(person, alice)
    with pytest.raises(Invalid):
        actions.add(actor=alice, conversation=group, people=many)
    actions.add(actor=alice, conversation=group, people=many[:5])
    with pytest.raises(Invalid):
        actions.add(actor=bob, conversation=group, people=many[5:])
    assert Participant.objects.filter(conversation=group).count() == 8


def test_who_was_added_by_a_stranger_is_asked(bob, group, dana, place):
    actions.add(actor=bob, conversation=group, people=[dana])
    assert place(dana, group).state == State.REQUEST and place(dana, group).invited_by == bob


def test_leaving_a_group(alice, bob, carol, group, place):
    for _twice in range(2):
        actions.leave(actor=carol, conversation=group)
    assert reads.conversation_of(carol, group.pk) is None
    send(alice, group, "Without Carol")
    assert [row.message.kind for row in reads.conversation_page(bob, group).items] == ["text", "left", "text"]
    make.follow(carol, alice)
    actions.add(actor=alice, conversation=group, people=[carol])
    assert place(carol, group).state == State.REQUEST  # whoever left is asked, even by a friend
    actions.accept(actor=carol, conversation=group)
    assert texts(carol, group) == []
    for person in (bob, carol):
        actions.leave(actor=person, conversation=group)
    assert why(lambda: send(alice, group)).code == "closed-alone"


def test_leaving_a_conversation_of_two(alice, bob, talk):
    actions.leave(actor=bob, conversation=talk)
    assert reads.conversation_of(bob, talk.pk) is None and texts(alice, talk) == ["Hello Bob"]
    assert why(lambda: send(alice, talk)).code == "closed-left"
    assert actions.start(actor=bob, people=[alice], text="Here again").pk == talk.pk
    assert texts(bob, talk) == ["Here again"] and texts(alice, talk) == ["Hello Bob", "Here again"]


def test_who_left_is_asked_anew_by_what_stands_now(alice, bob, talk, place):
    actions.leave(actor=bob, conversation=talk)
    follows.unfollow(actor=bob, target=alice)
    actions.start(actor=alice, people=[bob], text="Hello?")
    assert place(bob, talk).state == State.REQUEST and texts(bob, talk) == ["Hello?"]
    actions.decline(actor=bob, conversation=talk)
    assert texts(alice, talk) == ["Hello Bob", "Hello?"]


def test_leaving_a_request_declines_it(alice, carol, place):
    asked = actions.start(actor=alice, people=[carol], text="Hi")
    actions.leave(actor=carol, conversation=asked)
    assert place(carol, asked).state == State.DECLINED


def test_a_group_has_a_name_and_two_have_none(alice, bob, carol, talk, group):
    for _twice in range(2):
        actions.rename(actor=bob, conversation=group, name="  The   walk ")
    group.refresh_from_db()
    assert group.name == "The walk" and Message.objects.filter(kind="named").count() == 1
    actions.rename(actor=carol, conversation=group, name="")
    for name in ("x" * 61, "two\nlines"):
        with pytest.raises(Invalid):
            actions.rename(actor=bob, conversation=group, name=name)
    with pytest.raises(NotAllowed):
        actions.rename(actor=alice, conversation=talk, name="Us")


# --- reading ---------------------------------------------------------------------------------------------------------


def test_seen_by(alice, bob, carol, group, place):
    message = send(alice, group, "Look")

    def seen():
        return reads.conversation_page(alice, group).seen_by

    assert seen() == []
    assert actions.mark_read(actor=bob, conversation=group, up_to=message.pk)
    assert not actions.mark_read(actor=bob, conversation=group, up_to=message.pk)
    assert seen() == ["Bob"]
    actions.set_preferences(actor=carol, who="everyone", show_read=False)
    assert actions.mark_read(actor=carol, conversation=group, up_to=10**12)
    assert seen() == ["Bob"] and place(carol, group).read_up_to == message.pk
    follows.block(actor=bob, target=alice)
    assert seen() == []


def test_seen_does_not_stand_under_the_answer(alice, bob, carol, group):
    message = send(alice, group, "Look")
    actions.mark_read(actor=bob, conversation=group, up_to=message.pk)
    assert reads.conversation_page(alice, group).seen_by == ["Bob"]
    send(bob, group, "I see")
    assert reads.conversation_page(alice, group).seen_by == []
    again = send(alice, group, "Do you?")
    actions.mark_read(actor=bob, conversation=group, up_to=again.pk)
    assert reads.conversation_page(alice, group).seen_by == ["Bob"]


def test_reading_a_request_shows_nothing(alice, carol):
    asked = actions.start(actor=alice, people=[carol], text="Hi")
    assert actions.mark_read(actor=carol, conversation=asked, up_to=10**12)
    actions.accept(actor=carol, conversation=asked)
    assert reads.conversation_page(alice, asked).seen_by == []
    actions.mark_read(actor=carol, conversation=asked, up_to=10**12)
    assert reads.conversation_page(alice, asked).seen_by == ["Carol"]


# --- deleting, reporting ---------------------------------------------------------------------------------------------


def test_a_deleted_message_leaves_a_tombstone(alice, bob, talk, picture, django_capture_on_commit_callbacks):
    message = send(alice, talk, "Oops", image=picture(), alt="x")
    path = Path(message.image.file.path)
    with pytest.raises(NotAllowed):
        actions.delete(actor=bob, message=message)
    with django_capture_on_commit_callbacks(execute=True):
        actions.delete(actor=alice, message=message)
        actions.delete(actor=alice, message=message)
    message = Message.objects.get(pk=message.pk)
    assert not message.present and message.text == message.html == "" and message.image_or_none is None
    assert not path.exists() and len(reads.conversation_page(bob, talk).items) == 2


def test_a_report_keeps_what_was_there(alice, bob, talk, picture, django_capture_on_commit_callbacks):
    message = send(alice, talk, "Something bad", image=picture(), alt="An image")
    first = reporting.report_message(actor=bob, message=message, rule="harassment", note="Look")
    assert reporting.report_message(actor=bob, message=message, rule="spam").pk == first.pk
    with django_capture_on_commit_callbacks(execute=True):
        actions.delete(actor=alice, message=message)
    report = Report.objects.get()
    assert (
        report.member == alice and report.case.about == ("message", message.pk) and "Something bad" in report.evidence
    )
    assert Path(message.image.file.path).exists()  # the moderators may still look at it
    with pytest.raises(NotAllowed):
        reporting.report_message(actor=bob, message=Message.objects.get(pk=message.pk), rule="spam")


def test_a_conversation_is_reported_with_what_the_reporter_sees(alice, bob, carol, group):
    send(bob, group, "Hidden from Carol")
    follows.block(actor=carol, target=bob)
    send(alice, group, "Bad")
    report = reporting.report_conversation(actor=carol, conversation=group, rule="other")
    assert report.member == alice and "Bad" in report.evidence and "Hidden" not in report.evidence
    with pytest.raises(NotAllowed):
        reporting.report_conversation(actor=alice, conversation=group, rule="other")


def test_reports_of_a_member_a_message_and_a_conversation_stand_beside_each_other(alice, bob, talk):
    from social.moderation import actions as moderation

    moderation.report(actor=bob, member=alice, rule="spam")
    reporting.report_message(actor=bob, message=talk.messages.first(), rule="spam")
    for _twice in range(2):
        reporting.report_conversation(actor=bob, conversation=talk, rule="spam")
    assert Report.objects.open().count() == 3


def test_messages_are_no_interactions_and_ring_no_bell(alice, bob, carol, group, talk):
    facts, bells = Interaction.objects.count(), Notification.objects.count()
    send(alice, group, "@bob @carol #tag")
    actions.add(actor=alice, conversation=group, people=[make.member()])
    actions.mark_read(actor=bob, conversation=group, up_to=10**12)
    reporting.report_conversation(actor=bob, conversation=talk, rule="spam")
    actions.delete(actor=alice, message=talk.messages.first())
    actions.leave(actor=bob, conversation=group)
    assert (Interaction.objects.count(), Notification.objects.count()) == (facts, bells)
