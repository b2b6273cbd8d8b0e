"""What is read from a page, and how much of a malicious one."""

import time

import pytest

from social.previews.pages import MAX_DESCRIPTION, MAX_TITLE, Page, read_page, tidy


def page(html: str | bytes, charset: str = "utf-8") -> Page:
    return read_page(html.encode() if isinstance(html, str) else html, charset, "https://example.org/a/b")


def test_open_graph_comes_first():
    found = page(
        """<html><head><title>Plain</title><meta name="description" content="plain">
        <meta property="og:title" content="Seven springs"><meta name="twitter:title" content="Tweet">
        <meta property="og:description" content="A walk &amp; a map"><meta property="og:site_name" content="Ridge">
        <meta property="og:image" content="../p.png?a=1&amp;b=2"><meta property="og:title" content="Second"></head>"""
    )
    assert found == Page("Seven springs", "A walk & a map", "Ridge", "https://example.org/p.png?a=1&b=2")


def test_without_it_the_rest():
    assert page("<TITLE>\n Seven\n springs </TITLE><META NAME=Description CONTENT='A walk'>").title == "Seven springs"
    assert page('<meta name="twitter:title" content="Tweet"><title>Plain</title>').title == "Tweet"
    assert page('<meta property="og:title" content="  "><title>Plain</title>').title == "Plain"
    assert page("<svg><title>a</title></svg>").title == "a" and page("") == page("<p>nothing") == Page()
    assert page("<script>var x = '<title>no</title>'</script><title>yes</title>").title == "yes"


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("a\u202eb\u2066c\x00d\x07e", "a b c d e"),
        ("<b>x</b>", "<b>x</b>"),
        ("e\u0301" + "\u0301" * 50, "é" + "\u0301" * 4),
        ("x" + "\u200b" * 40 + "y", "x" + "\u200b" * 8 + "y"),
        ("\u2800 \u3164\u200b", ""),
        ("—", ""),
        ("\ud800x", "x"),
        ("👩‍👩‍👧 ok", "👩‍👩‍👧 ok"),
    ],
)
def test_texts_are_tidy(raw, clean):
    assert tidy(raw, 100) == clean


def test_long_texts_end():
    assert len(tidy("word " * 5_000, MAX_TITLE)) <= MAX_TITLE and tidy("x" * 300, MAX_TITLE).endswith("…")
    found = page(f"<title>{'é' * 9_000}</title><meta name=description content='{'x' * 9_000}'>")
    assert len(found.title) == MAX_TITLE and len(found.description) == MAX_DESCRIPTION


@pytest.mark.parametrize(
    ("body", "charset", "title"),
    [
        ("<title>größer</title>".encode("latin-1"), "iso-8859-1", "größer"),
        (b'<meta charset="windows-1251"><title>' + "мир".encode("cp1251") + b"</title>", "", "мир"),
        ("<title>日本</title>".encode("shift_jis"), "Shift_JIS", "日本"),
        ("\ufeff<title>mark</title>".encode("utf-16"), "utf-8", "mark"),
        ("<title>é</title>".encode(), "punycode", "é"),
        ("<title>é</title>".encode(), "unicode_escape", "é"),
        ("<title>é</title>".encode(), "hex", "é"),
        ("<title>é</title>".encode(), "\x00nonsense", "é"),
        (b"<title>\xff\xfeok</title>", "utf-8", "\ufffd\ufffdok"),
    ],
)
def test_encodings(body, charset, title):
    assert page(body, charset).title == title


MALICE = [
    "<", "<a", "<!--", "<!", "<![", "<![CDATA[", "<?", "</", "</a", "&", "&#", "<a b=", "<a b='", '<a b="', "<title>",
    "<script>", "<script></", "<meta a=b>", "<meta content=", "<a/", "<a " + "b " * 50, "\x00", "<title><!--", "<style></s",
    "<!DOCTYPE [", "<a b=c d",
]  # fmt: skip


@pytest.mark.parametrize("piece", MALICE)
def test_half_a_megabyte_of_malice_is_read_in_time(piece):
    start = time.process_time()
    page((piece * (512 * 1024 // len(piece)))[: 512 * 1024])
    assert time.process_time() - start < 5


def test_pictures_may_have_any_address_here():
    for address in ("javascript:alert(1)", "//other.example.net/x.png", "http://[bad", "data:image/png;base64,xx"):
        assert isinstance(page(f'<title>x</title><meta property="og:image" content="{address}">').picture, str)
