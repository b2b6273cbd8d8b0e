"""The first view in a real browser: when its largest part is painted, how much moves, what crosses the line.

The demo community as `make run` serves it. Each page is opened TIMES times in a browser that knows nothing yet, on a desk
as the line is, and on a phone whose line and processor are slowed down as browsers' tools call "fast 4G" and a middling phone.
"""

import re
import statistics
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.bench.measure import Row, row
from tests.bench.place import demo_site
from tests.browser.chromium import launch

TIMES = 5
LCP_SECONDS, CLS, KILOBYTES = 1.5, 0.05, 100
SETTLED = 1_500  # ms after loading, in which nothing bigger is painted any more
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
FAST_4G = {"offline": False, "latency": 165, "downloadThroughput": 9e6 * 0.9 / 8, "uploadThroughput": 1.5e6 * 0.9 / 8}
SLOWDOWN = 4
WATCH = """
  window.seen = { lcp: 0, cls: 0 };
  new PerformanceObserver((list) => { for (const e of list.getEntries()) seen.lcp = e.startTime; })
    .observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => { for (const e of list.getEntries()) if (!e.hadRecentInput) seen.cls += e.value; })
    .observe({ type: "layout-shift", buffered: true });
"""
MEDIA = re.compile(r"/media/|/posts/pictures/")


@dataclass
class Seen:
    """Of several openings of one page: LCP in seconds, layout shift, bytes without members' pictures."""

    lcp: list[float] = field(default_factory=list)
    cls: list[float] = field(default_factory=list)
    size: list[int] = field(default_factory=list)


def run() -> list[Row]:
    """Landing page, home, a conversation and a profile, on a desk and on a phone."""
    with demo_site() as (url, _env), sync_playwright() as playwright:
        browser = launch(playwright)
        rows = [one for path, who, name in _pages(browser, url) for one in _rows(browser, url, path, who, name)]
        browser.close()
    return rows


def _pages(browser: Browser, url: str) -> list[tuple[str, dict[str, Any] | None, str]]:
    """(path, cookies of who looks or None, name)."""
    context = browser.new_context(base_url=url)
    page = context.new_page()
    page.goto("/sign-in/")
    page.locator("[data-demo-as=ines]").click()
    page.wait_for_url(lambda address: "/sign-in/" not in address)
    page.goto("/explore/")
    thread = page.locator("article.post a[href^='/posts/']").first.get_attribute("href") or "/"
    state: Any = context.storage_state()
    context.close()
    return [
        ("/", None, "landing page"), ("/", state, "home"), (thread, state, "a conversation"), ("/@ines/", state, "a profile"),
    ]  # fmt: skip


def _rows(browser: Browser, url: str, path: str, state: Any, name: str) -> list[Row]:
    rows = []
    for screen, options in (("desk", DESK), ("phone, fast 4G, CPU ÷ 4", PHONE)):
        seen = Seen()
        for _ in range(TIMES):
            _open(browser, url, path, options | {"storage_state": state}, options is PHONE, seen)
        label = f"{name}, {screen}"
        note = f"{min(seen.lcp):.2f} to {max(seen.lcp):.2f} s; {max(seen.size) / 1000:.0f} KB without members' pictures"
        rows.append(row(f"LCP, {label}", round(statistics.median(seen.lcp), 3), "s", most=LCP_SECONDS, note=note))
        rows.append(row(f"CLS, {label}", round(max(seen.cls), 4), "", most=CLS))
    rows.append(row(f"first view, {name}", round(max(seen.size) / 1000, 1), "KB", most=KILOBYTES))
    return rows


def _open(browser: Browser, url: str, path: str, options: dict[str, Any], slow: bool, seen: Seen) -> None:
    context = browser.new_context(base_url=url, service_workers="block", **options)
    context.add_init_script(WATCH)
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    sizes: dict[str, int] = {}
    urls: dict[str, str] = {}
    line.on("Network.responseReceived", lambda event: urls.update({event["requestId"]: event["response"]["url"]}))
    line.on(
        "Network.loadingFinished", lambda event: sizes.update({event["requestId"]: int(event["encodedDataLength"])})
    )
    if slow:
        line.send("Network.emulateNetworkConditions", FAST_4G)
        line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    page.goto(path, wait_until="load")
    page.wait_for_timeout(SETTLED)
    found = page.evaluate("seen")
    context.close()
    if not found["lcp"]:
        raise RuntimeError(f"{path}: the browser told no largest part")
    seen.lcp.append(found["lcp"] / 1_000)
    seen.cls.append(found["cls"])
    seen.size.append(sum(size for key, size in sizes.items() if not MEDIA.search(urls.get(key, ""))))
