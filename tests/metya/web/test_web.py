"""Small parts that every view leans on."""

import gzip

import pytest
from django.core.cache import cache
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from metya.web import http, paging, ratelimit
from metya.web.errors import ActionError, TooMany
from metya.web.middleware import LightGzipMiddleware


@pytest.mark.parametrize(
    "candidate",
    [
        None, "", "https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "///evil.example",
        "\\\\evil.example", "http:evil.example", "/\t/evil.example", "evil.example", " //evil.example", "/%0d%0a//evil.example\n",
    ],
)  # fmt: skip
def test_local_path_keeps_to_the_site(candidate):
    assert http.local_path(candidate, "/home/") == "/home/" or (candidate or "").startswith("/%0d")


def test_local_path_lets_pages_through():
    assert http.local_path("/posts/1/?a=b#c") == "/posts/1/?a=b#c"


@pytest.mark.parametrize("raw", ["-1", "1.5", "x", "９", "1" * 19, "0x1"])
def test_a_damaged_cursor_is_refused(raw):
    with pytest.raises(ActionError) as refused:
        paging.cursor_from(raw)
    assert refused.value.status == 400


def test_limit_counts_and_names_the_wait():
    cache.clear()
    for _ in range(3):
        ratelimit.limit("test", "a", most=3, seconds=60)
    ratelimit.limit("test", "b", most=3, seconds=60)
    with pytest.raises(TooMany) as refused:
        ratelimit.limit("test", "a", most=3, seconds=60)
    assert 0 < refused.value.data["retry_after"] <= 60


def test_a_forged_forwarded_header_does_not_move_the_address(settings):
    request = RequestFactory().get("/", HTTP_X_FORWARDED_FOR="6.6.6.6, 1.2.3.4", REMOTE_ADDR="10.0.0.1")
    settings.TRUSTED_PROXIES = 0
    assert ratelimit.client_address(request) == "10.0.0.1"
    settings.TRUSTED_PROXIES = 1
    assert ratelimit.client_address(request) == "1.2.3.4"
    settings.TRUSTED_PROXIES = 2
    assert ratelimit.client_address(request) == "6.6.6.6"
    settings.TRUSTED_PROXIES = 3
    assert ratelimit.client_address(request) == "10.0.0.1"


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"1", b"\xff", b"null"])
def test_read_json_refuses_all_but_objects(body):
    request = RequestFactory().post("/", data=body, content_type="application/json")
    with pytest.raises(ActionError) as refused:
        http.read_json(request)
    assert refused.value.status == 400


def test_read_json_refuses_a_large_body():
    request = RequestFactory().post("/", data=b'"' + b"a" * 9000 + b'"', content_type="application/json")
    with pytest.raises(ActionError) as refused:
        http.read_json(request)
    assert refused.value.status == 413


PAGE = "<p>häuser </p>" * 200


def _answered(response, accepted="gzip, br"):
    return LightGzipMiddleware(lambda _request: response)(RequestFactory().get("/", HTTP_ACCEPT_ENCODING=accepted))


def test_a_page_is_compressed_for_those_who_take_it():
    found = _answered(HttpResponse(PAGE, headers={"ETag": '"a"'}))
    assert gzip.decompress(found.content).decode() == PAGE and len(found.content) < 400
    assert (found["Content-Encoding"], found["Vary"], found["ETag"]) == ("gzip", "Accept-Encoding", 'W/"a"')
    assert found["Content-Length"] == str(len(found.content))
    plain = _answered(HttpResponse(PAGE), "br")
    assert plain.content.decode() == PAGE and "Content-Encoding" not in plain and plain["Vary"] == "Accept-Encoding"


def test_the_length_of_a_compressed_page_tells_nothing_exact():
    assert len({len(_answered(HttpResponse(PAGE)).content) for _ in range(40)}) > 5


def test_what_is_small_packed_or_streamed_is_left_alone():
    assert "Content-Encoding" not in _answered(HttpResponse("short"))
    assert _answered(HttpResponse(PAGE, headers={"Content-Encoding": "br"})).content.decode() == PAGE
    noise = bytes(range(256))
    assert _answered(HttpResponse(noise)).content == noise
    streamed = _answered(StreamingHttpResponse(iter([PAGE.encode()])))
    assert gzip.decompress(b"".join(streamed)).decode() == PAGE


def test_the_address_of_a_form_is_no_empty_window(as_member, alice):
    client = as_member(alice)
    page = client.get("/settings/rewards/")
    assert page.status_code == 405 and page["Allow"] == "POST"
    assert "There is no page here" in page.content.decode() and "<html" in page.content.decode()
    for headers in ({"HX-Request": "true"}, {"Accept": "application/json"}):
        bare = client.get("/settings/rewards/", headers=headers)
        assert (bare.status_code, bare.content) == (405, b"")
    assert client.put("/settings/rewards/").content == b""
