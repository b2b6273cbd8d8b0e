"""Where this machine goes for a page, and for how long."""

import time
import tracemalloc

import pytest
from django.conf import settings

from social.outgoing import fetching
from social.outgoing.addresses import Refused, is_public, read
from social.outgoing.fetching import Failed, Wanted
from social.previews import actions as previews
from social.push import sending
from tests.social.outgoing.conftest import PUBLIC, bomb, drip, drip_headers

PAGE = Wanted({"text/html"}, 64 * 1024, cut=True)
PICTURE = Wanted({"image/png"}, 64 * 1024)


def get(web, url, wanted=PAGE, seconds=5.0):
    return web.fetcher.get(url, wanted, time.monotonic() + seconds)


NOT_PUBLIC = """
    127.0.0.1 127.8.9.1 0.0.0.0 0.1.2.3 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 100.127.255.255
    192.0.0.1 192.0.0.9 192.0.0.170 192.0.2.1 192.88.99.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1
    239.255.255.250 240.0.0.1 255.255.255.255 :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:93.184.216.34 ::ffff:0:127.0.0.1
    64:ff9b::7f00:1 64:ff9b::5db8:d822 64:ff9b:1::a00:1 100::1 2001::1 2001:0:5ef5:79fb:0:0:0:1 2001:20::1 2001:db8::1
    2002:7f00:1:: 2002:5db8:d822::1 3fff::1 fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1 ff0e::1 5f00::1
    2606:2800:220:1::1%1 localhost 2130706433 127.1 0x7f.0.0.1 0177.0.0.1 93.184.216.034
"""


@pytest.mark.parametrize(
    "number",
    NOT_PUBLIC.split(),
)
def test_numbers_that_are_not_of_the_public_internet(number):
    assert not is_public(number)


@pytest.mark.parametrize("number", [PUBLIC, "1.1.1.1", "2606:2800:220:1:248:1893:25c8:1946", "2a00:1450:4001::1"])
def test_numbers_of_the_public_internet(number):
    assert is_public(number)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "javascript:alert(1)", "//example.org/", "",
        "http://", "http:///x", "http://example.org:22/", "http://example.org:443/", "https://example.org:80/",
        "http://example.org:8080/", "http://example.org:0/", "http://example.org:99999/", "http://example.org:x/",
        "http://user@example.org/", "http://user:word@example.org/", "http://example.org@127.0.0.1/", "http://@example.org/",
        "http://127.0.0.1/", "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://0177.0.0.1/",
        "http://127.1/", "http://127.0.0.1./", "http://93.184.216.34/", "http://[::1]/", "http://[::ffff:127.0.0.1]/",
        "http://[fe80::1%25eth0]/", "http://１２７.0.0.1/", "http://127。0。0。1/", "http://localhost/", "http://localhost./",
        "http://a.localhost/", "http://example.org./", "http://example..org/", "http://.example.org/", "http://redis/",
        "http://printer.local/", "http://metadata.google.internal/", "http://x.onion/", "http://1.0.0.127.in-addr.arpa/",
        "http://example.org\\@127.0.0.1/", "http://exa mple.org/", "http://example.org/\r\nHost: x", "http://example.org\t/",
        "http://-example.org/", f"http://example.org/{'x' * 2000}", f"http://{'a' * 64}.org/", "http://example.0x7f/",
    ],
)  # fmt: skip
def test_addresses_that_are_not_asked(url, web):
    with pytest.raises(Refused):
        read(url)
    with pytest.raises(Failed) as error:
        get(web, url)
    assert error.value.lasting and not web.connected


def test_one_spelling_of_an_address():
    assert read("HTTP://EXAMPLE.org").url == read("http://example.org:80/#part").url == "http://example.org/"
    assert read("https://Bücher.example.org/ä?q=ü").url == "https://xn--bcher-kva.example.org/%C3%A4?q=%C3%BC"


def test_a_page_is_asked_plainly_at_the_number_that_was_judged(web):
    web.put("http://example.org/a?b=c", "<title>Hello</title>", Set_Cookie="a=b")
    found = get(web, "http://example.org/a?b=c")
    assert (found.body, found.kind, found.charset) == (b"<title>Hello</title>", "text/html", "utf-8")
    get(web, "http://example.org/a?b=c")
    assert web.connected == [(PUBLIC, 80)] * 2
    sent = {name.lower() for name in web.headers[1]}
    assert sent == {"host", "user-agent", "accept", "accept-encoding", "connection"}


def test_whoever_is_asked_or_told_reads_what_for(web):
    web.put("http://example.org/", "<title>Hello</title>")
    get(web, "http://example.org/")
    web.fetcher.post("http://example.org/", {"TTL": "60"}, b"", time.monotonic() + 5)
    names = [{name.lower(): value for name, value in one.items()}["user-agent"] for one in web.headers]
    assert names == [f"Mozilla/5.0 (compatible; Metya test; +{settings.SITE_URL})"] * 2
    assert (previews.fetcher.name, sending.fetcher.name) == tuple(
        f"Mozilla/5.0 (compatible; Metya {purpose}; +{settings.SITE_URL})" for purpose in ("link preview", "web push")
    )


def test_a_name_is_resolved_once(web):
    """Whatever it means a moment later."""
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    web.numbers["example.org"] = lambda: next(answers)
    web.put("http://example.org/", "<title>Hello</title>")
    get(web, "http://example.org/")
    assert web.connected == [(PUBLIC, 80)]
    with pytest.raises(Failed) as error:
        get(web, "http://example.org/")
    assert error.value.lasting and len(web.connected) == 1


@pytest.mark.parametrize(
    "bad", ["127.0.0.1", "::1", "10.0.0.5", "169.254.169.254", "::ffff:10.0.0.5", "64:ff9b::a00:5"]
)
def test_one_bad_number_among_good_ones_is_enough(web, bad):
    web.numbers["example.org"] = [PUBLIC, bad]
    with pytest.raises(Failed, match="refused"):
        get(web, "http://example.org/")
    assert not web.connected


def test_redirects_are_judged_like_the_first_address(web):
    web.numbers["inside.example.net"] = ["10.0.0.1"]
    for where in (
        "http://127.0.0.1/", "http://inside.example.net/", "file:///etc/passwd", "http://example.org:22/", "//localhost/",
        "http://a:b@example.org/", "http://0x7f.1/",
    ):  # fmt: skip
        web.put("http://example.org/", status=302, Location=where)
        with pytest.raises(Failed, match="refused"):
            get(web, "http://example.org/")
    assert {number for number, _port in web.connected} == {PUBLIC}


def test_redirects_are_followed_three_times(web):
    web.put("http://example.org/0", status=301, Location="/1")
    web.put("http://example.org/1", status=307, Location="http://other.example.net/2")
    web.put("http://other.example.net/2", status=308, Location="/ä b".encode().decode("latin-1"))
    web.put("http://other.example.net/%C3%A4%20b", "<title>There</title>")
    assert get(web, "http://example.org/0").url == "http://other.example.net/%C3%A4%20b"
    web.put("http://example.org/00", status=303, Location="/0")
    with pytest.raises(Failed, match="redirects"):
        get(web, "http://example.org/00")


def test_over_tls_the_certificate_is_of_the_name(web):
    web.put("https://safe.example.net/", "<title>Safe</title>")
    assert get(web, "https://safe.example.net/").body == b"<title>Safe</title>"
    assert web.connected == [(PUBLIC, 443)] and web.asked == [("safe.example.net", "/")]
    with pytest.raises(Failed) as error:
        get(web, "https://other.example.net/")
    assert error.value.of_host and len(web.asked) == 1


@pytest.mark.parametrize("answer", [drip, drip_headers, lambda handler: time.sleep(3)])
def test_slow_answers_meet_the_deadline(web, answer):
    web.do("http://example.org/", answer)
    start = time.monotonic()
    with pytest.raises(Failed) as error:
        get(web, "http://example.org/", PICTURE if answer is None else Wanted({"text/html"}, 10**9), seconds=0.5)
    assert error.value.of_host and time.monotonic() - start < 2.5


def test_a_slow_resolver_is_left_behind(monkeypatch):
    monkeypatch.setattr(fetching.socket, "getaddrinfo", lambda *_args, **_kwargs: time.sleep(2) or [])
    start = time.monotonic()
    assert fetching.numbers_of("example.org", 80, 0.2) == [] and time.monotonic() - start < 1.5


def test_long_pages_are_cut_and_long_pictures_refused(web):
    web.put("http://example.org/", "<title>x</title>" + "y" * 200_000)
    assert len(get(web, "http://example.org/").body) == PAGE.most
    web.put("http://example.org/p", b"y" * 200_000, "image/png")
    with pytest.raises(Failed, match="large"):
        get(web, "http://example.org/p", PICTURE)


def test_a_bomb_is_never_unpacked_whole(web):
    web.put("http://example.org/", bomb(40_000_000), Content_Encoding="gzip")
    tracemalloc.start()
    assert len(get(web, "http://example.org/").body) == PAGE.most
    assert tracemalloc.get_traced_memory()[1] < 8_000_000
    tracemalloc.stop()
    for packed in ("br", "deflate", "gzip, gzip", "zstd"):
        web.put("http://example.org/", b"x", Content_Encoding=packed)
        with pytest.raises(Failed, match="packed"):
            get(web, "http://example.org/")
    web.put("http://example.org/", b"not gzip", Content_Encoding="gzip")
    with pytest.raises(Failed):
        get(web, "http://example.org/")


@pytest.mark.parametrize("kind", ["application/pdf", "image/svg+xml", "text/plain", "application/octet-stream", ""])
def test_other_kinds_are_not_read(web, kind):
    web.put("http://example.org/", "<title>x</title>", kind)
    with pytest.raises(Failed) as error:
        get(web, "http://example.org/")
    assert error.value.lasting and not error.value.of_host


@pytest.mark.parametrize(
    ("status", "lasting"), [(404, True), (401, True), (204, True), (304, True), (429, False), (503, False)]
)
def test_what_a_status_means(web, status, lasting):
    web.put("http://example.org/", "", status=status)
    with pytest.raises(Failed) as error:
        get(web, "http://example.org/")
    assert error.value.lasting == lasting and error.value.of_host != lasting


@pytest.mark.parametrize(
    "sent",
    [b"", b"\x00" * 500, b"SSH-2.0-x\r\n", b"HTTP/1.1 99999 x\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 500 + b"\r\n",
     b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"HTTP/1.1 302 x\r\nLocation: http://[\r\n\r\n",
     b"HTTP/1.1 200 OK\r\nA: " + b"b" * 70_000 + b"\r\n\r\n"],
)  # fmt: skip
def test_nonsense_is_a_failure_and_no_more(web, sent):
    web.do("http://example.org/", lambda handler: handler.wfile.write(sent))
    with pytest.raises(Failed):
        get(web, "http://example.org/")


def test_a_name_that_leads_nowhere(web):
    web.numbers["example.org"] = []
    with pytest.raises(Failed) as error:
        get(web, "http://example.org/")
    assert error.value.of_host and not error.value.lasting
