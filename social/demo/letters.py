"""A few conversations among the cast, and a request from a stranger: what somebody finds who signs in as Ines."""

from datetime import timedelta

from metya.wallets.models import Member
from social.demo.people import Role
from social.demo.planting import Planted
from social.messages import actions
from social.messages.models import Conversation, Message

# Minutes ago, author, text; the first line opens the conversation.
WALK = (
    (1500, "amara", "Saturday looks dry. The ridge path, start at nine?"),
    (1488, "tomasz", "Nine is fine. I can bring the stove and coffee for three."),
    (1470, "ines", "I bring bread and the cheese from the market. Meet at the bus stop?"),
    (1466, "amara", "At the bus stop. If it rains we take the low path along the water."),
    (64, "tomasz", "Forecast is still good. New boots, so please go slowly uphill."),
    (41, "amara", "We always go slowly uphill. It is called looking at birds."),
)
TWO = (
    (2960, "tomasz", "Your post about the ferry made me laugh out loud on the tram."),
    (2951, "ines", "Then it has done its work. Did you find the old timetable after all?"),
    (2949, "tomasz", "Yes, in a drawer, from 1987. I can scan it tonight."),
    (2102, "ines", "Wonderful. The library would take a copy too, I asked."),
    (25, "tomasz", "Scanned, twelve pages. I will bring the original on Saturday, it deserves to be held."),
)
ASKED = (
    (
        190,
        "",
        "Hello Ines, we have not met. I run the reading group on Thursdays and liked what you wrote about the ferry.",
    ),
    (189, "", "Would you read from it to us some evening? No hurry at all."),
)


def write(planted: Planted) -> None:
    """A group, a conversation of two, and a request; the newest of the first two are unread for Ines."""
    cast = {one.handle: one for one in planted.members if one.is_demo}
    _tell(planted, cast, [cast["ines"], cast["tomasz"]], WALK, name="Saturday walk")
    _tell(planted, cast, [cast["ines"]], TWO)
    stranger = _stranger(planted)
    if stranger is not None:
        _tell(planted, {"": stranger}, [cast["ines"]], ASKED)


def _tell(
    planted: Planted,
    voices: dict[str, Member],
    people: list[Member],
    lines: tuple[tuple[int, str, str], ...],
    name: str = "",
) -> None:
    opener = voices[lines[0][1]]
    conversation = actions.start(actor=opener, people=people, text=lines[0][2], name=name)
    for person in people:
        if person.handle in voices:  # who speaks in it has accepted it
            actions.accept(actor=person, conversation=conversation)
    for _minutes, handle, text in lines[1:]:
        actions.send(actor=voices[handle], conversation=conversation, text=text)
    _date_back(planted, conversation, [minutes for minutes, _handle, _text in lines])


def _date_back(planted: Planted, conversation: Conversation, minutes: list[int]) -> None:
    messages = list(Message.objects.filter(conversation=conversation).order_by("pk"))
    for message, ago in zip(messages, minutes, strict=True):
        message.created_at = planted.community.now - timedelta(minutes=ago)
    Message.objects.bulk_update(messages, ["created_at"])


def _stranger(planted: Planted) -> Member | None:
    """Somebody whom Ines does not follow."""
    people = planted.community.people
    ines = next(one for one in people if one.handle == "ines")
    for one in people:
        if one.role is Role.REGULAR and one.place not in ines.follows:
            return planted.members[one.place]
    return None
