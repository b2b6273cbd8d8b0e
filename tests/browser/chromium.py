"""The browser that the tests drive: whichever Chromium the machine has."""

import shutil

from playwright.sync_api import Browser, Playwright

# The one without windows first: tests of the same pages take half the processor time in it.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def launch(playwright: Playwright) -> Browser:
    """Start it; RuntimeError, saying what to do, where there is none."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise RuntimeError("the browser tests need Chromium: run tests/browser/install.sh")
    return playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
