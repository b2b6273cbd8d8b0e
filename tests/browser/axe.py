"""The accessibility checker axe-core, fetched once into var/ by npm; a development tool, never served."""

import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

VERSION = "4.14.1"
FOLDER = Path(__file__).resolve().parents[2] / "var" / "axe"


def source() -> str:
    """The checker's JavaScript; fails the test, saying why, when it cannot be had."""
    kept = FOLDER / f"axe-{VERSION}.min.js"
    if not kept.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", "--silent", "--pack-destination", str(FOLDER), f"axe-core@{VERSION}"]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
        except (OSError, subprocess.SubprocessError) as error:
            detail = getattr(error, "stderr", "") or error
            pytest.fail(f"axe-core {VERSION} could not be fetched with npm: {detail}")
        with tarfile.open(FOLDER / f"axe-core-{VERSION}.tgz") as archive:
            script = archive.extractfile("package/axe.min.js")
            assert script
            fresh = kept.with_suffix(".part")
            fresh.write_bytes(script.read())
            fresh.replace(kept)
    return kept.read_text(encoding="utf-8")


def findings(page: Page) -> list[str]:
    """Serious and critical findings of the page as it is now, one line each."""
    page.evaluate(source())
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
