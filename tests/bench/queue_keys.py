"""A moderator clears two hundred cases from the keyboard alone: from the key that decides to the next card on the screen.

The demo community in a real browser, with CASES more reports than it brings along, each about a post of its own.
    python -m tests.bench.queue_keys          prints the time of each card
    python -m tests.bench.queue_keys fill     the process that reports; no business of yours
"""

import statistics
import sys
from collections.abc import Iterator
from itertools import count
from time import perf_counter

from playwright.sync_api import Page, sync_playwright

from tests.bench.measure import Row, row
from tests.bench.place import demo_site, step
from tests.browser.chromium import launch

CASES = 200
SECONDS = 0.3
QUEUE = "/admin/moderation/queue/"
# What is pressed at one card after another: approve; a rule and warn, hide, remove, limit the reach.
DEEDS = (("a",), ("2", "w"), ("4", "h"), ("1", "r"), ("a",), ("3", "l"))


def run() -> list[Row]:
    """Seconds from the deciding key to the next card: the middle one and the slowest of twenty."""
    times = cleared()
    note = (
        f"{len(times)} cards in {sum(times):.0f} s, the slowest {max(times):.2f} s; SQLite, one process for everything"
    )
    slow = statistics.quantiles(times, n=20)[-1]
    return [
        row("queue: the next card is there", statistics.median(times), "s", most=SECONDS, note=note),
        row("queue: the next card, 19 of 20", slow, "s", most=SECONDS),
    ]


def cleared() -> list[float]:
    """Every case of the queue decided by keys; how long the next card took. Raises RuntimeError when some are left."""
    with demo_site() as (url, env), sync_playwright() as playwright:
        step(env, "tests.bench.queue_keys", "fill")
        browser = launch(playwright)
        page = browser.new_context(base_url=url, viewport={"width": 1280, "height": 900}).new_page()
        page.goto("/sign-in/")
        page.locator("[data-demo-as=mona]").click()
        page.wait_for_url(lambda address: "/sign-in/" not in address)
        page.goto(QUEUE)
        times = list(_decisions(page))
        browser.close()
    if len(times) < CASES:
        raise RuntimeError(f"only {len(times)} cases were cleared")
    return times


def _decisions(page: Page) -> Iterator[float]:
    for number in count():
        if not page.locator("#decide").count():
            return
        keys, before = DEEDS[number % len(DEEDS)], page.url
        # Not every kind of thing can be hidden or removed: then its author is warned.
        last = keys[-1] if page.locator(f"[data-key={keys[-1]}]").count() else "w"
        for key in (*keys[:-1], *(("2",) if last == "w" and len(keys) == 1 else ())):
            page.keyboard.press(key)
        start = perf_counter()
        page.keyboard.press(last)
        page.wait_for_url(lambda url, before=before: url != before, wait_until="load")
        yield perf_counter() - start


def _fill() -> None:
    from metya.wallets.models import Member
    from social.rules.models import Rule
    from tests import make

    people = list(Member.objects.filter(is_staff=False, is_active=True, suspended_until=None)[:20])
    rules = list(Rule.objects.active().values_list("key", flat=True))
    for number in range(CASES):
        author, reporter = people[number % 9], people[9 + number % 11]
        post = make.post(author, f"Something that somebody minds, number {number}")
        make.report(reporter, author, post=post, rule=rules[number % len(rules)], note="Please look at this.")


if __name__ == "__main__":
    if sys.argv[1:] == ["fill"]:
        import django

        django.setup()
        _fill()
    else:
        for place, seconds in enumerate(cleared(), 1):
            print(f"{place:4}  {1000 * seconds:6.0f} ms")
