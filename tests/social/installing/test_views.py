"""The site as an app."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings as site
from django.contrib.sessions.models import Session
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.utils.html import escape
from PIL import Image

from metya.members import preferences
from metya.wallets.models import Member
from social.installing import dropping, views
from social.posts.models import Post, PostImage

pytestmark = pytest.mark.django_db
ROOT = Path(views.__file__).resolve().parents[2]


@override_settings(COMMUNITY_NAME="Harbour <town>")
def test_the_manifest(client):
    response = client.get("/manifest.webmanifest")
    assert response["Content-Type"] == "application/manifest+json"
    found = response.json()
    assert found["name"] == "Harbour <town>" and found["display"] == "standalone" and found["scope"] == "/"
    base = (ROOT / "templates/base.html").read_text()
    assert f'light)" content="{found["theme_color"]}"' in base
    assert f'dark)" content="{found["color_scheme_dark"]["theme_color"]}"' in base
    assert {(icon["sizes"], icon["purpose"]) for icon in found["icons"]} == {
        ("192x192", "any"), ("512x512", "any"), ("512x512", "maskable"),
    }  # fmt: skip
    for icon in found["icons"]:
        file = finders.find(icon["src"].removeprefix("/static/"))
        with Image.open(file) as image:
            assert image.format == "PNG" and f"{image.width}x{image.height}" == icon["sizes"]
    assert [one["url"] for one in found["shortcuts"]] == ["/posts/new/", "/notifications/"]
    target = found["share_target"]
    assert (target["action"], target["method"], target["enctype"]) == (
        "/share/received/",
        "POST",
        "multipart/form-data",
    )
    accepted = ",".join(target["params"]["files"][0]["accept"])
    composer = (ROOT / "templates/social/posts/_composer.html").read_text()
    assert set(accepted.split(",")) == set(re.search(r'accept="([^"]+)" data-picture', composer)[1].split(","))
    assert '<link rel="manifest" href="/manifest.webmanifest">' in Client().get("/help/").content.decode()


def test_the_worker_is_served_for_the_whole_site_and_checked_each_time(client):
    response = client.get("/sw.js")
    assert response["Content-Type"].startswith("text/javascript") and response["Cache-Control"] == "no-cache"
    assert "worker-src 'self'" in response["Content-Security-Policy"]
    kept = json.loads(re.match(r"self\.KEPT = (.*);\n", response.content.decode())[1])
    assert kept["page"] == "/offline/?language=en" and kept["under"] == "/static/"
    assert kept["receive"] == "/share/received/" and kept["share"] == "/share/"
    assert all(path.startswith("/static/") and finders.find(path.removeprefix("/static/")) for path in kept["files"])
    # All that the page without a connection needs is among them.
    needed = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', client.get("/offline/").content.decode()))
    assert needed == set(kept["files"])


def test_other_files_make_another_version():
    versions = {
        re.search(r'"version": "(\w+)"', views._worker("en", *files))[1] for files in (("/a.1.css",), ("/a.2.css",))
    }
    assert len(versions) == 2


def test_the_page_without_a_connection_knows_nobody(alice, as_member):
    page = Client().get("/offline/")
    assert as_member(alice).get("/offline/").content == page.content and b"lice" not in page.content
    assert "What still works" in page.content.decode() and not page.cookies


def test_the_page_without_a_connection_is_kept_in_the_language_of_its_reader(alice, as_member):
    preferences.set_language(actor=alice, language="de")
    worker = as_member(alice).get("/sw.js").content.decode()
    kept = json.loads(re.match(r"self\.KEPT = (.*);\n", worker)[1])
    # The worker fetches it without the member's cookies.
    page = Client(HTTP_ACCEPT_LANGUAGE="en").get(kept["page"])
    assert "Keine Verbindung" in page.content.decode() and '<html lang="de"' in page.content.decode()
    assert "No connection" in Client().get("/offline/?language=xx").content.decode()
    assert kept["version"] not in Client().get("/sw.js").content.decode()
    assert Client(HTTP_ACCEPT_LANGUAGE="de").get("/manifest.webmanifest").json()["lang"] == "de"


def test_a_newcomer_gets_them_too(client):
    client.force_login(Member.objects.create(handle="new_0123456789ab"))
    for path in ("/sw.js", "/manifest.webmanifest", "/offline/"):
        assert client.get(path).status_code == 200, path


def test_what_is_shared_stands_in_the_composer_and_is_not_posted(alice, as_member):
    client = as_member(alice)
    given = {"title": "A page", "text": 'Look "at" <this>', "url": "https://example.org/?a=1&b=2"}
    response = client.get("/share/", given, follow=True)
    assert response.redirect_chain[0][0].startswith("/posts/new/?text=")
    text = 'A page\nLook "at" <this>\nhttps://example.org/?a=1&b=2'
    assert f">{escape(text)}</textarea>" in response.content.decode()
    assert not Post.objects.exists()
    # The next composer is empty: nothing of it stays in the parts that are made once for all.
    assert "Look" not in client.get("/posts/new/").content.decode()


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({}, ""),
        ({"title": "x", "text": "x https://a.example/", "url": "https://a.example/"}, "x https://a.example/"),
        ({"text": "a\x00b"}, "ab"),
        ({"text": "y" * 9000}, "y" * 2000),
        ({"title": "  ", "url": "javascript:alert(1)"}, "javascript:alert(1)"),
    ],
)
def test_odd_things_are_shared(alice, as_member, given, text):
    response = as_member(alice).get("/share/", given, follow=True)
    assert response.status_code == 200 and f">{escape(text)}</textarea>" in response.content.decode()


def test_signed_out_it_waits_for_the_sign_in():
    response = Client().get("/share/", {"text": "keep & this"})
    assert response.status_code == 302 and response["Location"].startswith("/sign-in/?next=/share/")
    assert "keep" in response["Location"]


def test_what_is_too_long_for_an_address_is_shortened(alice, as_member):
    client = as_member(alice)
    response = client.get("/share/", {"text": "\N{GRINNING FACE}" * 2000})
    assert 7_000 < len(response["Location"]) < 8_500 and client.get(response["Location"]).status_code == 200
    posted = Client().post("/share/received/", dict.fromkeys(("title", "text", "url"), "😀" * 2000))
    assert posted.status_code == 302 and len(posted["Location"]) < 16_000


def files_in(folder):
    return sorted(path for path in Path(folder).rglob("*") if path.is_file())


class TestPostedWithoutAWorker:
    """Nobody answered on the device: the server gets a form without a token, from anybody."""

    @pytest.fixture(autouse=True)
    def folder(self, settings, tmp_path):
        settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
        return tmp_path

    def test_the_words_are_kept_and_the_pictures_are_said_to_be_lost(self, alice, folder):
        client = Client(enforce_csrf_checks=True)
        client.force_login(alice)
        before = files_in(site.DATA_DIR)
        big = SimpleUploadedFile("a.png", b"x" * 3_000_000, "image/png")
        given = {"title": "A page", "text": "Look", "url": "", "pictures": [big, SimpleUploadedFile("b.png", b"y")]}
        response = client.post("/share/received/", given, follow=True)
        page = response.content.decode()
        assert [status for _url, status in response.redirect_chain] == [302, 302]
        assert ">A page\nLook</textarea>" in page and "The pictures could not be taken over" in page
        assert "compose-shared" not in page
        assert not Post.objects.exists() and not PostImage.objects.exists()
        assert files_in(site.DATA_DIR) == before and not files_in(folder)

    def test_words_alone_lose_nothing(self, alice):
        client = Client(enforce_csrf_checks=True)
        client.force_login(alice)
        page = client.post("/share/received/", {"text": "a\x00b"}, follow=True).content.decode()
        assert ">ab</textarea>" in page and "could not be taken over" not in page

    def test_a_visitor_signs_in_first_and_keeps_the_words(self):
        client = Client(enforce_csrf_checks=True)
        response = client.post("/share/received/", {"text": "keep this", "pictures": SimpleUploadedFile("a.png", b"x")})
        assert response["Location"] == "/share/?text=keep+this&pictures=lost"
        assert not client.cookies and not Session.objects.exists()
        onward = client.get(response["Location"])
        assert onward.status_code == 302 and onward["Location"].startswith("/sign-in/?next=/share/")

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (b"", "multipart/form-data; boundary=x"),
            (b"nonsense", "multipart/form-data; boundary=x"),
            (b"nonsense", "text/plain"),
            (b"text=a%FFb", "application/x-www-form-urlencoded"),
            (b"nonsense", "multipart/form-data"),
        ],
    )
    def test_nonsense(self, alice, body, kind):
        client = Client()
        client.force_login(alice)
        assert client.post("/share/received/", body, content_type=kind).status_code in (302, 400)

    def test_a_huge_body_is_not_read(self):
        huge = SimpleUploadedFile("a.png", b"x" * (dropping.MOST_BYTES + 1), "image/png")
        response = Client().post("/share/received/", {"text": "first", "pictures": huge})
        assert response["Location"] == "/share/?text=first&pictures=lost"

    def test_other_verbs(self):
        assert Client().get("/share/received/")["Location"] == "/share/"
        assert Client().put("/share/received/").status_code == 405


@pytest.mark.parametrize(
    ("site_said", "taken"),
    [("none", True), ("same-origin", True), ("cross-site", False), ("same-site", False), (None, False)],
)
def test_waiting_pictures_are_taken_unless_another_site_led_here(alice, as_member, site_said, taken):
    client = as_member(alice)
    told = {"headers": {"Sec-Fetch-Site": site_said}} if site_said else {}
    response = client.get("/share/", {"text": "with it", "pictures": "wait"}, **told)
    assert ("pictures=wait" in response["Location"]) is taken
    page = client.get("/posts/new/?text=with+it&pictures=wait", **told).content.decode()
    assert ("js/compose-shared" in page) is taken and ">with it</textarea>" in page
