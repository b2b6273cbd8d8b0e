import pytest
from django.utils import timezone

from rewards.ledger import checking, reads
from rewards.training import checking as pay
from tests.rewards.payouts.conftest import Office
from tests.rewards.training.town import Town
from tests.social.training.village import same_lot


@pytest.fixture(autouse=True)
def _records(settings, tmp_path):
    """Records in a folder of their own; and epoch 0 is today, since what people do happens now."""
    settings.TRAINING_DIR = tmp_path / "training"
    settings.GENESIS_DATE = timezone.now().date().isoformat()


@pytest.fixture(autouse=True)
def _same_lot(monkeypatch):
    same_lot(monkeypatch)


@pytest.fixture
def town(db) -> Town:
    return Town()


@pytest.fixture
def office(fay, finn) -> Office:
    return Office(fay, finn)


@pytest.fixture(autouse=True)
def _books_are_right(db):
    """After every test: balances are the sums of their transfers, all together nothing, and pay is what was booked."""
    yield
    assert not checking.differences()
    assert not list(pay.differences())
    assert sum(reads.balances_by_kind().values()) == 0
