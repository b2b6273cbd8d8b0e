"""The whole way: a community teaches its feed, and those who taught it are paid by what they added."""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

from django.test import Client

from metya.wallets.models import Wallet
from metya.web.numbers import met
from rewards.ledger import reads
from rewards.ledger.accounts import TRAINING
from rewards.training import allotting, jobs
from rewards.training.models import TrainingPay
from social.ranking.maths.payment import BASIS_POINTS, MEMBER_CAP_BP
from social.training import running
from social.training.models import MemberValue
from tests import make
from tests.rewards import village
from tests.rewards.training.town import MET
from tests.social.training import village as teachers

ROOT = Path(__file__).resolve().parents[3]


def housed(members):
    """Everybody with a wallet."""
    for member in members:
        member.payout_wallet = Wallet.objects.create(
            member=member, address=make.key(800_000 + member.pk).address.lower()
        )
        member.save(update_fields=["payout_wallet"])
    return members


def fetched(number, place, page):
    """What a stranger downloads: every file that the public page names."""
    place.mkdir()
    visitor = Client()
    for name, sha256 in re.findall(r'href="/ranking/\d+/(\w+\.\w+)">\1</a><p class="hash">sha256 (\w{64})', page):
        answer = visitor.get(f"/rewards/training/{number}/{name}", follow=True)
        (place / name).write_bytes(b"".join(answer.streaming_content))
        assert hashlib.sha256((place / name).read_bytes()).hexdigest() == sha256
    assert len(list(place.iterdir())) == 7
    return place


def recomputed(place):
    """Exit code and words of the stranger's own computer, which has no Django set up."""
    plain = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "social.ranking.verify", str(place)]
    found = subprocess.run(command, env=plain, cwd=place, capture_output=True, text=True, check=False)
    return found.returncode, found.stdout + found.stderr


def test_a_community_teaches_its_feed_and_is_paid(town, office, tmp_path):
    # Epochs have put money aside for training, and sixty people allow the model to learn from them.
    town.endow(1_000 * MET)
    members = housed(teachers.village(60))

    # A round finds a better model, which is taken into use; what it may pay is shared by what each added to that.
    one = running.train()
    assert one.verdict["promote"] and one.gain_low > 0
    assert 0 < one.pool <= 1_000 * MET
    values = MemberValue.objects.filter(round=one)
    allotted = sum(values.values_list("grains", flat=True))
    assert 0 < allotted <= one.pool
    assert max(values.values_list("grains", flat=True)) <= one.pool * MEMBER_CAP_BP // BASIS_POINTS

    # Nobody is paid yet: for one round it is only held, and the day ends without it.
    jobs.advance_pay.call()
    pays = TrainingPay.objects.filter(round=one)
    assert sum(pays.values_list("grains", flat=True)) == allotted and set(town.states(one)) == {"held"}
    village.close(0)
    assert town.earned(0) == {}

    # The same examples once more teach nothing that is not known: that round pays nobody, and lets the first one go.
    second = running.train(fresh=True)
    assert not second.verdict["promote"] and second.pool == 0
    assert allotting.advance(village.on(1)) == (0, pays.count())

    # They come with the next day, exactly as the record of the round says.
    before = reads.balance(TRAINING)
    village.close(1)
    assert town.earned(1) == {pay.wallet: pay.grains for pay in pays}
    assert reads.balance(TRAINING) == before - allotted
    assert set(town.states(one)) == {"paid"}

    # Ines is one of them. She reads why, and it adds up.
    ines = pays.order_by("-grains").first().member
    hers = pays.get(member=ines).grains
    as_ines = Client()
    as_ines.force_login(ines)
    receipt = as_ines.get("/rewards/training/1/mine.json").json()
    assert receipt["grains"]["equal"] + receipt["grains"]["by_value"] == receipt["grains"]["together"] == hers
    assert sum(line["value_pico_nats"] for line in receipt["examples"]) == receipt["value_pico_nats"]
    assert met(hers) in as_ines.get("/rewards/training/").content.decode()
    assert "/rewards/training/1/mine/" in as_ines.get("/rewards/epochs/1/why/").content.decode()

    # Two people review the day as any other, its root is in force, and she takes it out.
    office.review(0, 1)
    office.accept(1)
    wallet = ines.payout_wallet.address
    assert reads.balances_of(wallet).payable == office.leaf(1, ines) == hers
    assert office.claim(1, ines) == hers
    assert reads.balances_of(wallet).claimed == hers

    # A stranger has only what is public, and comes to the same grains.
    place = fetched(1, tmp_path / "round-1", Client().get("/rewards/training/1/").content.decode())
    code, said = recomputed(place)
    assert code == 0 and f"{allotted} grains paid" in said and "DIFFERS" not in said
    lines = (place / "members.csv").read_text().splitlines()[1:]
    assert [int(line.split(",")[-1]) for line in lines] == [value.grains for value in values.order_by("number")]
    # One grain more for anybody would have been found.
    more = ",".join([*lines[0].split(",")[:-1], str(int(lines[0].split(",")[-1]) + 1)])
    (place / "members.csv").write_text((place / "members.csv").read_text().replace(lines[0], more))
    assert recomputed(place)[0] == 1

    # Whatever runs again changes nothing.
    everything = list(TrainingPay.objects.values()), reads.balances_by_kind()
    jobs.advance_pay.call()
    for epoch in (0, 1):
        village.close(epoch)
    assert (list(TrainingPay.objects.values()), reads.balances_by_kind()) == everything
    assert members
