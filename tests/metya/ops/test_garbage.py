"""What is loaded at the start is no longer looked at by the collector."""

import gc
import json
import os
import subprocess
import sys
from pathlib import Path

from metya.ops import garbage

ROOT = Path(__file__).resolve().parents[3]
LOOK = """
import gc, json, sys
import metya.asgi
views = "social.posts.views" in sys.modules
print(json.dumps({"frozen": gc.get_freeze_count(), "thresholds": gc.get_threshold(), "views": views}))
"""


def test_a_server_that_has_started_leaves_what_it_loaded_alone(tmp_path):
    env = os.environ | {"DATA_DIR": str(tmp_path), "EMBEDDED_WORKER": "0", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run([sys.executable, "-c", LOOK], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    seen = json.loads(done.stdout)
    assert seen["views"], "the views are loaded before that, not by the first request"
    assert seen["frozen"] > 100_000
    assert tuple(seen["thresholds"]) == garbage.THRESHOLDS


def test_to_import_the_rest_of_the_site_does_not_settle_the_process():
    assert gc.get_threshold() != garbage.THRESHOLDS
