"""load_graph: a file of edges as members and interactions, all of it or nothing, once."""

import os
import shutil
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from metya.wallets.models import Member
from rewards.epochs import calendar
from rewards.epochs.actions import advance_due
from rewards.payouts.models import Batch, Payout
from social.demo.edges import read_edges
from social.demo.graph import LADDER
from social.follows.models import Follow
from social.interactions.models import Interaction
from social.profiles.models import Profile

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
SNAP = "# Directed graph: votes\n# FromNodeId\tToNodeId\n3\t7\n7 3\n\n3  9\n9\t9\n"
RATED = "1,2,10,1000\n2,1,3,1500\n3,1,-4,1600\n3,2,1,2000\n"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demo_site(settings, tmp_path):
    settings.DEMO, settings.EPOCHS_DIR = True, tmp_path / "epochs"
    return settings


@pytest.fixture
def load(tmp_path):
    """A function that writes a text to a file and loads it; what the command printed."""

    def run(text, name="graph.txt", **options):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        out = StringIO()
        call_command("load_graph", str(path), stdout=out, **options)
        return out.getvalue()

    return run


def test_a_snap_file(load):
    said = load(SNAP)
    assert "3 edges" in said
    assert "1 to itself" in said
    assert "3 new members, 3 interactions" in said
    pairs = Interaction.objects.values_list("source__handle", "target__handle", "kind")
    assert sorted(pairs) == [("g_3", "g_7", "like"), ("g_3", "g_9", "like"), ("g_7", "g_3", "like")]
    assert set(Profile.objects.values_list("name", flat=True)) == {"Account 3", "Account 7", "Account 9"}


def test_members_have_wallets_of_their_own_that_stay_the_same(load):
    load(SNAP)
    wallets = dict(Member.objects.values_list("handle", "payout_wallet__address"))
    assert len(set(wallets.values())) == 3
    assert not Member.objects.exclude(onboarded_at__isnull=False).exists()
    assert wallets["g_3"] == "0x" + wallets["g_3"][2:].lower()


def test_the_most_trusted_are_the_founders(load):
    load("1 2\n1 5\n2 5\n3 5\n3 2\n")
    assert list(Member.objects.order_by("joined_at").values_list("handle", flat=True)[:2]) == ["g_5", "g_2"]


def test_weights_give_number_and_kinds(load):
    said = load(RATED, "rated.csv")
    assert "1 without a positive weight" in said
    kinds = {}
    for source, target, kind in Interaction.objects.values_list("source__handle", "target__handle", "kind"):
        kinds.setdefault((source, target), []).append(kind)
    assert sorted(kinds["g_1", "g_2"]) == sorted(LADDER)
    assert sorted(kinds["g_2", "g_1"]) == sorted(LADDER[:3])
    assert kinds["g_3", "g_2"] == ["like"]
    assert ("g_3", "g_1") not in kinds
    assert set(Follow.objects.values_list("source__handle", "target__handle")) == {("g_1", "g_2"), ("g_2", "g_1")}
    counts = dict(Profile.objects.values_list("member__handle", "follower_count"))
    assert counts == {"g_1": 1, "g_2": 1, "g_3": 0}


def test_times_are_rescaled_to_the_window(load):
    now = timezone.now()
    load(RATED, "rated.csv", days=10)
    at = {row.source.handle: row.at for row in Interaction.objects.select_related("source").filter(kind="like")}
    assert now - timedelta(days=10, seconds=5) < at["g_1"] < now - timedelta(days=9.8)
    assert now - timedelta(days=5) < at["g_2"] < now - timedelta(days=4.9)
    assert now - timedelta(seconds=5) < at["g_3"] < timezone.now()


def test_without_times_they_are_spread(load):
    load("\n".join(f"{number} {number + 1}" for number in range(200)), days=10)
    ages = [(timezone.now() - at).days for at in Interaction.objects.values_list("at", flat=True)]
    assert set(ages) == set(range(10))


@pytest.mark.parametrize(
    "header",
    ["source,target,weight\n", "SOURCE, TARGET, RATING, TIME\n", "\ufefffrom,to\n", "id,target\n", '"Rater","Ratee"\n'],
)
def test_a_header_is_understood(load, header):
    assert "1 edges" in load(header + "1,2\n", "with_header.csv")


def test_names_dates_and_empty_fields(load):
    load("Anna-Maria,bob_2,2,2024-05-01\nbob_2,anna-maria,,2024-05-03T10:00:00Z\n", "names.csv")
    assert set(Member.objects.values_list("handle", flat=True)) == {"g_anna_maria", "g_bob_2"}
    assert Interaction.objects.count() == 3


def test_quoted_fields(load):
    load('"source","target","weight"\n"anna", "bob","2"\n', "quoted.csv")
    assert set(Member.objects.values_list("handle", flat=True)) == {"g_anna", "g_bob"}
    assert Interaction.objects.count() == 2


def test_a_part_loaded_before_is_told_from_the_whole(load):
    load(SNAP, limit=2)
    assert "(2 edges, now 3 were asked for); a file is loaded once" in load(SNAP)
    assert Interaction.objects.count() == 2


def test_a_second_file_does_not_shorten_the_past(load, demo_site):
    demo_site.GENESIS_DATE = ""
    assert f"Epoch 0 is {(timezone.now() - timedelta(days=20)).date()}" in load(SNAP, days=20)
    assert "Epoch 0" not in load(RATED, "rated.csv", days=5)
    assert calendar.genesis() == (timezone.now() - timedelta(days=20)).date()
    assert f"Epoch 0 is {(timezone.now() - timedelta(days=30)).date()}" in load("1 8\n", "older.txt", days=30)


def test_the_same_file_adds_nothing_again(load):
    load(RATED, "rated.csv")
    before = (Member.objects.count(), Interaction.objects.count(), Follow.objects.count())
    assert "loaded before (3 edges); a file is loaded once, nothing was added" in load(RATED, "renamed.csv")
    assert (Member.objects.count(), Interaction.objects.count(), Follow.objects.count()) == before


def test_another_file_goes_on_with_the_same_accounts(load):
    load(RATED, "rated.csv")
    assert "1 new members" in load("1,2,5\n1,4,1\n", "more.csv")
    assert Follow.objects.filter(source__handle="g_1", target__handle="g_2").count() == 1
    assert Interaction.objects.filter(source__handle="g_1", target__handle="g_2", kind="follow").count() == 1


def test_limit(load):
    assert "2 edges" in load(SNAP, limit=2)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("1 2\n3\n", 2, "two accounts are needed"),
        ("1,2,3\n1,,3\n", 2, "'' is not an account"),
        ("1,2,many\n", 1, "weight 'many' is not a number"),
        ("1,2,nan\n", 1, "not a finite number"),
        ("1,2,inf\n", 1, "not a finite number"),
        ("1,2,1,yesterday\n", 1, "time 'yesterday' is not a number"),
        ("# x\n\n1 2\n1 " + "9" * 40 + "\n", 4, "is not an account"),
        ("1 2\n1 ../../etc\n", 2, "is not an account"),
        ('1,2\n"1,2\n', 2, "unexpected end of data"),
        ('1,2\n1,"a, b"\n', 2, "'a, b' is not an account"),
        ("1 2\n1 \u202e3\n", 2, "is not an account"),
        (b"1 2\n\xff\xfe 3\n", 2, "not UTF-8"),
        ("1 2\n1 \x00\n", 2, "is not an account"),
    ],
)
def test_a_malformed_line_is_named_and_nothing_is_written(load, text, line, reason):
    with pytest.raises(CommandError, match=rf"graph\.txt:{line}: .*{reason}.*Nothing was written") as error:
        load(text)
    assert error.value.returncode == 1
    assert not Member.objects.exists()
    assert not Interaction.objects.exists()


@pytest.mark.parametrize("text", ["", "# only a comment\n", "5 5\n", "1,2,-3\n"])
def test_a_file_without_edges_is_refused(load, text):
    with pytest.raises(CommandError, match="no edge between two accounts"):
        load(text)
    assert not Member.objects.exists()


def test_a_missing_file_and_a_folder(tmp_path):
    with pytest.raises(CommandError, match="no such file"):
        call_command("load_graph", str(tmp_path / "missing.txt"))
    with pytest.raises(CommandError, match="is a directory"):
        call_command("load_graph", str(tmp_path))


@pytest.mark.parametrize("name", ["/dev/zero", "pipe"])
def test_what_might_never_end_is_not_read(tmp_path, name):
    path = tmp_path / name
    if name == "pipe":
        os.mkfifo(path)
    with pytest.raises(CommandError, match="not a regular file"):
        call_command("load_graph", str(path))


@pytest.mark.parametrize(("option", "value"), [("limit", 0), ("limit", -1), ("days", 0), ("days", 1000)])
def test_numbers_out_of_range(load, option, value):
    with pytest.raises(CommandError, match=f"--{option} {value}"):
        load(SNAP, **{option: value})


def test_outside_a_demo_it_wants_to_be_told(load, settings):
    settings.DEMO = settings.DEBUG = False
    with pytest.raises(CommandError, match="--yes"):
        load(SNAP)
    assert not Member.objects.exists()
    assert "3 new members" in load(SNAP, yes=True)


def test_a_failure_leaves_nothing_behind(load, monkeypatch):
    def fail(facts):
        raise RuntimeError("cut off")

    monkeypatch.setattr("social.demo.graph.record_many", fail)
    with pytest.raises(RuntimeError):
        load(SNAP)
    assert not Member.objects.exists()


def test_the_pipeline_runs_over_it(load, demo_site):
    demo_site.GENESIS_DATE = ""
    circle = [f"{one},{(one + step) % 40},{1 + step}" for one in range(40) for step in (1, 2, 3, 5, 8)]
    said = load("\n".join(circle), "circle.csv", days=3)
    assert f"Epoch 0 is {(timezone.now() - timedelta(days=3)).date()}" in said
    assert advance_due() == [0, 1, 2]
    assert Batch.objects.count() == 3
    assert Payout.objects.filter(epoch=2, influence__gt=0).count() == 40


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared graphs are not here")
@pytest.mark.parametrize(
    ("name", "edges", "not_positive"), [("otc_network.csv", 32_029, 3_563), ("wiki-Vote.txt", 103_689, 0)]
)
def test_real_graphs_are_read(name, edges, not_positive):
    found = read_edges(DATA / name)
    assert (len(found.edges), found.not_positive, found.loops) == (edges, not_positive, 0)
    assert (found.span is None) == (name == "wiki-Vote.txt")


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared graphs are not here")
def test_the_start_of_a_real_graph_is_loaded(tmp_path):
    path = shutil.copy(DATA / "otc_network.csv", tmp_path)
    call_command("load_graph", str(path), limit=2_000, stdout=StringIO())
    assert Member.objects.count() > 400
    assert Interaction.objects.filter(kind="like").count() > 1_900
