"""Public pages and files of epochs, by address."""

import hashlib
import re

import pytest

from rewards import engine
from rewards.engine.__main__ import main
from rewards.epochs import files, reads
from rewards.epochs.models import Epoch
from rewards.payouts import actions, publishing
from rewards.payouts.checklist import POINTS
from rewards.payouts.models import Payout
from tests.rewards import village


@pytest.fixture
def closed(db):
    everyone = village.people(5)
    village.lively_day(everyone, 0)
    village.close_all([0, 1])
    return everyone


def test_a_visitor_sees_the_list(client, closed):
    body = client.get("/rewards/epochs/").content.decode()
    assert 'href="/rewards/epochs/0/"' in body and 'href="/rewards/epochs/1/"' in body
    assert 'role="img"' in body


def test_before_the_first_close_the_list_says_so(client, db):
    assert "No day has been closed yet" in client.get("/rewards/epochs/").content.decode()


def test_the_list_goes_on_by_number(client, db):
    village.close(0)
    Epoch.objects.filter(state="open").delete()
    Epoch.objects.bulk_create(
        Epoch(number=n, starts_at=village.on(n, 0), ends_at=village.after(n), state="closed", inputs_root="a" * 64)
        for n in range(1, 40)
    )
    first = client.get("/rewards/epochs/").content.decode()
    assert "?before=10" in first and "/epochs/39/" in first and "/epochs/9/" not in first
    rest = client.get("/rewards/epochs/?before=10", headers={"HX-Request": "true"})
    assert "/epochs/9/" in rest.content.decode() and "<html" not in rest.content.decode()
    assert "HX-Request" in rest["Vary"]
    assert client.get("/rewards/epochs/?before=x").status_code == 400


def test_queries_do_not_grow_with_the_list(client, db, django_assert_num_queries):
    village.close(0)
    with django_assert_num_queries(1):
        client.get("/rewards/epochs/", headers={"HX-Request": "true"}, query_params={"before": "5000"})
    Epoch.objects.filter(state="open").delete()
    Epoch.objects.bulk_create(
        Epoch(number=n, starts_at=village.on(n, 0), ends_at=village.after(n), state="closed", inputs_root="a" * 64)
        for n in range(1, 31)
    )
    with django_assert_num_queries(1):
        client.get("/rewards/epochs/", headers={"HX-Request": "true"}, query_params={"before": "5000"})


def test_the_page_of_an_epoch_shows_wallets_to_nobody_and_files_to_all(client, closed):
    response = client.get("/rewards/epochs/0/")
    body = response.content.decode()
    assert response.status_code == 200
    assert "Computed by this server only; anyone can verify" in body
    assert "python -m rewards.engine verify epoch-0" in body
    for name in (*engine.INPUT_FILES, "payouts.csv", "result.json"):
        assert f'href="/rewards/epochs/0/{name}"' in body
    for member in closed:
        assert member.payout_wallet.address not in body
        assert f"@{member.handle}" not in body
    assert "style=" not in body and "<script>" not in body


def test_you_are_here_only_for_oneself(client, as_member, closed, carol):
    assert "you, " in as_member(closed[0]).get("/rewards/epochs/0/").content.decode()
    for other in (client, as_member(carol)):
        assert "you, " not in other.get("/rewards/epochs/0/").content.decode()


@pytest.mark.parametrize(
    "path", ["7/", "99999999999999999999/", "0/secret.csv", "0/tree-v1-leaf.npy", "0/..%2f..%2fx", "7/x.csv"]
)
def test_what_is_not_there(client, closed, path):
    assert client.get(f"/rewards/epochs/{path}").status_code == 404


def test_an_open_epoch_has_no_page_yet(client, closed):
    assert Epoch.objects.get(pk=2).state == "open"
    assert client.get("/rewards/epochs/2/").status_code == 404


@pytest.mark.parametrize("path", ["", "0/", "0/wallets.csv", "0/verify.txt"])
def test_nothing_is_posted_here(client, closed, path):
    assert client.post(f"/rewards/epochs/{path}").status_code == 405


def test_files_are_served_as_they_are_and_never_change(client, closed):
    for name in (*engine.INPUT_FILES, "payouts.csv", "result.json"):
        response = client.get(f"/rewards/epochs/0/{name}")
        content = b"".join(response.streaming_content)
        assert content == (files.directory(0) / name).read_bytes()
        assert response["ETag"] == f'"{hashlib.sha256(content).hexdigest()}"'
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"
        again = client.get(f"/rewards/epochs/0/{name}", headers={"If-None-Match": response["ETag"]})
        assert again.status_code == 304 and not again.content
    assert response["Content-Type"] == "application/json"


def test_holds_and_tree_come_after_approval_and_are_fixed_when_final(client, closed, fay, finn):
    assert client.get("/rewards/epochs/0/tree.json").status_code == 404
    batch = actions.submit(actor=fay, batch=village.batch(0), points=POINTS)
    actions.approve(actor=finn, batch=batch, content_hash=batch.content_hash, confirmed=True, points=POINTS)
    response = client.get("/rewards/epochs/0/tree.json")
    assert response["Cache-Control"] == "no-cache"
    b"".join(response.streaming_content)
    publishing.root_accepted(0, batch.tree_root, village.after(0))
    assert "immutable" in client.get("/rewards/epochs/0/tree.json")["Cache-Control"]
    assert "immutable" in client.get("/rewards/epochs/0/holds.csv")["Cache-Control"]


def test_the_text_that_says_how_to_verify_names_every_file(client, closed):
    text = client.get("/rewards/epochs/0/verify.txt")
    assert text["Content-Type"] == "text/plain; charset=utf-8"
    named = re.findall(r"curl -fsSO http://testserver/rewards/epochs/0/(\S+)", text.content.decode())
    assert named == [*engine.INPUT_FILES, "payouts.csv", "result.json"]


def test_what_anyone_downloads_verifies(client, closed, tmp_path):
    for name in (*engine.INPUT_FILES, "payouts.csv", "result.json"):
        content = b"".join(client.get(f"/rewards/epochs/0/{name}").streaming_content)
        (tmp_path / name).write_bytes(content)
    assert main(["verify", str(tmp_path)]) == 0


def test_a_lost_file_is_a_404_and_not_a_crash(client, closed):
    (files.directory(0) / "seeds.csv").unlink()
    assert client.get("/rewards/epochs/0/seeds.csv").status_code == 404


def test_a_closed_epoch_that_is_not_computed_yet(client, db):
    Epoch.objects.create(
        number=0, starts_at=village.on(0, 0), ends_at=village.after(0), state="closed", inputs_root="a" * 64
    )
    body = client.get("/rewards/epochs/0/").content.decode()
    assert "The amounts are being computed" in body


def test_where_the_pool_went_adds_up_and_says_what_was_carried(client, closed):
    epoch = Epoch.objects.get(pk=0)
    page = reads.epoch_page(0, None)
    parts = dict(page.parts)
    assert sum(parts.values()) == epoch.pool
    # Five people and a cap of a twentieth: three quarters are carried, and nobody is told that members got them.
    assert parts["Carried to the next day"] == epoch.carry_out > 0
    assert parts["Members, by influence"] == sum(Payout.objects.filter(epoch=0).values_list("earned", flat=True))
