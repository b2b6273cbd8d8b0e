"""Whatever dies between open and review, running it again gives the same roots and books once."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction

from rewards import engine
from rewards.epochs import actions, files, freezing, states
from rewards.epochs.models import Epoch
from rewards.ledger import checking, reads
from rewards.ledger.models import Transfer
from rewards.payouts import checks, preparing
from rewards.payouts.models import Batch, Payout
from tests.rewards import village
from tests.rewards.epochs.killed import STEPS

ROOT = Path(__file__).resolve().parents[3]


class PowerCut(BaseException):
    """Nothing catches it, as nothing catches a power cut."""


def outcome(epoch: int = 0) -> dict[str, object]:
    """Everything that may not depend on how often something died."""
    row = Epoch.objects.get(pk=epoch)
    return {
        "state": row.state,
        "inputs": row.inputs_root,
        "result": row.result_root,
        "transfers": sorted(Transfer.objects.values_list("key", "amount")),
        "payouts": sorted(Payout.objects.values_list("wallet", "amount", "state")),
        "balances": reads.balances_by_kind(),
        "batches": list(Batch.objects.values_list("epoch", "version", "state", "total")),
        "files": sorted(path.name for path in Path(django_settings.EPOCHS_DIR).iterdir()),
    }


def undisturbed() -> dict[str, object]:
    """The outcome in a world of its own, which is taken back afterwards."""
    with transaction.atomic():
        village.close(0)
        found = outcome()
        transaction.set_rollback(True)
    for number in found["files"]:
        for path in sorted((Path(django_settings.EPOCHS_DIR) / str(number)).iterdir()):
            path.unlink()
        (Path(django_settings.EPOCHS_DIR) / str(number)).rmdir()
    return found


PLACES = [
    (freezing, "freeze"),
    (engine, "write_inputs"),
    (actions, "_note_closed"),
    (states, "move"),
    (files, "settle"),
    (engine, "score"),
    (engine, "write_result"),
    (engine, "write_explanations"),
    (actions, "transfer_many"),
    (preparing, "add_rows"),
    (actions, "_book"),
    (actions, "score"),
    (actions, "attest"),
    (checks, "run"),
    (preparing, "prepare"),
]


CASES = [(module, name, "after") for module, name in PLACES] + [(files, "settle", "before"), (states, "move", "before")]


@pytest.mark.parametrize(("module", "name", "when"), CASES, ids=[f"{when}-{n}" for _, n, when in CASES])
def test_a_power_cut_around_any_step(db, monkeypatch, module, name, when):
    village.lively_day(village.people(3), 0)
    wanted = undisturbed()
    whole = getattr(module, name)
    left = [2]

    def cut(*args, **kwargs):
        """Dies the first two times it is reached: of a step that happens more than once, at two different moments."""
        left[0] -= 1
        if when == "before" and left[0] >= 0:
            raise PowerCut
        answer = whole(*args, **kwargs)
        if when == "after" and left[0] >= 0:
            raise PowerCut
        return answer

    monkeypatch.setattr(module, name, cut)
    cuts = 0
    for _ in range(4):
        try:
            village.close(0)
        except PowerCut:
            cuts += 1
    assert 1 <= cuts <= 2
    assert outcome() == wanted
    assert not checking.differences()
    assert engine.verify(files.directory(0)).ok


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", STEPS)
def test_kill_nine_of_the_process(step, settings):
    village.lively_day(village.people(4), 0)
    actions.open_epochs_until(village.after(0))
    database = connection.settings_dict
    engine_name = "sqlite" if connection.vendor == "sqlite" else "postgres"
    host = "" if engine_name == "sqlite" else f"{database['USER']}@{database['HOST']}:{database['PORT']}"
    url = f"{engine_name}://{host}/{database['NAME']}"
    environment = os.environ | {
        "DATABASE_URL": url,
        "EPOCHS_FOR_TEST": str(settings.EPOCHS_DIR),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    command = [sys.executable, "-m", "tests.rewards.epochs.killed"]
    dead = subprocess.run([*command, step], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert dead.returncode == -signal.SIGKILL, dead.stderr
    done = subprocess.run([*command, "never"], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    first = outcome()
    assert first["state"] == "in review"
    assert first["files"] == ["0"]
    assert engine.verify(files.directory(0)).ok
    assert not checking.differences()
    village.close(0)
    assert outcome() == first
