"""Every page, light and dark, on a desk and on a phone: accessible, steady, within its width, within the policy, ours alone."""

import gzip
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from metya.members.models import Departure
from metya.wallets.models import Member
from metya.wallets.signing_in import AWAY
from rewards.payouts.models import Batch, Payout
from rewards.training import allotting
from rewards.training.models import TrainingPay
from social.appeals import actions as appeals
from social.assistant.models import DraftHalf, DraftPair, StyleCard
from social.consent import actions as consent
from social.groups.models import RankingGroup
from social.notifications.models import Notification
from social.posts.models import Post
from social.ranking.models import Preset
from social.ranking.serving import for_you
from social.training.models import MemberValue, Round
from tests import make
from tests.browser import axe

pytestmark = pytest.mark.browser
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "color_scheme": "dark",
    "is_mobile": True,
    "has_touch": True,
}
SETTLED = 400  # ms in which parts that are fetched after the page have come
WATCH = """
  window.shifts = 0; window.refused = [];
  new PerformanceObserver((list) => { for (const e of list.getEntries()) if (!e.hadRecentInput) window.shifts += e.value; })
    .observe({ type: "layout-shift", buffered: true });
  document.addEventListener("securitypolicyviolation",
    (e) => window.refused.push(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
"""


@dataclass
class Town:
    """A small demo community, and pages by who looks at them."""

    url: str
    visitor: list[str] = field(default_factory=list)
    member: list[str] = field(default_factory=list)
    newcomer: list[str] = field(default_factory=list)
    staff: list[str] = field(default_factory=list)
    moderator: list[str] = field(default_factory=list)
    manager: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def town(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Town]:
    """Seeded once for the tests of this module, which only look; emptied after them."""
    place = tmp_path_factory.mktemp("pages")
    own = override_settings(
        DEMO=True,
        GENESIS_DATE="",
        CHAIN_RPC_URL="",
        MEDIA_ROOT=place / "media",
        EPOCHS_DIR=place / "epochs",
        TRAINING_DIR=place / "training",
    )
    with django_db_blocker.unblock(), own:
        server = LiveServer("127.0.0.1")
        call_command("seed_demo", members=24, posts=100, days=3, verbosity=0, stdout=StringIO())
        make.member("newcomer")
        yield _pages(server.url)
        server.stop()
        call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=False)


def drafted(member: Member) -> DraftPair:
    """Two drafts, of which one failed."""
    pair = DraftPair.objects.create(member=member, ask="rewrite", text="we stood by the pond", model="m", state="ready")
    DraftHalf.objects.create(pair=pair, side="a", text="We stood by the pond.", state="done")
    DraftHalf.objects.create(pair=pair, side="b", text="By the", state="failed", error="slow")
    return pair


def _taught(ines: Member) -> TrainingPay:
    """What the first round allots to ines; where so few members taught it that it paid nobody, as if it had."""
    one = Round.objects.finished().get(number=1)
    MemberValue.objects.get_or_create(round=one, member=ines, defaults={"number": 999, "phi": -5_000_000, "items": 8})
    if (pay := TrainingPay.objects.filter(round=one, member=ines).first()) is not None:
        return pay
    Round.objects.filter(pk=one.pk).update(pool=90_000_000_000)
    MemberValue.objects.filter(round=one, member=ines).update(grains=9_000_000_000)
    TrainingPay.objects.filter(round=one).delete()
    allotting.allot(one)
    return TrainingPay.objects.get(round=one, member=ines)


def _pages(url: str) -> Town:
    ines = Member.objects.get(handle="ines")
    thread = Post.objects.filter(deleted_at=None, reply_count__gt=0, in_reply_to=None).order_by("-reply_count").first()
    payout = Payout.objects.filter(member=ines).order_by("-epoch").first()
    batch = Batch.objects.order_by("-pk").first()
    receipt = consent.give(actor=ines, purpose="train", version=1)
    pay = _taught(ines)
    line = Notification.objects.filter(member=ines, kind="like").order_by("-pk").first()
    assert thread and payout and batch and line
    epoch, slate = payout.epoch_id, for_you(ines).slate
    assert slate
    judge, tomasz = make.member("judge", roles=("moderator",)), Member.objects.get(handle="tomasz")
    decided, appealed = (make.decide(judge, make.report(tomasz, ines), "warn", facts="Ads.") for _number in range(2))
    appeals.appeal(actor=ines, decision=appealed, text="I sold nothing.")
    style, pair = StyleCard.objects.filter(author=tomasz).first(), drafted(ines)
    preset, group = Preset.objects.filter(shared=True).first(), RankingGroup.objects.first()
    assert style and preset and group
    return Town(
        url,
        visitor=[
            "/",
            "/explore/",
            "/sign-in/",
            "/help/",
            "/@ines/",
            thread.get_absolute_url(),
            "/rewards/epochs/",
            "/transparency/",
            "/transparency/log/",
            "/ranking/",
            "/ranking/1/",
            "/rewards/training/1/",
            "/search/?q=the",
            "/nowhere/",
        ],
        member=[
            *(
                "/",
                "/explore/",
                thread.get_absolute_url(),
                "/posts/new/",
                f"/posts/new/?quote_of={thread.pk}",
                "/@ines/",
                "/@tomasz/",
            ),
            *(
                "/@tomasz/followers/",
                "/?feed=for-you",
                "/?feed=following",
                f"/feeds/why/{slate.pk}/{slate.entries[0]['post']}/",
                "/feeds/steer/",
                "/feeds/steer/?preset=discover",
                "/feeds/presets/",
                f"/feeds/steer/?preset={preset.pk}",
                f"/@tomasz/report/?preset={preset.pk}",
                "/settings/feed/",
                "/notifications/",
                "/bookmarks/",
                "/bookmarks/folders/new/",
                f"/bookmarks/posts/{thread.pk}/",
                "/tags/",
                "/search/",
                "/search/?q=lang:en+the",
                "/search/?q=a&tab=people",
                "/search/?q=b&tab=tags",
                "/settings/",
                "/settings/wallets/",
                "/settings/sessions/",
                "/settings/profile/",
                "/settings/appearance/",
                "/settings/time/",
                "/settings/leave/",
                "/settings/notifications/",
                "/settings/privacy/",
                "/settings/messages/",
                "/settings/reports/",
                "/settings/labels/",
                "/settings/consent/",
                f"/settings/consent/receipts/{receipt.pk}/",
                "/settings/consent/examples/",
                "/settings/assistant/",
                "/styles/",
                "/styles/?show=proposed",
                "/styles/propose/",
                f"/styles/{style.pk}/",
                f"/assistant/{pair.pk}/",
                "/settings/access/",
                "/@amara/labels/",
                f"/settings/reports/decisions/{decided.pk}/appeal/",
                "/settings/muted/",
                "/settings/muted/words/",
                "/settings/import/",
                "/notifications/?show=likes",
                f"/notifications/{line.pk}/people/",
                "/drafts/",
                "/lists/",
                "/settings/notifications/mail/",
            ),
            *(
                "/settings/security/",
                "/settings/blocked/",
                "/@tomasz/report/",
                "/rewards/",
                "/rewards/training/",
                "/rewards/training/1/mine/",
                f"/rewards/epochs/{epoch}/",
            ),
            *(f"/rewards/epochs/{epoch}/why/", "/rewards/epochs/", "/rewards/claim/", "/help/", "/nowhere/"),
        ],
        newcomer=[
            "/",
            "/?feed=for-you",
            "/feeds/steer/",
            "/feeds/presets/",
            "/notifications/",
            "/bookmarks/",
            "/tags/",
            "/settings/consent/",
            "/settings/consent/examples/",
            "/rewards/",
            "/rewards/claim/",
            "/rewards/training/",
            "/welcome/profile/",
            "/welcome/people/",
        ],
        staff=[
            "/admin/",
            "/admin/rewards/batch/",
            f"/admin/rewards/batch/{batch.pk}/change/",
            f"/admin/rewards/batch/{batch.pk}/payouts/",
            "/admin/rewards/trainingpay/",
            f"/admin/rewards/trainingpay/{pay.pk}/change/",
            f"/admin/rewards/trainingpay/{pay.pk}/hold/",
        ],
        moderator=[
            "/admin/moderation/queue/",
            "/admin/moderation/queue/appeals/",
            "/admin/social/report/",
            "/admin/social/rule/",
            "/admin/social/logentry/",
            "/admin/social/post/",
            "/admin/social/tag/",
            "/admin/social/tagveto/",
            "/admin/social/detector/",
            "/admin/social/signal/",
            "/admin/social/objection/",
            "/admin/social/stylecard/",
            "/feeds/presets/",
            f"/feeds/presets/{preset.pk}/remove/",
        ],
        manager=[
            "/admin/reports/",
            "/admin/reports/live/",
            "/admin/reports/schedules/",
            "/admin/reports/growth/",
            "/admin/reports/rewards/",
            "/admin/reports/moderation/",
            "/admin/reports/exports/",
            "/admin/reports/machines/",
            "/admin/social/assistantconfig/",
            "/admin/social/draftpair/",
            "/admin/social/rankinggroup/",
            "/admin/social/rankinggroup/add/",
            f"/admin/social/rankinggroup/{group.pk}/change/",
        ],
    )


def faults(page: Page, url: str, path: str, *, served: int = 200) -> Iterator[str]:
    """What is wrong with one page as it is shown now."""
    strangers: list[str] = []
    broken: list[str] = []
    page.on(
        "request",
        lambda request: strangers.append(request.url) if not request.url.startswith((url, "data:", "blob:")) else None,
    )
    page.on("pageerror", lambda error: broken.append(str(error)))
    answer = page.goto(url + path)
    page.wait_for_timeout(SETTLED)
    expected = 404 if path == "/nowhere/" else served
    if answer is None or answer.status != expected:
        yield f"answered {answer and answer.status}"
    yield from (f"asked another host: {stranger}" for stranger in strangers if not stranger.startswith("ws:"))
    yield from (f"script error: {error}" for error in broken)
    yield from (f"refused by the policy: {what}" for what in page.evaluate("window.refused"))
    if (over := page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
        yield f"{over} px too wide"
    if (shift := page.evaluate("window.shifts")) > 0.05:
        yield f"moves while loading: {shift:.3f}"
    yield from axe.findings(page)


def look(context: BrowserContext, town: Town, paths: list[str]) -> list[str]:
    context.add_init_script(WATCH)
    found = []
    for path in paths:
        page = context.new_page()
        found += [f"{path}: {fault}" for fault in faults(page, town.url, path)]
        page.close()
    return found


@pytest.mark.django_db  # also makes pytest-django create the database that `town` fills
def test_the_checkers_find_faults(page: Page):
    page.add_init_script(WATCH)
    page.goto(
        "data:text/html,<html lang=en><title>x</title><button></button>"
        "<div style='width:9000px;height:400px;background:green'>b</div>"
    )
    assert any(finding.startswith("button-name") for finding in axe.findings(page))
    assert page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.evaluate("document.querySelector('button').style.height = '500px'")
    page.wait_for_function("window.shifts > 0.05", timeout=30_000)


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["light desk", "dark phone"])
def test_every_page(town: Town, browser: Browser, enter, screen):
    eyes = {
        "visitor": None,
        "member": Member.objects.get(handle="ines"),
        "newcomer": Member.objects.get(handle="newcomer"),
        "staff": Member.objects.get(handle="fay"),
        "moderator": Member.objects.get(handle="mona"),
        "manager": Member.objects.get(handle="cole"),
    }
    found = []
    for role, person in eyes.items():
        context = browser.new_context(**screen)
        if person:
            enter(context, person, town.url)
        paths = [path for path in getattr(town, role) if screen == DESK or not path.startswith("/admin/")]
        found += [f"{role} {fault}" for fault in look(context, town, paths)]
        context.close()
    assert not found, "\n".join(found)


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["light desk", "dark phone"])
def test_the_ways_out_and_back(town: Town, browser: Browser, screen):
    """Pages that are open only just after a wallet was proven: of a suspended member, who leaves, and coming back."""
    member = Member.objects.exclude(suspended_until=None).get()
    held = {"member": member.pk, "wallet": member.wallets.get().pk, "at": int(time.time())}
    with browser.new_context(**screen) as context:
        context.add_init_script(WATCH)
        _proven(context, town.url, "suspended", held)
        page = context.new_page()
        found = []
        for path in ("/suspended/", "/suspended/decisions/", "/suspended/leave/"):
            found += faults(page, town.url, path)
        page.get_by_label("Your handle").fill(member.handle)
        page.get_by_role("button", name="Leave as").click()
        page.get_by_role("heading", name="You left").wait_for()
        found += axe.findings(page)
        Member.objects.filter(pk=member.pk).update(suspended_until=None)
        _proven(context, town.url, AWAY, held)
        found += faults(page, town.url, "/come-back/")
        page.get_by_role("button", name="Come back").wait_for()
    Departure.objects.filter(member=member).delete()
    Member.objects.filter(pk=member.pk).update(is_active=True, suspended_until=member.suspended_until)
    assert not found, "\n".join(found)


def _proven(context: BrowserContext, url: str, name: str, proof: dict[str, Any]) -> None:
    """A visitor's session in which a wallet was proven just now."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[name] = proof | {"next": "/"}
    session.create()
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": url}])


def test_the_first_view_is_light(town: Town, browser: Browser, enter):
    """At most 100 KB, compressed as servers send it, without members' pictures; no script holds up the first paint."""
    context = browser.new_context(**PHONE)
    enter(context, Member.objects.get(handle="ines"), town.url)
    page = context.new_page()
    sizes: dict[str, int] = {}

    def note(response) -> None:
        if response.ok and "/media/" not in response.url:
            sizes[response.url.removeprefix(town.url)] = len(gzip.compress(response.body(), 9))

    page.on("response", note)
    page.goto(town.url + "/")
    page.wait_for_load_state("networkidle")
    assert len(sizes) > 10
    assert sum(sizes.values()) <= 100_000, sorted(sizes.items(), key=lambda item: -item[1])
    assert page.evaluate("[...document.scripts].every((script) => script.defer || script.type === 'module')")
    context.close()


def test_a_page_is_read_at_twice_the_size(town: Town, browser: Browser, enter):
    """Text at 200 %: nothing is cut off, nothing scrolls sideways."""
    context = browser.new_context(**PHONE)
    enter(context, Member.objects.get(handle="ines"), town.url)
    page = context.new_page()
    for path in ("/", "/rewards/", "/notifications/", "/settings/"):
        page.goto(town.url + path)
        page.evaluate(
            "const own = new CSSStyleSheet(); own.replaceSync('html { font-size: 200% }'); document.adoptedStyleSheets.push(own)"
        )
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    context.close()
