"""Messages as two people use them: on a phone and on a desk, live, with a lost line, pictures, requests and earlier pages."""

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from social.messages import actions
from social.messages.models import Message, Participant
from tests import make
from tests.browser import axe

expect.set_options(timeout=15_000)
pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "color_scheme": "dark"}
DESK = {"viewport": {"width": 1280, "height": 900}}


@pytest.fixture
def talk(alice, bob):
    make.follow(alice, bob)
    return actions.start(actor=alice, people=[bob], text="Hello Bob")


def connected(page):
    expect(page.locator("body[data-live=on]")).to_have_count(1)
    return page


def write(page, text):
    page.locator("#composer textarea[name=text]").fill(text)
    page.get_by_role("button", name="Send").click()


def number(page):
    return page.locator(".nav [data-letters]")


def test_two_people_write_live_on_a_phone_and_a_desk(live_site, alice, bob, talk):
    desk = connected(live_site.page_of(alice, f"/messages/{talk.pk}/", **DESK))
    phone = live_site.page_of(bob, "/", **PHONE)
    expect(phone.locator(".bottom [data-letters]")).to_have_text("1")
    phone.get_by_role("button", name="You").click()
    phone.locator("#me").get_by_role("link", name="Messages").click()
    phone.locator(".letter", has_text="Hello Bob").click()
    connected(phone)
    expect(desk.locator("[data-seen-line]")).to_have_text("Seen")
    assert phone.locator(".bottom").is_hidden()
    write(phone, "Hello Alice\nhow are you?")
    expect(desk.locator(".said:not(.mine) .bubble", has_text="how are you?")).to_be_visible()
    expect(phone.locator("[data-seen-line]")).to_have_text("Seen")
    expect(phone.locator(".said.mine")).to_have_count(1)
    desk.get_by_label("Your message").fill("Fine")
    desk.keyboard.press("Enter")
    expect(phone.locator(".said:not(.mine)", has_text="Fine")).to_be_visible()
    expect(desk.locator("[data-pending]")).to_have_count(0)
    assert Message.objects.count() == 3
    item = desk.locator(".said.mine", has_text="Fine")
    item.hover()
    item.get_by_label("More about the message").click()
    item.get_by_role("button", name="Delete").click()
    for page in (desk, phone):
        expect(page.locator(".bubble.gone")).to_have_text("Message deleted")
        expect(page.get_by_text("Fine", exact=True)).to_have_count(0)


def test_the_number_in_the_navigation_is_live(live_site, alice, bob, talk):
    actions.mark_read(actor=bob, conversation=talk, up_to=10**9)
    elsewhere, lists = live_site.page_of(bob, "/explore/", **DESK), live_site.page_of(bob, "/messages/", **DESK)
    connected(elsewhere), connected(lists)
    expect(number(elsewhere)).to_be_hidden()
    write(live_site.page_of(alice, f"/messages/{talk.pk}/", **DESK), "Are you there?")
    expect(number(elsewhere)).to_have_text("1")
    expect(lists.locator(".letter.unread", has_text="Are you there?")).to_be_visible()
    lists.locator(".letter").click()
    expect(number(elsewhere)).to_be_hidden()
    expect(number(lists)).to_be_hidden()


def test_what_the_line_loses_is_kept_and_sent_once(live_site, alice, bob, talk):
    page = connected(live_site.page_of(alice, f"/messages/{talk.pk}/", **PHONE))
    page.context.set_offline(True)
    write(page, "First without a line")
    write(page, "Second without a line")
    waiting = page.locator("[data-pending].stuck")
    expect(waiting).to_have_count(2)
    expect(waiting.first.get_by_text("you are offline")).to_be_visible()
    assert Message.objects.count() == 1
    page.context.set_offline(False)
    expect(page.locator("[data-pending]")).to_have_count(0)
    texts = list(Message.objects.order_by("pk").values_list("text", flat=True))
    assert texts == ["Hello Bob", "First without a line", "Second without a line"]
    # A reload in the middle loses nothing either, and the same key makes one message.
    page.route("**/send/", lambda route: route.abort())
    write(page, "Through a reload")
    expect(page.locator("[data-pending].stuck")).to_have_count(1)
    page.unroute("**/send/")
    page.reload()
    expect(page.locator(".said.mine", has_text="Through a reload")).to_have_count(1)
    expect(page.locator("[data-pending]")).to_have_count(0)
    assert Message.objects.filter(text="Through a reload").count() == 1


def test_an_answer_that_is_lost_does_not_send_twice(live_site, alice, bob, talk):
    page = connected(live_site.page_of(alice, f"/messages/{talk.pk}/", **DESK))

    def swallow(route):
        route.fetch()
        route.abort()

    page.route("**/send/", swallow, times=1)
    write(page, "Arrived, but nobody said so")
    expect(page.locator(".said.mine", has_text="Arrived")).to_have_count(1)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-pending]")).to_have_count(0)
    assert Message.objects.filter(text__startswith="Arrived").count() == 1


def test_a_refusal_and_an_ended_session_keep_the_text(live_site, alice, bob, talk):
    page = connected(live_site.page_of(alice, f"/messages/{talk.pk}/", **DESK))
    write(page, "x" * 2001)
    stuck = page.locator("[data-pending].stuck")
    expect(stuck.get_by_text("too long")).to_be_visible()
    stuck.get_by_role("button", name="Edit").click()
    expect(page.locator("#composer textarea[name=text]")).to_have_value("x" * 2001)
    page.context.clear_cookies(name="session")
    write(page, "Said after the end")
    expect(page.locator("[data-pending].stuck").get_by_text("you are signed out")).to_be_visible()
    live_site.sign_in(page.context, alice)
    page.reload()
    expect(page.locator(".said.mine:not([data-pending])", has_text="Said after the end")).to_have_count(1)


def test_earlier_messages_come_above_without_a_jump_and_news_do_not_move_the_reader(live_site, alice, bob, talk):
    for count in range(80):
        actions.send(
            actor=(alice, bob)[count % 2], conversation=talk, text=f"number {count:02} " + "word " * (count % 30)
        )
    page = connected(live_site.page_of(alice, f"/messages/{talk.pk}/", **PHONE))
    room = page.locator(".room")
    expect(room.get_by_text("number 79")).to_be_in_viewport()
    expect(room.get_by_text("number 49")).to_have_count(0)
    room.evaluate("(room) => { room.scrollTop = -1e6 }")
    mark = page.locator(".said", has_text="number 52")
    before = mark.bounding_box()["y"]
    page.get_by_role("link", name="Earlier messages").click()
    expect(room.get_by_text("number 30")).to_have_count(1)
    assert abs(mark.bounding_box()["y"] - before) < 60  # the button above it may go
    before = mark.bounding_box()["y"]
    write(live_site.page_of(bob, f"/messages/{talk.pk}/", **DESK), "Newest of all")
    expect(room.get_by_text("Newest of all")).to_have_count(1)
    assert abs(mark.bounding_box()["y"] - before) < 3
    assert Participant.objects.get(conversation=talk, member=alice).read_up_to < Message.objects.latest("pk").pk
    room.evaluate("(room) => { room.scrollTop = 0 }")
    expect(room.get_by_text("Newest of all")).to_be_in_viewport()
    expect(page.locator(".nav [data-letters][hidden]")).to_have_count(1)


def test_a_request_with_a_picture_and_its_answer(live_site, alice, carol):
    out = io.BytesIO()
    Image.new("RGB", (600, 400), "teal").save(out, "PNG")
    sender = live_site.page_of(alice, "/@carol/", **PHONE)
    sender.get_by_role("link", name="Message @carol").click()
    expect(sender.get_by_label("To", exact=True)).to_have_value("carol")
    sender.get_by_label("Your message").fill("Look at this card")
    sender.locator("input[type=file]").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": out.getvalue()}
    )
    sender.get_by_label("Description of the picture").fill("A teal card")
    sender.get_by_role("button", name="Send").click()
    expect(sender.locator(".bubble img[alt='A teal card']")).to_be_visible()
    reader = live_site.page_of(carol, "/messages/", **DESK)
    expect(reader.get_by_text("No messages yet")).to_be_visible()
    reader.get_by_role("link", name="Requests").click()
    reader.locator(".letter").click()
    expect(reader.get_by_text("shown after you accept")).to_be_visible()
    expect(reader.locator(".bubble img")).to_have_count(0)
    connected(sender)
    reader.get_by_role("button", name="Accept").click()
    expect(reader.locator(".bubble img[alt='A teal card']")).to_be_visible()
    assert reader.locator(".bubble img").evaluate("(one) => one.decode().then(() => one.naturalWidth)") == 600
    write(reader, "What a card")
    expect(sender.locator(".bubble", has_text="What a card")).to_be_visible()


def test_a_picture_chosen_before_the_scripts_have_come_is_described(live_site, alice, carol):
    page = live_site.page_of(alice, "/@carol/", **PHONE)
    kept = []
    page.route("**/composer*.js", lambda route: kept.append(route))
    page.goto(f"{live_site.url}/messages/new/?to=carol", wait_until="commit")
    page.locator("input[type=file]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"early"})
    expect(page.get_by_label("Description of the picture")).to_be_hidden()
    for route in kept:
        route.continue_()
    expect(page.get_by_label("Description of the picture")).to_be_visible()
    assert kept


def test_a_block_closes_it_while_it_is_open(live_site, alice, bob, talk):
    page = connected(live_site.page_of(bob, f"/messages/{talk.pk}/", **DESK))
    other = live_site.page_of(alice, f"/messages/{talk.pk}/", **PHONE)
    other.locator(".head .menu > summary").click()
    other.get_by_role("button", name="Block @bob").click()
    other.get_by_role("button", name="Block", exact=True).click()
    expect(other.locator("main").get_by_text("You blocked @bob")).to_be_visible()
    write(page, "Are you there?")
    expect(page.get_by_text("No more messages can be sent here").first).to_be_visible()
    expect(page.locator(".bubble", has_text="Hello Bob")).to_be_visible()
    assert Message.objects.count() == 1
    other.locator("#flash [data-undo]").click()
    expect(other.locator("form[data-send]")).to_be_visible()


def test_a_group_is_made_named_and_grown_by_keyboard(live_site, alice, bob, carol):
    make.follow(carol, alice)
    page = live_site.page_of(alice, "/explore/", **DESK)
    page.keyboard.press("g")
    page.keyboard.press("m")
    page.get_by_role("link", name="New message").click()
    page.get_by_label("To", exact=True).fill("@bob")
    page.get_by_label("Your message").fill("Shall we walk?")
    page.get_by_role("button", name="Send").click()
    page.locator(".head .menu > summary").click()
    page.get_by_role("link", name="People and name").click()
    page.get_by_role("link", name="Begin a group with others").click()
    page.get_by_label("To", exact=True).fill("bob carol")
    page.get_by_label("Your message").fill("Shall we three?")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("link", name="Bob, Carol", exact=True).click()
    page.get_by_label("Name of the group").fill("Three on a path")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Three on a path")).to_be_visible()
    friend = make.member("friend")
    make.follow(friend, alice)
    page.get_by_label("Add people").fill("friend")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("4 people")).to_be_visible()


@pytest.mark.parametrize("options", [PHONE, DESK, PHONE | {"color_scheme": "light"}, DESK | {"color_scheme": "dark"}])
def test_the_pages_are_accessible_and_within_their_width(live_site, alice, bob, talk, options):
    asked = actions.start(actor=make.member("stranger"), people=[alice], text="May I? " + "longword" * 40)
    group = actions.start(
        actor=bob, people=[alice, make.member("third")], text="All of us " + "https://example.org/" + "x" * 200
    )
    page = live_site.page_of(alice, "/messages/", **options)
    paths = [
        "/messages/",
        "/messages/requests/",
        "/messages/new/",
        "/settings/messages/",
        f"/messages/{group.pk}/about/",
    ]
    paths += [f"/messages/{one.pk}/" for one in (talk, asked, group)] + [f"/messages/{talk.pk}/report/"]
    for path in paths:
        page.goto(path)
        page.wait_for_timeout(300)
        assert not axe.findings(page), path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_without_scripts(live_site, alice, bob, talk):
    context = live_site.browser_of(bob, java_script_enabled=False, **PHONE)
    page = context.new_page()
    page.goto("/messages/")
    page.locator(".letter").click()
    page.get_by_role("button", name="Mark as read").click()
    page.locator("#composer textarea[name=text]").fill("By hand")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".said.mine", has_text="By hand")).to_be_visible()
    assert Participant.objects.get(conversation=talk, member=bob).read_up_to == Message.objects.latest("pk").pk
