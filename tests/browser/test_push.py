"""Being told while the site is closed, in a real browser: the button and its states, what the service worker shows and where a
press on it leads.

No browser of a test reaches a real push service, so the browser's own subscription is played by a script; what the push
service would bring is handed to the service worker by the browser's debugging interface. A browser without windows shows no
messages either: what the worker asks to be shown is noted.
"""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import expect

from social.push.models import PushDevice
from social.push.reads import choices_of
from tests.browser import axe
from tests.social.push.conftest import b64

pytestmark = pytest.mark.browser
DESK = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "color_scheme": "dark"}
BOTH = pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
SETTINGS = "/settings/notifications/"
POINT = (
    ec.derive_private_key(7, ec.SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
)
KEYS = {"p256dh": b64(POINT), "auth": b64(b"0123456789abcdef")}
# The browser's side of a push service: a subscription that lasts as long as the browser is told.
PLAYED = """
  const kept = () => JSON.parse(localStorage.played ?? "null");
  const dressed = (made) => made && ({
    ...made, options: { applicationServerKey: new Uint8Array(made.key).buffer },
    toJSON: () => ({ endpoint: made.endpoint, keys: made.keys }),
    unsubscribe: async () => { delete localStorage.played; return true; },
  });
  PushManager.prototype.getSubscription = async () => dressed(kept());
  PushManager.prototype.subscribe = async (asked) => {
    localStorage.asked = JSON.stringify({ visible: asked.userVisibleOnly, length: asked.applicationServerKey.length });
    const key = [...asked.applicationServerKey];
    localStorage.played = JSON.stringify({ endpoint: "https://push.example.net/one", keys: %s, key });
    return dressed(kept());
  };
  window.questions = 0;
  Notification.requestPermission = async () => { window.questions += 1; return "granted"; };
  Object.defineProperty(Notification, "permission", { get: () => localStorage.permission ?? "default" });
"""


def page_of(live_site, member, screen, *scripts):
    context = live_site.browser_of(member, service_workers="allow", **screen)
    for script in scripts:
        context.add_init_script(script)
    page = context.new_page()
    page.goto(SETTINGS)
    return page


@BOTH
def test_on_by_a_press_tried_and_off_again(live_site, alice, screen):
    page = page_of(live_site, alice, screen, PLAYED % json.dumps(KEYS))
    button = page.get_by_role("button", name="Turn on for this device")
    expect(button).to_be_visible()
    assert page.evaluate("questions") == 0, "nobody is asked unasked"
    page.evaluate("localStorage.permission = 'granted'")
    button.click()
    expect(page.get_by_text("On. What is new reaches you on this device.")).to_be_visible()
    expect(page.locator("#push").get_by_text("this one")).to_be_visible()
    expect(button).to_be_hidden()
    expect(page.get_by_role("button", name="Send a test")).to_be_focused()
    assert page.evaluate("questions") == 1
    assert json.loads(page.evaluate("localStorage.asked")) == {"visible": True, "length": 65}
    assert PushDevice.objects.get().endpoint == "https://push.example.net/one"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not axe.findings(page)
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("A test is on its way.")).to_be_visible()
    # The browser changed its subscription while nobody looked: put right without a word.
    page.evaluate("localStorage.played = localStorage.played.replace('net/one', 'net/two')")
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        page.reload()
    assert answer.value.status == 204
    assert PushDevice.objects.get().endpoint == "https://push.example.net/two"
    page.get_by_role("button", name="Turn off").click()
    expect(page.get_by_text("Nothing is sent to that device any more.")).to_be_visible()
    expect(button).to_be_visible()
    assert not PushDevice.objects.exists() and page.evaluate("localStorage.played ?? null") is None


def test_what_the_browser_does_not_let_through_is_said(live_site, alice):
    page = page_of(live_site, alice, DESK, PLAYED % json.dumps(KEYS))
    page.evaluate("localStorage.permission = 'denied'")
    page.reload()
    expect(page.get_by_text("This browser blocks messages from this site.")).to_be_visible()
    expect(page.get_by_role("button", name="Turn on for this device")).to_be_hidden()
    assert not axe.findings(page)
    other = page_of(live_site, alice, DESK, "delete window.PushManager")
    expect(other.get_by_text("This browser cannot be told while the site is closed.")).to_be_visible()
    expect(other.get_by_role("button", name="Turn on for this device")).to_be_hidden()


def test_a_refusal_is_said_and_the_browser_gives_it_up(live_site, alice):
    script = (PLAYED % json.dumps(KEYS)).replace("https://push.example.net", "https://127.0.0.1")
    page = page_of(live_site, alice, DESK, script)
    page.evaluate("localStorage.permission = 'granted'")
    page.get_by_role("button", name="Turn on for this device").click()
    expect(page.get_by_text("push service is not one that can be used here")).to_be_visible()
    expect(page.get_by_role("button", name="Turn on for this device")).to_be_enabled()
    assert not PushDevice.objects.exists() and page.evaluate("localStorage.played ?? null") is None


def test_without_scripts_a_device_can_be_removed(live_site, alice):
    page = page_of(live_site, alice, DESK, PLAYED % json.dumps(KEYS))
    page.evaluate("localStorage.permission = 'granted'")
    page.get_by_role("button", name="Turn on for this device").click()
    expect(page.locator("#push").get_by_text("this one")).to_be_visible()
    plain = live_site.page_of(alice, SETTINGS, java_script_enabled=False, **DESK)
    assert "Turning it on needs JavaScript." in plain.locator("#push").inner_text()
    plain.get_by_role("button", name="Remove").click()
    expect(plain.get_by_text("Nothing is sent to that device any more.")).to_be_visible()
    assert not PushDevice.objects.exists()


# The device's side: what it shows, by tag.
SCREEN = """() => {
  self.onScreen = [];
  const put = (all) => { self.onScreen = all; };
  registration.showNotification = async (title, options) => {
    const one = { title, ...options, close: () => put(self.onScreen.filter((other) => other !== one)) };
    put([...self.onScreen.filter((other) => !options.tag || other.tag !== options.tag), one]);
  };
}"""
SHOWN = "() => self.onScreen.map(({ title, body, tag, data }) => ({ title, body, tag, url: data.url }))"


def shown(page, fits) -> list[dict]:
    """What the device shows, once it is as ``fits`` says (ten seconds at most)."""
    for _wait in range(100):
        found = page.context.service_workers[0].evaluate(SHOWN)
        if fits(found):
            break
        page.wait_for_timeout(100)
    return found


@pytest.fixture
def pushed(live_site, alice):
    """A page of alice, and a function that brings her service worker a message as a push service would."""
    context = live_site.browser_of(alice, service_workers="allow", **DESK)
    page = context.new_page()
    page.goto(SETTINGS)
    page.evaluate(
        "navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready).then(() => null)"
    )
    session = context.new_cdp_session(page)
    found: list[str] = []

    def note(told: dict) -> None:
        found.extend(one["registrationId"] for one in told["registrations"] if not one["isDeleted"])

    session.on("ServiceWorker.workerRegistrationUpdated", note)
    session.send("ServiceWorker.enable")
    for _wait in range(100):
        state = page.evaluate("navigator.serviceWorker.ready.then(({ active }) => active.state)")
        if found and state == "activated":
            break
        page.wait_for_timeout(100)

    context.service_workers[0].evaluate(SCREEN)

    def deliver(data: str) -> None:
        session.send(
            "ServiceWorker.deliverPushMessage", {"origin": live_site.url, "registrationId": found[-1], "data": data}
        )

    return page, deliver


def test_what_is_pushed_is_shown_and_a_newer_one_takes_its_place(pushed):
    page, deliver = pushed
    deliver(json.dumps({"title": "Bob liked your post", "body": "Tea", "url": "/posts/1/", "tag": "a", "loud": False}))
    assert shown(page, len) == [{"title": "Bob liked your post", "body": "Tea", "tag": "a", "url": "/posts/1/"}]
    deliver(json.dumps({"title": "Bob and 1 other liked your post", "body": "Tea", "url": "/posts/1/", "tag": "a"}))
    assert len(shown(page, lambda found: "1 other" in found[0]["title"])) == 1
    # Whatever cannot be read is shown as something new, since a browser takes the right away from who shows nothing.
    deliver("nonsense")
    assert {one["url"] for one in shown(page, lambda found: len(found) == 2)} == {"/posts/1/", "/notifications/"}


def test_a_press_leads_to_the_page(pushed, live_site):
    """The press itself is the system's; the worker is given the same event that it would make."""
    page, deliver = pushed
    deliver(json.dumps({"title": "New", "url": "/settings/notifications/", "tag": "b"}))
    assert shown(page, len)
    worker = page.context.service_workers[0]
    led = worker.evaluate(
        """async () => {
          const led = [];
          const opened = clients.openWindow;
          clients.openWindow = async (url) => { led.push(url); };
          for (const url of ["/posts/1/", "https://evil.example/", "//evil.example/"]) {
            await registration.showNotification("x", { tag: url, data: { url } });
            const notification = self.onScreen.at(-1);
            const waits = [];
            const event = Object.assign(new ExtendableEvent("notificationclick"), { notification });
            event.waitUntil = (one) => waits.push(one);
            dispatchEvent(event);
            await Promise.all(waits);
          }
          clients.openWindow = opened;
          return [led, self.onScreen.length];
        }"""
    )
    assert led == [[f"{live_site.url}/posts/1/", live_site.url, live_site.url], 1]


# The event that browsers make when they renew a subscription; what they would have is noted. ``given``: whether it brings one.
RENEWED = """async ({ given, keys }) => {
  const noted = { subscribed: [], given_up: 0 };
  const made = {
    toJSON: () => ({ endpoint: "https://push.example.net/renewed", keys }),
    unsubscribe: async () => { noted.given_up += 1; return true; },
  };
  registration.pushManager.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
    noted.subscribed.push([userVisibleOnly, applicationServerKey.length]);
    return made;
  };
  const event = Object.assign(new ExtendableEvent("pushsubscriptionchange"), { newSubscription: given ? made : null });
  const waits = [];
  event.waitUntil = (one) => waits.push(one);
  dispatchEvent(event);
  await Promise.all(waits);
  return noted;
}"""


def renewed(page, *, given: bool) -> dict:
    worker = page.context.service_workers[0]
    return worker.evaluate(RENEWED, {"given": given, "keys": KEYS})


@pytest.fixture
def told_here(live_site, alice):
    """A page of alice in a browser in which push is on, its service worker at work."""
    page = page_of(live_site, alice, DESK, PLAYED % json.dumps(KEYS))
    page.evaluate("localStorage.permission = 'granted'")
    page.get_by_role("button", name="Turn on for this device").click()
    expect(page.locator("#push").get_by_text("this one")).to_be_visible()
    return page


@pytest.mark.parametrize("given", [True, False], ids=["with the new one", "to be subscribed anew"])
def test_a_subscription_that_the_browser_renewed_takes_the_place_of_the_old_one(told_here, given):
    """The worker alone asks the site for key and token, and tells it; no page takes part."""
    noted = renewed(told_here, given=given)
    assert noted == {"subscribed": [] if given else [[True, 65]], "given_up": 0}
    assert PushDevice.objects.get().endpoint == "https://push.example.net/renewed"


@pytest.mark.parametrize("given", [True, False], ids=["with the new one", "to be subscribed anew"])
def test_a_renewal_turns_nothing_on_that_was_turned_off(told_here, given):
    PushDevice.objects.all().delete()
    assert renewed(told_here, given=given)["given_up"] == 1
    assert not PushDevice.objects.exists()


def test_a_renewal_after_signing_out_is_given_up(told_here):
    told_here.context.clear_cookies()
    assert renewed(told_here, given=True)["given_up"] == 1
    assert renewed(told_here, given=False) == {"subscribed": [], "given_up": 0}
    assert PushDevice.objects.get().endpoint == "https://push.example.net/one"


@BOTH
def test_what_is_pushed_is_chosen_beside_from_whom(live_site, alice, screen):
    page = live_site.page_of(alice, SETTINGS, **screen)
    likes, replies = page.get_by_label("Push: Likes"), page.get_by_label("Push: Replies")
    expect(replies).to_be_checked()
    expect(likes).not_to_be_checked()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not axe.findings(page)
    likes.check()
    page.get_by_label("Push: Messages").uncheck()
    page.get_by_label("Mentions", exact=True).select_option("Nobody")
    # What does not arrive at all is not told on a device either: the tick pales.
    assert page.get_by_label("Push: Mentions").evaluate("one => getComputedStyle(one.closest('.tick')).opacity") < "1"
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert {kind for kind, on in choices_of(alice).items() if on} >= {"like", "mention", "reply"}
    assert not choices_of(alice)["message"] and not choices_of(alice)["follow"]
