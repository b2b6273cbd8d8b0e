"""Settings of the server that browser tests talk to: those of the tests, with the test run's own data folder."""

import os
from pathlib import Path

from tests.settings import *  # noqa: F403

DATA_DIR = Path(os.environ["SITE_DATA_DIR"])
MEDIA_ROOT = DATA_DIR / "media"
EPOCHS_DIR = DATA_DIR / "epochs"
TRAINING_DIR = DATA_DIR / "training"
