"""The community as plain data: the same for a seed, plausible, and nobody reads the same twice."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from metya.wallets import demo
from social.demo import community
from social.demo.people import Role
from social.profiles.handles import clean_handle

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


def make(members=40, posts=200, days=5, seed=1, now=NOW):
    return community.make(members=members, posts=posts, days=days, seed=seed, now=now)


@pytest.fixture(scope="module")
def small():
    return make()


@pytest.fixture(scope="module")
def full():
    return make(members=200, posts=2000, days=30)


def plain(made):
    return [(made.people[one.author].handle, one.text, made.now - one.at) for one in made.said]


def test_the_same_seed_gives_the_same_community(small):
    again = make()
    assert plain(again) == plain(small)
    assert [person.handle for person in again.people] == [person.handle for person in small.people]
    assert [(deed.person, deed.said.text, deed.at) for deed in again.likes] == [
        (deed.person, deed.said.text, deed.at) for deed in small.likes
    ]


def test_it_is_the_same_at_another_hour(small):
    assert plain(make(now=NOW + timedelta(days=3, hours=13))) == plain(small)


def test_another_seed_gives_another(small):
    assert plain(make(seed=2)) != plain(small)


def test_numbers_are_kept(small, full):
    for made, members, posts in ((small, 40, 200), (full, 200, 2000)):
        assert len(made.people) == members
        assert len(made.said) + len(made.reposts) == posts


@pytest.mark.parametrize("members", [24, 31, 60])
@pytest.mark.parametrize("posts", [40, 300])
def test_odd_sizes_work(members, posts):
    made = make(members=members, posts=posts, days=3)
    assert len(made.people) == members
    assert 0.8 * posts <= len(made.said) + len(made.reposts) <= posts


def test_the_newest_three_hundred_texts_are_all_different(full):
    texts = [one.text for one in full.said[-300:]]
    assert [text for text, count in Counter(texts).items() if count > 1] == []


def test_a_small_community_never_repeats_itself(small):
    texts = [one.text for one in small.said]
    assert len(set(texts)) == len(texts)


def test_first_posts_are_hardly_ever_told_again_word_by_word(full):
    texts = Counter(one.text for one in full.said if not one.parent and not one.quoted)
    assert sum(texts.values()) - len(texts) <= 0.02 * sum(texts.values())


def test_somebody_said_something_just_now(full):
    assert full.now - full.said[-1].at < timedelta(minutes=5)
    assert sum(full.now - one.at < timedelta(hours=1) for one in full.said) >= 10


def test_time_runs_forwards(full):
    assert [one.at for one in full.said] == sorted(one.at for one in full.said)
    for one in full.said:
        assert one.at < full.now
        assert full.people[one.author].joined_at <= one.at
        for other in (one.parent, one.quoted):
            assert other is None or other.at < one.at
    for deed in (*full.likes, *full.reposts, *full.bookmarks):
        assert deed.said.at < deed.at < full.now
    for source, target, at in full.follows:
        assert max(full.people[source].joined_at, full.people[target].joined_at) <= at < full.now


def test_what_is_for_followers_stays_with_them(full):
    private = [one for one in full.said if one.followers_only]
    assert private
    for one in private:
        followers = full.people[one.root.author].followers
        assert one.parent is None or one.parent.followers_only
        assert one.author == one.root.author or one.author in followers
    assert not [one for one in full.said if one.quoted and one.quoted.followers_only]
    assert not [deed for deed in full.reposts if deed.said.followers_only]
    for deed in full.likes:
        if deed.said.followers_only:
            assert deed.person in full.people[deed.said.root.author].followers


def test_nobody_does_a_thing_twice_or_to_themselves(full):
    for deeds in (full.likes, full.reposts, full.bookmarks):
        keys = [(deed.person, id(deed.said)) for deed in deeds]
        assert len(set(keys)) == len(keys)
        assert all(deed.person != deed.said.author for deed in deeds)
    pairs = [(source, target) for source, target, _ in full.follows]
    assert len(set(pairs)) == len(pairs)
    assert all(source != target for source, target in pairs)
    assert sorted(pairs) == sorted((one.place, other) for one in full.people for other in one.follows)


def test_handles_are_such_as_people_may_choose(full):
    handles = [person.handle for person in full.people]
    assert len(set(handles)) == len(handles)
    cast = {one.handle for one in demo.CAST}
    for handle in handles:
        assert clean_handle(handle) == handle
    assert cast <= set(handles)


def test_all_sorts_of_people(full):
    roles = Counter(person.role for person in full.people)
    assert roles[Role.CAST] == len(demo.CAST)
    assert roles[Role.SUSPENDED] == 1
    assert roles[Role.RING] >= 3
    assert roles[Role.QUIET] > 10
    assert roles[Role.NEWCOMER] > 5
    said = Counter(full.people[one.author].role for one in full.said)
    assert not said[Role.QUIET]
    pictured = [one for one in full.said if one.picture]
    assert len({one.picture for one in pictured}) >= 60
    assert len({one.topic for one in full.said}) >= 25


def test_a_few_are_followed_by_many_and_the_ring_by_nearly_nobody(full):
    followers = sorted((len(person.followers) for person in full.people), reverse=True)
    assert followers[0] > 3 * followers[len(followers) // 2]
    ring = {person.place for person in full.people if person.role is Role.RING}
    outside = {source for place in ring for source in full.people[place].followers} - ring
    assert 1 <= len(outside) <= 4
    inside = [deed for deed in full.likes if deed.said.author in ring]
    assert inside
    assert all(deed.person in ring for deed in inside)


def test_wallets_are_derived_and_the_cast_has_its_own():
    made = make()
    addresses = [community.wallet_address(1, person) for person in made.people]
    assert len(set(addresses)) == len(addresses)
    ines = next(person for person in made.people if person.handle == "ines")
    assert community.wallet_address(1, ines) == demo.CAST[0].address
    assert community.wallet_address(1, made.people[20]) != community.wallet_address(2, made.people[20])
