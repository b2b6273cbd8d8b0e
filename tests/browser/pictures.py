"""Takes the pictures of the README from a running demo: ``python -m tests.browser.pictures [URL]``.

Every page in both themes, at a desk and on a phone; each is saved as docs/screenshots/<page>-<theme>-<screen>.webp.
"""

import io
import sys
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.chromium import launch

OUT = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
SCREENS = {
    "desktop": {"viewport": {"width": 1280, "height": 900}, "device_scale_factor": 1},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    },
}
WIDEST = {"desktop": 1280, "phone": 585}
THEMES = ("light", "dark")


def at(path: str) -> Callable[[Page], object]:
    """A page with an address of its own."""
    return lambda page: page.goto(path)


def by_link(path: str, css: str) -> Callable[[Page], object]:
    """The page behind the first such link of another one."""

    def open_it(page: Page) -> None:
        page.goto(path)
        page.goto(page.locator(css).first.get_attribute("href") or path)

    return open_it


def talk(page: Page) -> None:
    """The thread with the most replies on the first page of Explore."""
    page.goto("/explore/")
    posts = page.locator("article.post").evaluate_all(
        "all => all.map(post => [parseInt(post.querySelector('[data-count=replies]').textContent) || 0, post.dataset.href])"
    )
    page.goto(max(posts)[1])


def ring(page: Page) -> None:
    """The evidence of the newest batch that has a ring."""
    page.goto("/admin/rewards/batch/")
    batches = page.locator("#result_list tbody th a").evaluate_all("all => all.map(link => link.href)")
    for address in batches[:10]:
        page.goto(address)
        found = page.locator("[data-press=g]").first
        if found.count():
            page.goto(found.get_attribute("href") or "")
            return


def harm(page: Page) -> None:
    """A case with what it answers."""
    page.goto("/admin/moderation/queue/?queue=harm")


# Whose eyes, the name of the picture, how to get there.
PAGES: tuple[tuple[str | None, str, Callable[[Page], object]], ...] = (
    (None, "landing", at("/")),
    (None, "sign-in", at("/sign-in/")),
    ("ines", "home", at("/")),
    ("ines", "thread", talk),
    ("ines", "explore", at("/explore/")),
    ("ines", "search", at("/search/?q=river")),
    ("ines", "profile", at("/@ines/")),
    ("ines", "notifications", at("/notifications/")),
    ("ines", "messages", by_link("/messages/", "main a.letter")),
    ("ines", "rewards", at("/rewards/")),
    ("ines", "why", by_link("/rewards/", "main a[href$='/why/']")),
    ("ines", "claim", at("/rewards/claim/")),
    ("ines", "epoch", by_link("/rewards/epochs/", "main a[href^='/rewards/epochs/']")),
    ("ines", "settings", at("/settings/")),
    ("fay", "review", by_link("/admin/rewards/batch/", "#result_list tbody th a")),
    ("fay", "ring", ring),
    ("mona", "queue", at("/admin/moderation/queue/?queue=illegal")),
    ("mona", "case", harm),
    ("cole", "reports", at("/admin/reports/")),
    ("cole", "report", at("/admin/reports/growth/")),
)


def signed_in(browser: Browser, url: str, handle: str | None, theme: str, screen: str) -> BrowserContext:
    """A browser of one of the demo cast, or of a visitor."""
    context = browser.new_context(base_url=url, color_scheme=theme, **SCREENS[screen])
    if handle is not None:
        page = context.new_page()
        page.goto("/sign-in/")
        page.locator(f"[data-demo-as={handle}]").click()
        page.wait_for_url(lambda address: "/sign-in/" not in address)
        page.close()
    return context


def main() -> None:
    """Take them all, or only those whose names are given after the address."""
    url = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    wanted = set(sys.argv[2:])
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for theme in THEMES:
            for screen in SCREENS:
                contexts: dict[str | None, BrowserContext] = {}
                for handle, name, open_it in PAGES:
                    if wanted and name not in wanted:
                        continue
                    if handle not in contexts:
                        contexts[handle] = signed_in(browser, url, handle, theme, screen)
                    page = contexts[handle].new_page()
                    open_it(page)
                    page.wait_for_timeout(1500)  # lazy parts and pictures
                    shot = Image.open(io.BytesIO(page.screenshot()))
                    shot.thumbnail((WIDEST[screen], 2000))
                    shot.convert("RGB").save(OUT / f"{name}-{theme}-{screen}.webp", quality=78, method=6)
                    page.close()
                for context in contexts.values():
                    context.close()
        browser.close()


if __name__ == "__main__":
    main()
