"""The protocol: streams and whole answers, and everything that can be wrong with them."""

import json
import logging
import socket
import struct
import time

import pytest

from social.assistant import endpoint
from social.assistant.endpoint import MOST_TEXT, Question, Trouble, address_of, ask, tokens_of
from social.outgoing.addresses import Refused
from social.outgoing.streaming import Caller
from tests.social.assistant.conftest import KEY
from tests.social.assistant.speaking import event, events, head, piece, sending, streaming, whole


def question(speaker, seconds=5, **fields):
    given = {
        "endpoint": f"{speaker.origin}/v1",
        "model": "small",
        "seconds": seconds,
        "system": "Write",
        "text": "hello",
    }
    return Question(**given | fields)


def answered(speaker, **fields):
    *_before, last = [(one.text, one.usage, one.finished) for one in ask(question(speaker, **fields))]
    return last


def trouble(speaker, **fields):
    with pytest.raises(Trouble) as caught:
        list(ask(question(speaker, **fields)))
    return caught.value.code


def test_what_is_sent(speaker):
    answered(speaker)
    (sent,) = speaker.asked
    assert speaker.paths == ["/v1/chat/completions"]
    assert sent["model"] == "small"
    assert [one["role"] for one in sent["messages"]] == ["system", "user"]
    assert sent["stream"] is True
    assert sent["max_tokens"] == endpoint.MOST_TOKENS
    assert speaker.headers[0]["Authorization"] == f"Bearer {KEY}"
    assert "Cookie" not in speaker.headers[0]


def test_without_a_key_no_header(speaker, settings):
    settings.ASSISTANT_KEY = ""
    answered(speaker)
    assert "Authorization" not in speaker.headers[0]


def test_it_arrives_as_it_is_written(speaker):
    seen = [one.text for one in ask(question(speaker)) if one.text]
    assert len(seen) > 5
    assert seen == sorted(seen, key=len)
    assert answered(speaker)[1:] == ((30, 12), "stop")


def test_servers_that_do_not_stream(speaker):
    speaker.answer = whole("All at once.")
    assert answered(speaker) == ("All at once.", (5, 7), "stop")


@pytest.mark.parametrize("end", [{"done": False}, {"finish": None}, {"usage": None}])
def test_either_sign_of_the_end_is_enough(speaker, end):
    speaker.answer = streaming("Well said.", **end)
    assert answered(speaker)[0].strip() == "Well said."


def test_events_of_several_lines_and_other_fields(speaker):
    def answer(handler, _body):
        head(handler)
        said = json.dumps(piece("One", finish="stop"), indent=1)
        lines = "".join(f"data: {line}\r\n" for line in said.splitlines())
        handler.wfile.write(
            f": note\r\nevent: message\r\nid: 7\r\nretry: 10\r\n{lines}\r\ndata: [DONE]\r\n\r\n".encode()
        )

    speaker.answer = answer
    assert answered(speaker)[0] == "One"


def test_letters_may_be_cut_by_packets(speaker):
    def answer(handler, _body):
        head(handler)
        said = f"data: {json.dumps(piece('süß 🦆', finish='stop'), ensure_ascii=False)}\n\ndata: [DONE]\n\n".encode()
        for byte in said:
            handler.wfile.write(bytes([byte]))

    speaker.answer = answer
    assert answered(speaker)[0] == "süß 🦆"


def test_what_cannot_be_stored_is_left_out(speaker):
    speaker.answer = events(piece("a\x00b\ud800c", finish="stop"), "[DONE]")
    assert answered(speaker)[0] == "abc"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 422, 429, 500, 502, 503])
def test_refusals_by_status(speaker, status):
    codes = {401: "key", 403: "key", 408: "slow", 429: "busy", 503: "busy", 500: "broken", 502: "broken"}
    speaker.answer = sending('{"error": {"message": "x"}}', status, Retry_After="20")
    assert trouble(speaker) == codes.get(status, "odd")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(speaker, status):
    speaker.answer = sending("", status, Location=f"{speaker.origin}/v2/chat/completions")
    assert trouble(speaker) == "odd"
    assert speaker.paths == ["/v1/chat/completions"]


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "null", '"text"', "{}", '{"choices": []}', '{"choices": [3]}', '{"choices": [{"message": 3}]}',
     '{"choices": [{"message": {"content": ["x"]}}]}', "[" * 100_000],
)  # fmt: skip
def test_malformed_json(speaker, body):
    speaker.answer = sending(body)
    assert trouble(speaker) == "odd"


@pytest.mark.parametrize(
    "data",
    ["{", "null", "[]", "3", '{"choices": 3}', '{"choices": [3]}', '{"choices": [{"delta": 3}]}', "{}",
     '{"choices": [{"delta": {"content": 3}}]}', "[" * 100_000],
)  # fmt: skip
def test_malformed_events(speaker, data):
    speaker.answer = events(piece("So far so good"), data, "[DONE]")
    assert trouble(speaker) == "odd"


def test_no_events_at_all(speaker):
    speaker.answer = sending("nothing of this\nis an event\n", kind="text/event-stream")
    assert trouble(speaker) == "gone"


@pytest.mark.parametrize("kind", ["text/html", "text/plain", "application/octet-stream", ""])
def test_other_kinds_of_answers(speaker, kind):
    speaker.answer = sending("<p>Hello</p>", kind=kind)
    assert trouble(speaker) == "odd"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (events(piece(refusal="I will not"), "[DONE]"), "refused"),
        (events(piece("Well"), piece(finish="content_filter"), "[DONE]"), "refused"),
        (whole(None, refusal="No"), "refused"),
        (events(piece("  \n"), piece(finish="stop"), "[DONE]"), "empty"),
        (whole(""), "empty"),
        (events({"error": {"message": "overloaded"}}), "broken"),
        (sending('{"error": "no such model"}'), "broken"),
    ],
)
def test_refusals_and_nothing(speaker, answer, code):
    speaker.answer = answer
    assert trouble(speaker) == code


def test_too_long(speaker):
    speaker.answer = streaming("word " * MOST_TEXT)
    assert trouble(speaker) == "large"
    speaker.answer = whole("x" * (MOST_TEXT + 1))
    assert trouble(speaker) == "large"


def test_a_huge_answer_is_not_read_to_its_end(speaker):
    sent = []

    def answer(handler, _body):
        head(handler, kind="application/json")
        for _part in range(200):
            handler.wfile.write(b"x" * 65_536)
            sent.append(65_536)

    speaker.answer = answer
    assert trouble(speaker) == "large"
    assert sum(sent) < 12 * 1024 * 1024


def test_an_endless_stream_of_comments(speaker):
    def answer(handler, _body):
        head(handler)
        while True:
            handler.wfile.write(b": still here\n" * 1000)

    speaker.answer = answer
    assert trouble(speaker) == "large"


@pytest.mark.parametrize("when", ["before", "between"])
def test_slow(speaker, when):
    def answer(handler, _body):
        if when == "between":
            head(handler)
            event(handler, piece("One"))
        time.sleep(3)

    speaker.answer = answer
    assert trouble(speaker, seconds=1) == "slow"


def test_dripping(speaker):
    def answer(handler, _body):
        head(handler)
        while True:
            handler.wfile.write(b":")
            time.sleep(0.05)

    speaker.answer = answer
    assert trouble(speaker, seconds=1) == "slow"


def test_reset_half_way(speaker):
    def answer(handler, _body):
        head(handler)
        event(handler, piece("Half of"))
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()

    speaker.answer = answer
    assert trouble(speaker) == "gone"


def test_ended_half_way(speaker):
    speaker.answer = streaming("Half of a sen", finish=None, usage=None, done=False)
    assert trouble(speaker) == "gone"


def test_less_than_announced(speaker):
    speaker.answer = sending('{"choices": [{"message": {"content": "Half', Content_Length="5000")
    assert trouble(speaker) == "gone"


def test_nobody_there(speaker, settings):
    settings.ASSISTANT_URLS = ["http://127.0.0.1:9"]
    assert trouble(speaker, endpoint="http://127.0.0.1:9/v1") == "gone"


def test_to_stop_hangs_up(speaker):
    ended = []

    def answer(handler, _body):
        head(handler)
        try:
            for _word in range(500):
                event(handler, piece("word "))
                time.sleep(0.01)
        except OSError:
            ended.append(True)

    speaker.answer = answer
    growing = ask(question(speaker))
    next(growing)
    growing.close()
    for _turn in range(300):
        if ended:
            break
        time.sleep(0.02)
    assert ended


@pytest.mark.parametrize("usage", [{}, {"prompt_tokens": -1, "completion_tokens": 2}, {"prompt_tokens": "x"}, None, 7,
                                   {"prompt_tokens": 10**12, "completion_tokens": 1}])  # fmt: skip
def test_counts_that_cannot_be_are_not_believed(speaker, usage):
    speaker.answer = events(piece("Fine", finish="stop") | {"usage": usage}, "[DONE]")
    assert answered(speaker) == ("Fine", None, "stop")


# --- where it may lead -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:9", "https://127.0.0.1", "http://api.example.com", "https://api.example.com:8443/v1", "ftp://x",
     "https://api.example.com@evil.example/v1", "https://evil.example/v1", "https://API.example.com/v1?x=1", "", "https://",
     "https://api.example.com/v1#x", "https://api.example.com\\@evil.example/", "file:///etc/passwd", "https://[::1/",
     "https://api.example.com/v 1"],
)  # fmt: skip
def test_only_what_the_environment_lists(settings, url):
    settings.ASSISTANT_URLS = ["https://api.example.com"]
    with pytest.raises(Refused):
        address_of(url)


def test_how_an_endpoint_is_read(settings):
    settings.ASSISTANT_URLS = ["https://api.example.com", "https://b.example:8443", "http://127.0.0.1:11434"]
    assert address_of("https://api.example.com/v1/").url == "https://api.example.com/v1/chat/completions"
    assert address_of("https://b.example:8443").url == "https://b.example:8443/chat/completions"
    assert address_of("http://127.0.0.1:11434/v1").port == 11434


def test_http_elsewhere_is_refused_even_when_listed(settings):
    settings.ASSISTANT_URLS = ["http://api.example.com"]
    with pytest.raises(Refused):
        address_of("http://api.example.com")


@pytest.mark.parametrize(
    "number", ["127.0.0.1", "10.0.0.7", "192.168.1.1", "169.254.169.254", "::1", "fd00::1", "::ffff:127.0.0.1"]
)
def test_a_name_that_leads_inside_is_not_asked(speaker, settings, monkeypatch, number):
    connected = []
    own = Caller("test", lambda *_args: [number], lambda *args: connected.append(args))
    monkeypatch.setattr(endpoint, "caller", own)
    settings.ASSISTANT_URLS = ["https://api.example.com"]
    assert trouble(speaker, endpoint="https://api.example.com/v1") == "off"
    assert not connected


def test_what_is_listed_as_this_machine_leads_nowhere_else(speaker, settings, monkeypatch):
    monkeypatch.setattr(endpoint, "caller", Caller("test", lambda *_args: ["93.184.216.34"], lambda *_args: 1 / 0))
    settings.ASSISTANT_URLS = ["http://localhost:11434"]
    assert trouble(speaker, endpoint="http://localhost:11434/v1") == "off"


def test_the_key_is_in_no_log(speaker, caplog, settings):
    caplog.set_level(logging.DEBUG)
    for answer in (
        sending(json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}"}}), 401),
        sending(f"no {KEY}", 500, kind="text/plain"),
        sending("{"),
        events({"error": KEY}),
    ):
        speaker.answer = answer
        with pytest.raises(Trouble) as caught:
            list(ask(question(speaker)))
        assert KEY not in repr(caught.value)
    assert KEY not in caplog.text


def test_tokens_are_counted_rather_too_high():
    assert tokens_of("") == 0
    assert tokens_of("abcd") == 2
    assert tokens_of("ä" * 3) == 2
