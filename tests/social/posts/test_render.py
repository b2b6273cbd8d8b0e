"""From text to safe HTML."""

import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from social.posts.render import MAX_MENTIONS, MAX_TAGS, mentioned_in, render

MEMBERS = {"alice", "bob", "x_1"}


def known(handles):
    return MEMBERS & set(handles)


def html(text: str) -> str:
    return render(text, known).html


class Tags(HTMLParser):
    """Collects every element with its attributes."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict]] = []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def links(text: str) -> list[str]:
    return [attrs["href"] for tag, attrs in Tags(html(text)).found if tag == "a"]


def test_paragraphs_and_lines():
    assert html("a\nb\n\nc") == '<p dir="auto">a<br>b</p><p dir="auto">c</p>'


def test_text_is_text():
    assert html("<b>1 < 2 & 3</b> \"'") == '<p dir="auto">&lt;b&gt;1 &lt; 2 &amp; 3&lt;/b&gt; "\'</p>'


def test_text_around_links_is_text():
    text = "<b>1</b> @alice <i>2</i> #tag <u>3</u> https://example.com/ <s>4"
    assert [tag for tag, _ in Tags(html(text)).found] == ["p", "a", "a", "a"]
    assert all(f"&lt;{tag}&gt;" in html(text) for tag in ("b", "i", "u", "s"))


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("see https://example.com/a?b=1&c=2#d.", "https://example.com/a?b=1&c=2#d"),
        ("(http://example.com)", "http://example.com"),
        ("www.example.org/x", "https://www.example.org/x"),
        ("https://en.wikipedia.org/wiki/Foo_(bar)", "https://en.wikipedia.org/wiki/Foo_(bar)"),
        ("HTTPS://EXAMPLE.com/Path", "https://example.com/Path"),
        ("https://example.com:8443/x", "https://example.com:8443/x"),
        ("https://аррӏе.com/", "https://xn--80ak6aa92e.com/"),
        ("https://example.com/ü", "https://example.com/%C3%BC"),
    ],
)
def test_links(text, href):
    assert links(text) == [href]


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)", "JavaScript://example.com/%0aalert(1)", "data:text/html,<script>", "ftp://example.com",
        "mailto:a@example.com", "a@example.com", "//example.com", "main.py", "file:///etc/passwd", "http://localhost/",
        "https://bank.com@evil.com/", "https://user:pw@evil.com/", "vbscript:x", "http://", "http://[::1]/",
        "http://example.com:999999/",
    ],
)  # fmt: skip
def test_what_is_no_link(text):
    assert links(text) == []


def test_links_pass_nothing_on_and_show_the_host():
    link = Tags(html("https://www.example.com/" + "a" * 200)).found[1][1]
    assert link["rel"] == "nofollow ugc noopener"
    assert link["title"] == link["href"]
    assert "example.com/aaaa" in html("https://www.example.com/" + "a" * 200)
    assert "…</a>" in html("https://www.example.com/" + "a" * 200)


def test_a_look_alike_host_is_shown_for_what_it_is():
    assert ">xn--80ak6aa92e.com</a>" in html("https://аррӏе.com/")


def test_mentions_of_members_only():
    found = render("@alice, @BOB! (@x_1) @nobody", known)
    assert found.handles == ("alice", "bob", "x_1")
    assert links("@alice @BOB @nobody") == ["/@alice/", "/@bob/"]
    assert ">@BOB</a>" in found.html


@pytest.mark.parametrize(
    "text", ["me@alice", "x@alice.com", "@alice@example.com", "/@alice", "@al", "https://example.com/@alice"]
)
def test_what_is_no_mention(text):
    assert render(text, known).handles == ()


def test_mentions_are_asked_for_once_and_bounded():
    asked = []

    def remember(handles):
        asked.append(handles)
        return set(handles)

    text = " ".join(f"@member{number:03}" for number in range(70))
    found = render(text, remember)
    assert len(asked) == 1 and len(found.handles) == MAX_MENTIONS == len(mentioned_in(text))
    assert len([tag for tag, _ in Tags(found.html).found if tag == "a"]) == MAX_MENTIONS


def test_hashtags():
    found = render("#Süß #1 #a1 (#c) a#b ##d #ΣΑΣ #می‌خواهم #東京 #_ #a", known)
    assert found.tags == ("süss", "a1", "c", "σασ", "میخواهم", "東京", "a")
    assert links("#Süß") == ["/tags/s%C3%BCss/"]


def test_a_hash_in_an_address_is_no_tag():
    found = render("https://example.com/page?x=1#frag https://example.com/?q=#tag", known)
    assert found.tags == ()


def test_hashtags_are_bounded():
    assert len(render(" ".join(f"#t{number}" for number in range(100)), known).tags) == MAX_TAGS
    assert render("#" + "a" * 51, known).tags == ()


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg onload=alert(1)>',
        "<a href=javascript:alert(1)>x</a>",
        'https://example.com/"onmouseover="alert(1)', "https://example.com/'><script>", "@alice<script>", "#tag\"onclick=x",
        "<iframe srcdoc='<script>'>", "<style>*{}</style>", "<math><mi//xlink:href='data:x,<script>'>", "&lt;script&gt;",
        "https://example.com/<img src=x>", "<p dir=auto onclick=x>", "<a class=mention href=//evil.com>x</a>",
    ],
)  # fmt: skip
def test_nothing_dangerous_comes_out(text):
    harmless(html(text))


@given(st.text(alphabet=st.sampled_from("ab<>&\"'=/:@#.\n %?()javscript:httpwonerx"), max_size=120))
def test_whatever_is_written_stays_harmless(text):
    harmless(html(text))


def harmless(source: str) -> None:
    for tag, attrs in Tags(source).found:
        assert tag in ("p", "br", "a")
        assert set(attrs) <= {"href", "rel", "title", "class", "dir"}
        href = attrs.get("href", "/@")
        assert href.startswith(("http://", "https://", "/@", "/tags/"))
        if href.startswith("http"):
            assert attrs["rel"] == "nofollow ugc noopener"


@pytest.mark.parametrize(
    "bomb", ["www.", "http://", "@a", "#a", "a.b.", "http://a.b/(", "//", "http://a.bc/?#", "@", "#", "(((((["]
)
def test_nothing_takes_long(bomb):
    started = time.process_time()
    html((bomb * 8000)[:8000])
    # A generous bound against exponential work, not a measurement.
    assert time.process_time() - started < 5
