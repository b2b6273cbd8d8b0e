"""Pictures in the composer, on a desk and on a phone: chosen and pasted, described, put in order, focused, taken out."""

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from social.posts.models import Post, PostImage

pytestmark = pytest.mark.browser
DESK = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def file(color):
    out = io.BytesIO()
    Image.new("RGB", (120, 90), color).save(out, "PNG")
    return {"name": f"{color}.png", "mimeType": "image/png", "buffer": out.getvalue()}


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_pictures_are_described_ordered_and_focused(live_site, alice, bob, screen):
    page = live_site.page_of(alice, "/", **screen)
    page.locator("#composer textarea[name=text]").fill("Three of them")
    page.locator("[data-picture]").set_input_files([file("red"), file("green"), file("blue")])
    tiles = page.locator("[data-tile]")
    expect(tiles).to_have_count(3)
    for number, words in enumerate(("A red field", "A green field", "A blue field")):
        tiles.nth(number).locator("textarea").fill(words)
    expect(page.locator("#composer").get_by_role("button", name="Post", exact=True)).to_be_enabled()
    tiles.nth(2).get_by_role("button", name="Earlier").click()
    tiles.nth(0).get_by_role("button", name="Remove the picture").click()
    expect(tiles).to_have_count(2)
    spot = tiles.nth(0).locator("[data-spot]")
    spot.focus()
    spot.press("ArrowRight")
    spot.press("ArrowRight")
    page.locator("#composer").get_by_role("button", name="Post", exact=True).click()
    expect(page.locator("article.post .gallery img")).to_have_count(2)
    images = Post.objects.get().images
    assert list(images.values_list("alt", "focus_x")) == [("A blue field", 90), ("A green field", 50)]
    bobs = live_site.page_of(bob, "/", **screen)
    expect(bobs.get_by_role("img", name="A blue field")).to_be_visible()


def test_a_fifth_picture_and_a_file_that_is_none_are_refused_with_a_reason(live_site, alice):
    page = live_site.page_of(alice)
    page.locator("[data-picture]").set_input_files([file(color) for color in ("red", "green", "blue", "gold", "pink")])
    expect(page.locator("[data-tile]")).to_have_count(4)
    expect(page.get_by_text("At most four pictures are possible.")).to_be_visible()
    expect(page.locator("[data-tile] progress:visible")).to_have_count(0)  # all four have arrived
    page.reload()
    expect(page.locator("[data-tile]")).to_have_count(4)  # what was uploaded is still there
    for _tile in range(4):
        page.get_by_role("button", name="Remove the picture").first.click()
    page.locator("[data-picture]").set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(page.locator("[data-tile-error]")).to_contain_text("not a picture we can read")
    page.locator("#composer textarea[name=text]").fill("without it")
    page.locator("#composer").get_by_role("button", name="Post", exact=True).click()
    expect(page.locator("article.post", has_text="without it")).to_be_visible()
    assert PostImage.objects.filter(post__isnull=False).count() == 0


def test_a_picture_that_arrives_leaves_the_focus_with_who_is_typing(live_site, alice):
    page = live_site.page_of(alice)
    held = []
    page.route("**/posts/pictures/", lambda route: held.append(route))
    page.locator("[data-picture]").set_input_files([file("red"), file("green")])
    expect(page.locator("[data-tile]")).to_have_count(2)
    text = page.locator("#composer textarea[name=text]")
    text.focus()
    page.keyboard.type("While they ")
    while len(held) < 2:
        page.wait_for_timeout(20)
    for one in held:
        one.continue_()
    expect(page.locator("[data-tile] progress:visible")).to_have_count(0)
    page.keyboard.type("are on their way")
    expect(text).to_have_value("While they are on their way")
    page.get_by_role("button", name="Remove the picture").first.click()
    page.unroute("**/posts/pictures/")
    page.locator("[data-picture]").focus()
    page.locator("[data-picture]").set_input_files([file("blue")])
    # Nobody was typing: it asks for the description.
    expect(page.locator("[data-tile] textarea").nth(1)).to_be_focused()


def test_a_picture_is_pasted(live_site, alice):
    page = live_site.page_of(alice)
    page.locator("#composer textarea[name=text]").focus()
    page.evaluate("""async () => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 40, height: 30 });
      canvas.getContext("2d").fillRect(0, 0, 40, 30);
      const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
      const data = new DataTransfer();
      data.items.add(new File([blob], "p.png", { type: "image/png" }));
      document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    }""")
    expect(page.locator("[data-tile]")).to_have_count(1)
    expect(page.locator("[data-tile] progress")).to_be_hidden()
