"""What would be without a ring: exact, labelled, booked nowhere, and asked for once."""

import hashlib

import numpy as np
import pytest
from django.urls import reverse

from metya.ops.models import AuditEvent
from metya.web.errors import ActionError
from rewards import engine
from rewards.epochs import files
from rewards.ledger.models import Transfer
from rewards.payouts import content, jobs, rings, simulated, simulating
from rewards.payouts.errors import NotReviewer, WrongState
from rewards.payouts.models import Payout, Simulation
from tests.rewards import village
from tests.rewards.payouts.test_rings import client, planted  # noqa: F401


def ring_wallets():
    return rings.wallets_of(rings.kept(village.batch(0))[0])


def state_of_the_money():
    """Everything that a simulation must not touch."""
    place = files.directory(0)
    folder = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in place.iterdir() if path.is_file()}
    rows = list(Payout.objects.order_by("pk").values_list("pk", "amount", "owed", "cumulative", "state"))
    return folder, rows, Transfer.objects.count(), content.of(village.batch(0).epoch).hash


def simulate(fay):
    asked = simulating.ask(actor=fay, batch=village.batch(0), number=1)
    simulating.run(asked.pk)
    asked.refresh_from_db()
    return asked


def test_it_is_the_engine_on_the_inputs_without_their_deeds(planted, fay, tmp_path):  # noqa: F811
    found = simulating.amounts(simulate(fay))
    inputs = engine.read_inputs(files.directory(0))
    ring = set(ring_wallets())
    names = [raw.decode() for raw in inputs.wallets.tolist()]
    rows = inputs.interactions
    kept = [n for n in range(len(rows)) if not {names[rows.source[n]], names[rows.target[n]]} & ring]
    left = engine.Interactions(*(getattr(rows, one)[kept] for one in ("source", "target", "kind", "epoch", "count")))
    # Written and read again as anyone could; who is in no row any more is not listed.
    engine.write_inputs(
        tmp_path, wallets=names, interactions=left, seeds=[names[place] for place in inputs.seeds],
        balances=inputs.balances, earnings=inputs.earnings, params=inputs.params, epoch=inputs.epoch,
    )  # fmt: skip
    wanted = {row.wallet: row.amount for row in engine.score(engine.read_inputs(tmp_path)).payouts}
    got = dict(zip((raw.decode() for raw in found.wallet.tolist()), found.amount_without.tolist(), strict=True))
    assert {wallet: amount for wallet, amount in got.items() if amount} == {w: a for w, a in wanted.items() if a}
    booked = dict(Payout.objects.filter(epoch=0).values_list("wallet", "amount"))
    assert {
        raw.decode(): amount for raw, amount in zip(found.wallet.tolist(), found.amount.tolist(), strict=True)
    } == booked


def test_without_its_ties_the_ring_gets_nothing_and_the_figures_add_up(planted, fay):  # noqa: F811
    asked = simulate(fay)
    figures, found = asked.figures, simulating.amounts(asked)
    assert asked.state == "done" and figures["ring"] > 0 and figures["ring_without"] == 0
    assert figures["more"] + figures["less"] + figures["same"] + len(ring_wallets()) == figures["wallets"]
    assert figures["others"] + figures["ring"] == int(found.earned.sum())
    # With the same pool what the ring does not get goes to the others, to the grain.
    lost = int(found.earned_same.sum()) - int(found.earned.sum())
    assert figures["ring_same"] == 0 and figures["more"] > 0 and lost <= 0
    change = np.abs(found.earned_same - found.earned)
    assert (np.diff(change) <= 0).all()


def test_nothing_of_the_money_is_touched(planted, fay):  # noqa: F811
    before = state_of_the_money()
    simulate(fay)
    assert state_of_the_money() == before


def test_asking_twice_gives_the_same_and_running_twice_changes_nothing(planted, fay, finn):  # noqa: F811
    asked = simulate(fay)
    again = simulating.ask(actor=finn, batch=village.batch(0), number=1)
    assert again.pk == asked.pk and again.state == "done" and again.asked_by == fay
    done = asked.done_at
    jobs.simulate.func(asked.pk)
    asked.refresh_from_db()
    assert asked.done_at == done and Simulation.objects.count() == 1
    assert AuditEvent.objects.filter(verb="simulation.asked").count() == 1


def test_damaged_files_are_told_and_it_can_be_asked_again(planted, fay, monkeypatch):  # noqa: F811
    path = files.directory(0) / "interactions.csv"
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    asked = simulate(fay)
    assert asked.state == "failed" and "not those that were frozen" in asked.problem
    path.write_bytes(whole)
    assert simulate(fay).state == "done"


def test_a_lost_result_is_told_and_computed_again(planted, fay, client):  # noqa: F811
    asked = simulate(fay)
    simulating._path(asked.pk).write_bytes(b"torn")
    address = reverse("admin:rewards_batch_simulation", args=[asked.pk])
    assert "no longer there" in client.get(address).content.decode()
    assert simulate(fay).state == "done"
    assert "no longer there" not in client.get(address).content.decode()


def test_only_reviewers_ask_and_only_for_what_is_there(planted, fay, cole):  # noqa: F811
    with pytest.raises(NotReviewer):
        simulating.ask(actor=cole, batch=village.batch(0), number=1)
    for number in (0, 2):
        with pytest.raises(WrongState):
            simulating.ask(actor=fay, batch=village.batch(0), number=number)
    assert not Simulation.objects.exists()


def test_from_the_button_to_the_table(planted, fay, cole, client, as_member):  # noqa: F811
    batch = village.batch(0)
    ask = reverse("admin:rewards_batch_simulate", args=[batch.pk, 1])
    assert as_member(cole).post(ask).status_code == 403 and client.get(ask).status_code == 405
    answer = client.post(ask)
    asked = Simulation.objects.get()
    address = reverse("admin:rewards_batch_simulation", args=[asked.pk])
    assert answer.status_code == 302 and answer["Location"] == address
    if asked.state == "waiting":
        assert "It is being computed" in client.get(address).content.decode()
        simulating.run(asked.pk)
    for reader in (client, as_member(cole)):
        body = reader.get(address).content.decode()
        assert "A simulation" in body and "in the ring" in body and "The ring together" in body
    fragment = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert fragment.startswith('<div class="simulation"') and "hx-get" not in fragment
    assert "@r0" in client.get(address, {"q": "@r0"}).content.decode()
    assert "No wallet is like that" in client.get(address, {"q": "@nobody"}).content.decode()
    assert client.get(address, {"after": "x"}).status_code == 400


def test_the_table_is_paged_without_loss(planted, fay, monkeypatch):  # noqa: F811
    asked = simulate(fay)
    monkeypatch.setattr(simulated, "SIZE", 10)
    seen, after = [], ""
    while True:
        page = simulated.page(asked, after=after)
        seen += [line.wallet for line in page.lines]
        if page.next is None:
            break
        after = str(page.next)
    assert len(seen) == len(set(seen)) == asked.figures["wallets"]
    with pytest.raises(ActionError):
        simulated.page(asked, after="-1")
