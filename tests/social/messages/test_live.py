"""A message reaches the open pages of those in the conversation, and of nobody else."""

import pytest

from social.follows import actions as follows
from social.messages import actions
from tests import make
from tests.social.live.conftest import _no_poll, _quick, page, visit  # noqa: F401
from tests.social.live.test_consumers import in_database

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("_no_poll")]


async def test_a_message_is_hinted_to_those_in_it(page, alice, bob, carol):  # noqa: F811
    await in_database(make.follow, alice, bob)
    talk = await in_database(lambda: actions.start(actor=alice, people=[bob], text="Hello"))
    alices, bobs, carols = [await page(person) for person in (alice, bob, carol)]
    message = await in_database(lambda: actions.send(actor=alice, conversation=talk, text="More"))
    assert await bobs.hint() == {"t": "messages", "id": message.pk} == await alices.hint()
    await in_database(lambda: actions.mark_read(actor=bob, conversation=talk, up_to=message.pk))
    assert await alices.hint() == {"t": "messages", "id": message.pk} == await bobs.hint()
    assert await carols.silent()


async def test_reading_that_is_not_shown_is_not_hinted_at(page, alice, bob):  # noqa: F811
    await in_database(make.follow, alice, bob)
    talk = await in_database(lambda: actions.start(actor=alice, people=[bob], text="Hello"))
    await in_database(lambda: actions.set_preferences(actor=bob, who="everyone", show_read=False))
    alices, bobs = await page(alice), await page(bob)
    await in_database(lambda: actions.mark_read(actor=bob, conversation=talk, up_to=10**9))
    assert (await bobs.hint())["t"] == "messages" and await alices.silent()


async def test_in_a_group_the_blocked_hear_nothing_of_each_other(page, alice, bob, carol):  # noqa: F811
    await in_database(make.follow, carol, alice)
    group = await in_database(lambda: actions.start(actor=alice, people=[bob, carol], text="Hello"))
    await in_database(lambda: follows.block(actor=carol, target=bob))
    bobs, carols = await page(bob), await page(carol)
    await in_database(lambda: actions.send(actor=bob, conversation=group, text="x"))
    assert (await bobs.hint())["t"] == "messages" and await carols.silent()


async def test_declining_is_hinted_to_nobody_else(page, alice, carol):  # noqa: F811
    asked = await in_database(lambda: actions.start(actor=alice, people=[carol], text="Hello"))
    alices, carols = await page(alice), await page(carol)
    await in_database(lambda: actions.decline(actor=carol, conversation=asked))
    assert (await carols.hint())["t"] == "messages" and await alices.silent()
