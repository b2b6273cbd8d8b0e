"""Every address of the social part, asked and posted to with whatever there is: never a 5xx."""

import io
import json
from urllib.parse import quote, urlencode

import pytest
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from social.posts import actions
from tests import make
from tests.social.test_addresses import social_patterns

pytestmark = pytest.mark.django_db
quick = settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

LONG = "9" * 400
# Characters that some layer gives a meaning, and any others; no lone halves of a pair, which no client can send.
nasty = st.text(
    st.sampled_from(
        "\x00\x01\x1b\x7f\u202e\u2066\u200b\u2028\ufeff\uffff%/\\@#?&=<>\"'{}[]()\r\n\t ;,.:-_aZ0é漢\U0001f600"
    )
    | st.characters(exclude_categories=["Cs"]),
    max_size=60,
)
numbers = st.sampled_from(
    ["0", "-1", "1", "1", "2", "3", "1.5", "1e9", "NaN", "٣", LONG, str(2**63 - 1), str(2**63), "999999999999999999"]
)
values = (
    nasty
    | numbers
    | st.sampled_from(["public", "followers", "spam", "yes", "on", "/", "//x", "javascript:x", "x" * 9000])
)
ids = numbers | nasty
handles = st.sampled_from(["alice", "ALICE", "bob", "carol", "nobody_here", "a" * 31, "ab", "_x"]) | nasty
tags = st.sampled_from(["tag", "unheard", "x" * 101]) | nasty
QUERY = ("before", "after", "since", "show", "ids", "in_reply_to", "quote_of", "next", "x")
FORM = (
    *("text", "visibility", "in_reply_to", "quote_of", "alt", "alt_declined", "client_key", "next", "part", "up_to"),
    *("rule", "also", "image", "kind", "days"),
    *("handle", "name", "bio", "remove_picture", "opted_out", "reason", "note", "is_staff", "author", "balance"),
)
FILES = ("image", "picture", "text")
HEADERS = (
    {},
    {"HX-Request": "true"},
    {"Accept": "application/json"},
    {"HX-Request": "true", "HX-Current-URL": "http://[", "HX-Target": "\xff"},
    {"Accept": "\xff;q=;,"},
)
TYPES = ("application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary=\xff", "x", "")


@pytest.fixture(scope="module")
def routes():
    return [route for _name, route in social_patterns()]


@pytest.fixture
def world(alice, bob, carol, as_member):
    """A post with everything on it, and clients of its author, a follower, somebody new, and a visitor."""
    post = actions.publish(actor=alice, text="#tag @bob https://example.org")
    actions.publish(actor=bob, text="answer", in_reply_to=post, quote_of=post)
    actions.repost(actor=bob, post=post)
    newcomer = make.member("newcomer")
    type(newcomer).objects.filter(pk=newcomer.pk).update(onboarded_at=None)
    return [as_member(alice), as_member(bob), as_member(alice), as_member(newcomer), Client()]


def test_the_addresses_are_all_there(routes):
    assert len(routes) > 40 and {"", "posts/<id:pk>/like/", "@<handle:handle>/block/", "tags/<tag:name>/"} <= set(
        routes
    )


@pytest.fixture
def taking(routes, world):
    """The routes that take what is posted."""
    valid = {"<id:pk>": "1", "<handle:handle>": "alice", "<tag:name>": "tag"}

    def filled(route: str) -> str:
        for part, value in valid.items():
            route = route.replace(part, value)
        return f"/{route}"

    found = [route for route in routes if "POST" in world[0].options(filled(route)).get("Allow", "")]
    assert 20 < len(found) < len(routes)
    return found


@quick
@given(data=st.data())
def test_whatever_is_asked_for(world, routes, data):
    path = _path(data, routes)
    query = urlencode(data.draw(st.lists(st.tuples(st.sampled_from(QUERY), values), max_size=4)))
    client = data.draw(st.sampled_from(world))
    method = data.draw(st.sampled_from(["get", "get", "get", "get", "head", "options", "put", "trace"]))
    _check(getattr(client, method)(f"{path}?{query}", headers=data.draw(st.sampled_from(HEADERS))))


@quick
@given(data=st.data())
def test_whatever_is_posted(world, taking, data):
    fields = data.draw(st.dictionaries(st.sampled_from(FORM), values, max_size=6))
    for name in data.draw(st.sets(st.sampled_from(FILES), max_size=2)):
        fields[name] = io.BytesIO(data.draw(st.binary(max_size=200)))
        fields[name].name = data.draw(nasty) or "x"
    client = data.draw(st.sampled_from(world))
    _check(client.post(_path(data, taking), fields, headers=data.draw(st.sampled_from(HEADERS))))


@quick
@given(data=st.data())
def test_whatever_bytes_are_posted(world, taking, data):
    body = data.draw(st.binary(max_size=200) | values.map(lambda text: json.dumps({"text": text}).encode()))
    client, kind = data.draw(st.sampled_from(world)), data.draw(st.sampled_from(TYPES))
    _check(client.generic("POST", _path(data, taking), body, kind, headers=data.draw(st.sampled_from(HEADERS))))


def _path(data, routes) -> str:
    path = "/" + data.draw(st.sampled_from(routes))
    for part, choice in (("<id:pk>", ids), ("<handle:handle>", handles), ("<tag:name>", tags)):
        if part in path:
            path = path.replace(part, quote(data.draw(choice), safe=""))
    return path


def _check(response) -> None:
    cache.clear()
    assert response.status_code < 500, (response.status_code, response.content[:300])
