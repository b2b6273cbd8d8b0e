"""Text and HTML for other places."""

from social.sharing.words import html_elsewhere, plain


def test_cut_as_people_count():
    family = "👨‍👩‍👧"
    assert plain(family * 200) == family * 200
    assert plain(family * 201) == family * 199 + "…"
    assert plain("a\n\n b\tc ") == "a b c" and plain("x" * 5, 5) == "x" * 5
    assert len(plain("a" + "\u0301" * 100_000)) < 10_000


def test_only_links_within_tags_change():
    html = '<p>href="/x" <a class="tag" href="/tags/x/">#x</a> <a href="https://a.example/" rel="nofollow">a</a></p>'
    found = html_elsewhere(html)
    assert found.startswith('<p>href="/x" <a class="tag" href="http://testserver/tags/x/">')
    assert '<a href="https://a.example/"' in found
