"""Who is signed out while they write comes back to where they wrote."""

import pytest

HTMX = {"HX-Request": "true"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("came_from", "target"),
    [
        ("http://testserver/posts/new/?in_reply_to=4", "/posts/new/%3Fin_reply_to%3D4"),
        ("http://testserver/", "/"),
        ("http://evil.example/posts/new/", "/"),
        ("http://testserver//evil.example/", "/"),
        ("javascript://testserver/%0aalert(1)", "/"),
        ("", "/"),
    ],
)
def test_what_was_posted_leads_back_to_its_page(client, came_from, target):
    plain = client.post("/posts/", {"text": "x"}, headers={"Referer": came_from})
    lively = client.post("/posts/", {"text": "x"}, headers=HTMX | {"HX-Current-URL": came_from})
    fragment = client.get("/people/suggested/", headers=HTMX | {"HX-Current-URL": came_from})
    for answer in (plain, lively):
        assert answer["Location"] == f"/sign-in/?next={target}"
    assert fragment.status_code in (302, 404)


@pytest.mark.django_db
def test_a_page_leads_back_to_itself(client):
    assert client.get("/bookmarks/?before=3")["Location"] == "/sign-in/?next=/bookmarks/%3Fbefore%3D3"
