"""Every test has a folder of its own for the files of epochs."""

import pytest


@pytest.fixture(autouse=True)
def _epochs_dir(settings, tmp_path):
    settings.EPOCHS_DIR = tmp_path / "epochs"
