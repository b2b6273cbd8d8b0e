"""How far back the timeline looks does not change what it finds."""

import pytest

from social.feeds.timeline import TimelineReader
from tests import make

pytestmark = pytest.mark.django_db


def test_the_newest_are_found_whoever_posts_how_much_and_for_whom(alice, bob, carol):
    others = [make.member(name) for name in ("dana", "erin", "finch")]
    for person in (bob, carol, *others):
        make.follow(alice, person)
    old = [make.post(person, "old") for person in others for _ in range(4)]
    busy = [make.post(bob, "much", visibility="followers") for _ in range(7)]
    busy += [make.post(carol, "", repost_of=post) for post in old]
    hidden = [make.post(person, "not for her", visibility="mentioned") for person in others for _ in range(4)]
    shown = sorted((post.pk for post in (*old, *busy)), reverse=True)
    for most in (1, 3, 8, 13, 21, 40):
        assert [row.pk for row in TimelineReader(alice.pk).rows(most)] == shown[:most]
        before = [row.pk for row in TimelineReader(alice.pk).rows(most, before=shown[5])]
        assert before == shown[6 : 6 + most] and not set(before) & {post.pk for post in hidden}
        since = TimelineReader(alice.pk).rows(most, since=shown[9])
        assert [row.pk for row in since] == shown[:9][:most]
