import pytest

from social.training import budget, lots
from social.training.budget import Budget
from tests.social.training import village


@pytest.fixture(autouse=True)
def records(settings, tmp_path):
    """A folder of one's own."""
    settings.TRAINING_DIR = tmp_path / "training"
    return settings.TRAINING_DIR


@pytest.fixture(autouse=True)
def _same_lot(request, monkeypatch):
    if request.path.name == "test_lots.py":  # the lot itself
        monkeypatch.setattr(lots, "_seed", lambda: "5e" * 32)
    else:
        village.same_lot(monkeypatch)


@pytest.fixture
def purse():
    """Somebody who keeps books: a million grains, ten for each nano-nat."""

    def told():
        return Budget(1_000_000, 10)

    budget.register(told)
    yield told
    budget.unregister(told)
