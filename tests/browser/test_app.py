"""The site as an app, on a desk and on a phone: what stays on the device, a lost connection, sharing, frames."""

import io
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, expect

from social.posts import actions as posts
from social.posts.models import Post
from tests.browser import axe

pytestmark = pytest.mark.browser
DESK = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "color_scheme": "dark"}
KEPT = """async () => {
  const found = {};
  for (const name of await caches.keys())
    found[name] = (await (await caches.open(name)).keys()).map((request) => new URL(request.url).pathname);
  return found;
}"""


def app_of(live_site, member, screen) -> BrowserContext:
    """A browser of the member in which the service worker is at work."""
    context = live_site.browser_of(member, service_workers="allow", **screen)
    page = context.new_page()
    page.goto("/help/")
    page.evaluate("caches.open('shell-older').then((kept) => kept.put('/help/', new Response('old')))")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.reload()
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.close()
    return context


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_nothing_that_was_read_is_kept_and_a_lost_connection_is_shown_and_ends(live_site, alice, bob, screen):
    post = posts.publish(actor=alice, text="For followers alone", visibility="followers")
    context = app_of(live_site, bob, screen)
    page = context.new_page()
    for path in (
        "/",
        f"/posts/{post.pk}/",
        "/notifications/",
        "/messages/",
        "/bookmarks/",
        "/settings/",
        "/@alice/",
        "/rewards/",
    ):
        page.goto(path)
        page.wait_for_load_state("networkidle")
    page.evaluate(f"fetch('/posts/counts/?ids={post.pk}').then((answer) => answer.text())")
    kept = page.evaluate(KEPT)
    assert len(kept) == 1 and "shell-older" not in kept
    (paths,) = kept.values()
    assert "/offline/" in paths and "/static/css/tokens.css" in paths
    assert all(path == "/offline/" or path.startswith("/static/") for path in paths), paths
    words = page.evaluate(
        "caches.match('/offline/', { ignoreVary: true, ignoreSearch: true }).then((found) => found.text())"
    )
    assert "@bob" not in words and "csrf" not in words

    context.set_offline(True)
    page.goto(f"/posts/{post.pk}/")
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    expect(page.get_by_text("What still works")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # Styled from what is kept, in the theme of the device.
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground not in ("rgba(0, 0, 0, 0)", "rgb(255, 255, 255)")
    assert not axe.findings(page)
    context.set_offline(False)
    expect(page.get_by_text("For followers alone")).to_be_visible()
    assert page.url.endswith(f"/posts/{post.pk}/")


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_what_another_app_shares_is_posted_by_the_member(live_site, alice, screen):
    page = live_site.page_of(
        alice, "/share/?title=A+spring&text=behind+the+wall&url=https%3A%2F%2Fexample.org%2F", **screen
    )
    expect(page.locator("textarea[name=text]")).to_have_value("A spring\nbehind the wall\nhttps://example.org/")
    assert not Post.objects.exists()
    page.locator("#composer").get_by_role("button", name="Post", exact=True).click()
    expect(page).to_have_url(re.compile(r"/posts/\d+/"))
    assert Post.objects.get().text.startswith("A spring")


def picture(color):
    out = io.BytesIO()
    Image.new("RGB", (60, 40), color).save(out, "PNG")
    return {"name": f"{color}.png", "mimeType": "image/png", "buffer": out.getvalue()}


def share(page, files, text="From the ferry"):
    """What the share sheet of a device does: a form of the manifest's shape, posted without a token."""
    page.goto("/help/")
    page.evaluate(
        """text => {
          const made = (tag, rest) => Object.assign(document.createElement(tag), rest);
          const form = made("form", { method: "post", action: "/share/received/", enctype: "multipart/form-data" });
          const words = made("textarea", { name: "text", value: text });
          const files = made("input", { type: "file", name: "pictures", multiple: true, id: "shared" });
          form.append(words, files);
          document.body.append(form);
        }""",
        text,
    )
    page.locator("#shared").set_input_files(files)
    page.evaluate("document.querySelector('#shared').form.submit()")


WAITING = "caches.keys().then((names) => names.filter((name) => name.startsWith('shared-')).length)"


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_pictures_that_another_app_shares_stand_in_the_composer_and_are_kept_nowhere_else(live_site, alice, screen):
    page = app_of(live_site, alice, screen).new_page()
    share(page, [picture("red"), picture("blue")])
    expect(page).to_have_url(re.compile(r"/posts/new/"))
    expect(page.locator("textarea[name=text]")).to_have_value("From the ferry")
    tiles = page.locator("[data-tile]")
    expect(tiles).to_have_count(2)
    expect(page.locator("#composer").get_by_role("button", name="Post", exact=True)).to_be_enabled()
    assert page.evaluate(WAITING) == 0
    assert not axe.findings(page)
    for number, words in enumerate(("A red field", "A blue field")):
        tiles.nth(number).locator("textarea").fill(words)
    page.locator("#composer").get_by_role("button", name="Post", exact=True).click()
    expect(page).to_have_url(re.compile(r"/posts/\d+/"))
    assert list(Post.objects.get().images.values_list("alt", flat=True)) == ["A red field", "A blue field"]
    # Shared anew after the post: nothing of the first comes again.
    share(page, [picture("gold")], "Another")
    expect(page.locator("[data-tile]")).to_have_count(1)
    share(page, [], "Words alone")
    expect(page.locator("textarea[name=text]")).to_have_value("Words alone")
    assert page.evaluate(WAITING) == 0


def test_shared_pictures_that_nobody_takes_are_gone(live_site, alice):
    context = app_of(live_site, alice, DESK)
    page = context.new_page()
    page.goto("/help/")
    old = "shared-' + (Date.now() - 181000)"
    page.evaluate(f"caches.open('{old}).then((kept) => kept.put('/share/received/0', new Response('x')))")
    assert page.evaluate(WAITING) == 1
    page.goto("/settings/")
    page.wait_for_function(f"{WAITING}.then((left) => left === 0)")
    # Nor does the composer take what is too old, if it comes first.
    page.evaluate(f"caches.open('{old}).then((kept) => kept.put('/share/received/0', new Response('x')))")
    page.evaluate("history.replaceState(null, '', '/posts/new/?pictures=wait')")
    page.reload()
    page.wait_for_function(f"{WAITING}.then((left) => left === 0)")
    expect(page.locator("[data-tile]")).to_have_count(0)


def test_another_site_puts_no_picture_into_the_composer(live_site, elsewhere, alice):
    context = app_of(live_site, alice, DESK)
    page = context.new_page()
    page.goto(elsewhere(f"{live_site.url}/help/"))
    page.evaluate(
        """address => {
          const made = (tag, rest) => Object.assign(document.createElement(tag), rest);
          const form = made("form", { method: "post", action: address, enctype: "multipart/form-data" });
          const files = made("input", { type: "file", name: "pictures" });
          const data = new DataTransfer();
          data.items.add(new File(["x"], "p.png", { type: "image/png" }));
          files.files = data.files;
          const words = made("textarea", { name: "text", value: "forged" });
          form.append(files, words);
          document.body.append(form);
          form.submit();
        }""",
        f"{live_site.url}/share/received/",
    )
    expect(page.locator("textarea[name=text]")).to_have_value("forged")
    page.wait_for_load_state("networkidle")
    assert "pictures" not in page.url
    expect(page.locator("[data-tile]")).to_have_count(0)


@pytest.fixture
def elsewhere():
    """A function: the address of a page of another site that frames an address."""
    shown: list[str] = []

    class Blog(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f'<iframe src="{shown[-1]}" width="300" height="240" title="x"></iframe>'.encode())

        def log_message(self, *_args) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Blog)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def frame(address: str) -> str:
        shown.append(address)
        return f"http://127.0.0.1:{server.server_port}/{len(shown)}"

    yield frame
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_a_post_is_framed_by_others_and_its_page_is_not(live_site, elsewhere, alice, screen):
    post = posts.publish(actor=alice, text="Look at this #tea")
    page = live_site.visitor(**screen).new_page()
    page.goto(elsewhere(f"{live_site.url}/posts/{post.pk}/embed/"))
    expect(page.frame_locator("iframe").get_by_text("Look at this")).to_be_visible()
    page.goto(elsewhere(f"{live_site.url}/posts/{post.pk}/"))
    expect(page.frame_locator("iframe").get_by_text("Look at this")).to_have_count(0)
    page.goto(f"/posts/{post.pk}/embed/")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not axe.findings(page)
