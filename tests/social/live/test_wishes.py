"""What a page may say over its socket."""

import json

import pytest

from social.live import wishes
from social.live.reads import Since
from social.live.sockets import Code


def test_a_whole_message():
    wish = wishes.read('{"since":{"feed":4,"notifications":0,"thread":9},"posts":[1,2,2],"thread":7,"later":true}')
    assert wish == wishes.Wish(Since(4, 0, 9), frozenset({1, 2}), 7)


def test_what_is_not_said_stays_as_it_was():
    assert wishes.read("{}") == wishes.Wish(Since(), None, None)
    assert wishes.read('{"thread":null,"since":{"feed":null}}') == wishes.Wish(Since(), None, None)


def test_a_full_screen_of_long_ids_fits():
    text = json.dumps({"posts": list(range(2**62, 2**62 + wishes.MAX_POSTS))})
    assert len(wishes.read(text).posts) == wishes.MAX_POSTS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "[]",
        "null",
        "1",
        "[" * 3000,
        '{"posts":1}',
        '{"posts":["1"]}',
        '{"posts":[1.5]}',
        '{"posts":[true]}',
        '{"posts":[-1]}',
        '{"posts":[9223372036854775808]}',
        '{"posts":[[1]]}',
        '{"posts":{}}',
        '{"since":[]}',
        '{"since":null}',
        '{"since":{"feed":"1"}}',
        '{"since":{"feed":NaN}}',
        '{"thread":"x"}',
        '{"thread":1e3}',
        json.dumps({"posts": list(range(1, 102))}),
    ],
)
def test_nonsense_is_refused(text):
    with pytest.raises(wishes.Refused) as refused:
        wishes.read(text)
    assert refused.value.code == Code.MALFORMED


def test_size_and_kind_of_frame():
    with pytest.raises(wishes.Refused) as refused:
        wishes.read("x" * (wishes.MAX_CHARACTERS + 1))
    assert refused.value.code == Code.TOO_BIG
    with pytest.raises(wishes.Refused) as refused:
        wishes.read(None)
    assert refused.value.code == Code.UNSUPPORTED


def test_a_burst_passes_and_a_flood_does_not(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(wishes.time, "monotonic", lambda: now[0])
    bucket = wishes.Bucket()
    for _ in range(20):
        bucket.take()
    with pytest.raises(wishes.Refused) as refused:
        bucket.take()
    assert refused.value.code == Code.FLOOD
    now[0] += 10
    for _ in range(20):
        bucket.take()
