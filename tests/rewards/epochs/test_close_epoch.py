"""`manage.py close_epoch`: what it says and how it exits."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from rewards.epochs.models import Epoch
from tests.rewards import village


@pytest.fixture(autouse=True)
def _three_days_ago(settings, db):
    settings.GENESIS_DATE = (timezone.now() - timedelta(days=3)).date().isoformat()
    village.lively_day(village.people(4), 0)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("close_epoch", *arguments, stdout=out)
    return out.getvalue()


def refused(*arguments: str) -> CommandError:
    with pytest.raises(CommandError) as failed:
        run(*arguments)
    return failed.value


def test_everything_that_is_due():
    said = run()
    assert [line.split(":")[0] for line in said.splitlines() if line.startswith("epoch")] == [
        "epoch 0",
        "epoch 1",
        "epoch 2",
    ]
    assert "in review, pool" in said and "result root" in said
    assert run() == "nothing to close: every epoch that is over is closed already\n"


def test_one_and_again():
    assert "epoch 0: in review" in run("--epoch", "0")
    assert run("--epoch", "0").startswith("epoch 0 was closed already; it is in review")


def test_up_to_one():
    run("--through", "1")
    assert dict(Epoch.objects.values_list("number", "state")) == {0: "in review", 1: "in review", 2: "open", 3: "open"}


def test_out_of_order_says_what_helps():
    failed = refused("--epoch", "2")
    assert failed.returncode == 1
    assert "Epoch 0 has to be closed and computed first. (close_epoch --through 2 closes all of them)" in str(failed)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("3", "Epoch 3 is still open; it can be closed from"),
        ("4", "Epoch 4 has not begun"),
        ("400", "Today is epoch 3"),
        ("-1", "There is no epoch -1"),
    ],
)
def test_what_cannot_be_closed(number, said):
    for option in ("--epoch", "--through"):
        failed = refused(f"{option}={number}")
        assert failed.returncode == 2
        assert said in str(failed)


def test_nonsense_is_refused():
    with pytest.raises(CommandError):
        run("--epoch", "yesterday")
    with pytest.raises(CommandError):
        run("--epoch", "1", "--through", "2")


def test_before_genesis(settings):
    settings.GENESIS_DATE = "2999-01-01"
    assert "GENESIS_DATE lies in the future" in str(refused())


def test_a_disk_that_does_not_take_files_is_said(settings, tmp_path):
    settings.EPOCHS_DIR = tmp_path / "file"
    settings.EPOCHS_DIR.write_text("not a folder")
    failed = refused("--epoch", "0")
    assert failed.returncode == 1
    assert "Epoch 0: its files cannot be written or read" in str(failed)
    settings.EPOCHS_DIR = tmp_path / "folder"
    assert "epoch 0: in review" in run("--epoch", "0")
