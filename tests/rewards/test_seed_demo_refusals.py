"""seed_demo refuses what it should, with a reason, and leaves everything as it was."""

import pytest
from django.core.management import CommandError, call_command

from metya.wallets.models import Member
from tests import make
from tests.rewards.test_seed_demo import seed

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo_site(settings, tmp_path):
    """A demo without GENESIS_DATE and without a chain, with folders of its own."""
    settings.DEMO, settings.GENESIS_DATE, settings.CHAIN_RPC_URL = True, "", ""
    settings.EPOCHS_DIR, settings.MEDIA_ROOT = tmp_path / "epochs", tmp_path / "media"
    return settings


def test_not_beside_members(demo_site, alice):
    with pytest.raises(CommandError, match="members already.*--force"):
        seed()
    assert Member.objects.count() == 1


def test_not_on_a_real_site(settings):
    settings.DEMO = settings.DEBUG = False
    with pytest.raises(CommandError, match="demo site"):
        seed()
    assert not Member.objects.exists()


@pytest.mark.parametrize(
    ("option", "value"),
    [("members", 5), ("members", 10**6), ("posts", 0), ("posts", -3), ("days", 0), ("days", 400), ("seed", -1)],
)
def test_numbers_out_of_range_are_named(demo_site, option, value):
    with pytest.raises(CommandError, match=rf"--{option} {value}: from \d+ to \d+"):
        seed(**{option: value})
    assert not Member.objects.exists()


def test_words_are_no_numbers(demo_site):
    with pytest.raises(CommandError, match="invalid int value"):
        call_command("seed_demo", "--members", "many")


def test_with_force_it_refuses_taken_handles(demo_site):
    make.member("ines")
    with pytest.raises(CommandError, match="taken already: ines"):
        seed(force=True)
    assert Member.objects.count() == 1


def test_with_force_it_joins_others(demo_site, alice):
    assert "done" in seed(force=True, members=24, posts=60, days=3)
    assert Member.objects.count() == 25
