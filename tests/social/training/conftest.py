import pytest

from social.training import budget, lots
from social.training.budget import Budget


@pytest.fixture(autouse=True)
def records(settings, tmp_path):
    """A folder of one's own."""
    settings.TRAINING_DIR = tmp_path / "training"
    return settings.TRAINING_DIR


@pytest.fixture(autouse=True)
def _same_lot(monkeypatch):
    """Everybody draws the same lot each time, so that no test hangs on luck."""
    monkeypatch.setattr(lots, "_seed", lambda: "5e" * 32)


@pytest.fixture
def purse():
    """Somebody who keeps books: a million grains, ten for each nano-nat."""

    def told():
        return Budget(1_000_000, 10)

    budget.register(told)
    yield told
    budget.unregister(told)
