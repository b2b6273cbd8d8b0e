"""What styles are worth and how their pool is split; the record of it, and a stranger who computes it again."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from social.ranking import verify
from social.ranking.maths import cardrecord, cards, record
from social.ranking.maths.cards import AUTHOR, VOTE, CardInputs, CardRules, Choices, Claim
from social.ranking.maths.errors import RankingError
from social.ranking.maths.rounds import Rules
from tests.social.ranking.test_record import inputs as examples

ROOT = Path(__file__).resolve().parents[3]
TRUE = np.array([1.2, 0.4, 0.0, -1.5])
BUDGET = 10**12


def choices(members, each, first=0, seed=1, strengths=TRUE, count=None):
    """`each` different ordered pairs of every member, chosen as the strengths say."""
    chance = np.random.default_rng(seed)
    known, rows = count or len(strengths), []
    for member in range(first, first + members):
        said = set()
        for _ in range(each):
            a, b = chance.permutation(known)[:2].tolist()
            wins = chance.random() < 1 / (1 + np.exp(strengths[b] - strengths[a]))
            said.add((a, b) if wins else (b, a))
        rows += [(member, *pair) for pair in sorted(said)]
    return of(rows)


def of(rows):
    table = np.array(sorted(set(rows)), dtype=np.int64).reshape(-1, 3)
    return Choices(table[:, 0].copy(), table[:, 1].copy(), table[:, 2].copy())


CLAIMS = tuple(
    Claim(*row)
    for row in [(0, AUTHOR, 0), (0, VOTE, 2), (0, VOTE, 3), (0, VOTE, 4), (1, AUTHOR, 1), (2, AUTHOR, 0), (2, VOTE, 1)]
)


def inputs(**changes):
    rules = {"lam": 0.2, "budget": BUDGET, "rate": 100} | changes.pop("rules", {})
    return CardInputs(
        **{
            "rules": CardRules(**rules),
            "cards": ("s-a", "s-b", "s-c", "s-d"),
            "start": np.zeros(4),
            "choices": choices(40, 6, seed=11),
            "measuring": choices(20, 8, first=40, seed=12),
            "payees": ("p-0", "p-1", "p-2", "p-3", "p-4"),
            "claims": CLAIMS,
        }
        | changes
    )


MAIN = "ab" * 32


@pytest.fixture(scope="module")
def closed():
    return cardrecord.close(inputs(), MAIN)


def test_values_add_up_and_the_better_styles_are_worth_more(closed):
    whole, outcome = closed
    assert outcome.verdict.promote and outcome.gain.lower > 0
    assert sum(outcome.card_values) == int(outcome.values.sum())
    assert sum(outcome.card_values) / 1e12 == pytest.approx(outcome.utility, rel=1e-4)
    assert outcome.card_values[0] > outcome.card_values[1] > 0 > outcome.card_values[3]
    assert np.argsort(-outcome.strengths).tolist() == [0, 1, 2, 3]
    assert outcome.strengths[0] - outcome.strengths[3] == pytest.approx(2.7, abs=1.0)
    assert sum(whole.won) == len(whole.inputs.choices)


def test_a_style_that_nobody_chose_is_worth_nothing():
    wider = inputs(cards=("s-a", "s-b", "s-c", "s-d", "s-e"), start=np.zeros(5))
    outcome = cards.compute(wider, MAIN)
    assert (outcome.card_values[4], outcome.grains[4]) == (0, 0)
    assert outcome.strengths[4] == 0 and outcome.card_values[:4] == cards.compute(inputs(), MAIN).card_values


def test_choices_of_one_member_split_over_two_accounts_are_worth_the_same(closed):
    own = closed[0].inputs.choices
    first = own.members == 0
    assert first.sum() > 2
    shifted = own.members + 1
    shifted[first] = np.arange(first.sum()) % 2
    rows = list(zip(shifted.tolist(), own.winners.tolist(), own.losers.tolist(), strict=True))
    measuring = closed[0].inputs.measuring
    other = replace(measuring, members=measuring.members + 1)
    split = cards.compute(inputs(choices=of(rows), measuring=other), MAIN)
    assert split.card_values == pytest.approx(closed[1].card_values, abs=20) and split.pool > 0


def test_who_chooses_much_weighs_as_much_as_the_cap():
    loud = of([(0, a, b) for a in range(4) for b in range(4) if a != b] + [(1, 0, 1)])
    laid, _, _ = cards.lay_out(inputs(choices=loud, rules={"member_cap": 3.0}))
    assert laid.weights.tolist() == [0.25] * 12 + [1.0]


def test_the_same_choices_over_the_strengths_they_taught_pay_hardly_anything(closed):
    again = cards.compute(inputs(start=closed[1].strengths), MAIN)
    assert again.pool <= closed[1].pool // 50


def test_nothing_is_paid_without_a_sure_gain_or_enough_who_measure():
    few = cards.compute(inputs(measuring=choices(9, 20, first=40, seed=12)), MAIN)
    assert few.verdict.reasons == ("too-few-members",) and few.pool == 0 == sum(few.given) == sum(few.grains)
    coin = cards.compute(inputs(measuring=choices(20, 8, first=40, seed=12, strengths=-TRUE)), MAIN)
    assert "gain-unsure" in coin.verdict.reasons and coin.pool == 0


def test_the_pool_is_the_lesser_of_a_tenth_and_the_rate(closed):
    outcome = closed[1]
    assert outcome.pool == 100 * outcome.gain.lower_nano < BUDGET // 10
    poor = cards.compute(inputs(rules={"budget": 1_009, "rate": 10**6}), MAIN)
    assert poor.pool == 100
    assert cards.compute(inputs(rules={"budget": 0}), MAIN).pool == 0


def paid(card_values, pool=1_000_000, claims=CLAIMS, **rules):
    one = inputs(claims=claims, rules={"budget": pool * 10, "rate": pool} | rules)
    return cards.pay(one, card_values, 1, True)


def test_a_style_is_capped_its_author_gets_seven_tenths_and_voters_equal_parts():
    pool, grains, given = paid((9_000_000, 1_000_000, 0, -5))
    assert (pool, grains) == (1_000_000, (500_000, 500_000, 0, 0))
    assert given == (350_000, 50_000, 50_000, 50_000, 350_000, 0, 0)
    # Nobody voted for the second style: that part stays unpaid.
    assert pool - sum(given) == 150_000


def test_grains_that_do_not_divide_go_to_who_comes_first():
    _pool, grains, given = paid((3_000, 3_000, 3_000, 0), pool=100)
    assert grains == (34, 33, 33, 0)
    # 23 for the author of the first, 11 for its three voters: 4, 4, 3.
    assert given[1:4] == (4, 4, 3)
    assert given[4] == 23 and sum(given) <= 100


def test_several_styles_bring_one_author_no_more_than_the_cap():
    alone = tuple(Claim(card, AUTHOR, 0) for card in range(4))
    _pool, _grains, given = paid((4_000, 4_000, 4_000, 4_000), claims=alone)
    assert sum(given) == 350_000 and max(given) - min(given) <= 1
    mixed = (Claim(0, AUTHOR, 0), Claim(1, AUTHOR, 1), Claim(1, VOTE, 0))
    _pool, _grains, given = paid((4_000, 4_000, 0, 0), claims=mixed)
    assert given[0] + given[2] == 350_000 and given[0] > 0 and given[2] > 0 and given[1] == 350_000


@pytest.mark.parametrize("seed", range(5))
def test_no_split_gives_more_than_there_is(seed):
    chance = np.random.default_rng(seed)
    for _ in range(40):
        rows = {(int(card), AUTHOR, int(chance.integers(0, 5))) for card in range(4)}
        rows |= {
            (int(c), VOTE, int(p)) for c, p in chance.integers(0, (4, 5), size=(8, 2)) if (c, AUTHOR, p) not in rows
        }
        claims = tuple(Claim(*row) for row in sorted(rows))
        worth = tuple(chance.integers(-(10**6), 10**7, size=4).tolist())
        pool, grains, given = paid(worth, pool=int(chance.integers(1, 10**6)), claims=claims)
        assert min(given) >= 0 and sum(given) <= sum(grains) <= pool
        assert max(grains) <= pool * 5_000 // 10_000
        for card in range(4):
            assert sum(part for one, part in zip(claims, given, strict=True) if one.card == card) <= grains[card]
        for payee in range(5):
            assert (
                sum(part for one, part in zip(claims, given, strict=True) if one.payee == payee)
                <= pool * 3_500 // 10_000
            )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"start": np.zeros(3)}, "wrong-shape"),
        ({"choices": of([(0, 0, 4)])}, "unknown-card"),
        ({"choices": of([(0, 1, 1)])}, "same-card"),
        ({"choices": of([(40, 0, 1)])}, "validator-trains"),
        ({"claims": CLAIMS[::-1]}, "claims-astray"),
        ({"claims": (CLAIMS[0], CLAIMS[0])}, "claims-astray"),
        ({"claims": (Claim(0, AUTHOR, 5),)}, "unknown-payee"),
        ({"claims": (Claim(0, AUTHOR, 0), Claim(0, AUTHOR, 1))}, "two-authors"),
        ({"claims": (Claim(0, AUTHOR, 0), Claim(0, VOTE, 0))}, "own-vote"),
        ({"measuring": of([])}, "no-validation"),
        ({"rules": {"style_bp": 10_001}}, "bad-part"),
    ],
)
def test_inputs_that_no_round_has(change, code):
    with pytest.raises(RankingError) as refused:
        cardrecord.close(inputs(**change), MAIN)
    assert refused.value.code == code


# --- the record ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole():
    made = examples(budget=BUDGET)
    styles, _ = cardrecord.close(inputs(), record.snapshot_of(made))
    rules = Rules(**{"lam": 10.0, "rate": 5_000, "budget": BUDGET - styles.result.pool})
    return record.close(replace(made, rules=rules), styles)[0]


@pytest.fixture
def place(whole, tmp_path):
    record.write(tmp_path / "round-4", whole)
    return tmp_path / "round-4"


def test_written_and_read_is_the_same(whole, place):
    assert {path.name for path in place.iterdir()} == {*record.FILES, *record.STYLE_FILES}
    again = record.read(place).styles
    mine = whole.styles
    assert again is not None and again.inputs.claims == mine.inputs.claims and again.inputs.rules == mine.inputs.rules
    assert again.inputs.start.tobytes() == mine.inputs.start.tobytes()
    assert again.values.tolist() == mine.values.tolist() and again.given == mine.given
    assert (again.won, again.card_values, again.grains) == (mine.won, mine.card_values, mine.grains)
    assert again.result.strengths.tobytes() == mine.result.strengths.tobytes()
    assert again.result.gain == mine.result.gain and again.snapshot == mine.snapshot


def test_the_same_choices_give_the_same_files(whole, place, tmp_path):
    styles, _ = cardrecord.close(inputs(), whole.snapshot)
    (tmp_path / "again").mkdir()
    cardrecord.write(tmp_path / "again", styles)
    for name in record.STYLE_FILES:
        assert (tmp_path / "again" / name).read_bytes() == (place / name).read_bytes()


def test_a_stranger_computes_the_same_without_django(place):
    code = (
        "import sys; from social.ranking.verify import main; code = main(sys.argv[1:]);"
        "assert not any(name.split('.')[0] == 'django' for name in sys.modules); sys.exit(code)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, str(place)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stderr) == (0, "")
    lines = found.stdout.splitlines()
    assert all(line.startswith("ok ") for line in lines)
    assert sum("styles: " in line for line in lines) == 12


def edit(path, change):
    before = path.read_text()
    after = change(before)
    assert after != before
    path.write_text(after)


def add_to_last(column):
    def change(text):
        head, *rest = text.splitlines()
        at = next(at for at, row in enumerate(rest) if int(row.split(",")[column]) > 0)
        parts = rest[at].split(",")
        parts[column] = str(int(parts[column]) + (1_000 if column == 1 else 1))
        rest[at] = ",".join(parts)
        return "\n".join([head, *rest]) + "\n"

    return change


def change_json(**changes):
    return lambda text: json.dumps(json.loads(text) | changes)


def change_rule(**changes):
    return lambda text: json.dumps(json.loads(text) | {"rules": json.loads(text)["rules"] | changes})


def turned(text):
    """One choice the other way round, in its right place."""
    head, *rest = text.splitlines()
    rows = {tuple(map(int, row.split(","))) for row in rest}
    member, winner, loser = next(row for row in sorted(rows) if (row[0], row[2], row[1]) not in rows)
    rows = rows - {(member, winner, loser)} | {(member, loser, winner)}
    return "\n".join([head, *(",".join(map(str, row)) for row in sorted(rows))]) + "\n"


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("styles-pay.csv", add_to_last(3), "styles-pay.csv:"),
        ("styles-pay.csv", lambda text: text.replace("\n0,1,2,", "\n0,1,0,"), "Nobody votes"),
        ("styles-pay.csv", lambda text: text.replace("\n0,1,2,", "\n0,2,2,"), "vote must be 0 or 1"),
        ("styles-values.csv", add_to_last(1), "styles-values.csv:"),
        ("styles-cards.csv", add_to_last(3), "styles-cards.csv:"),
        ("styles-cards.csv", lambda text: text.replace("\n0,", "\n0,1", 1), "styles-cards.csv:2 should be"),
        ("styles-choices.csv", turned, "DIFFERS styles: snapshot"),
        ("styles-validation.csv", lambda text: text[: text.rstrip().rfind("\n") + 1], "DIFFERS styles: snapshot"),
        ("styles-result.json", change_json(pool=1), "styles-result.json says 1"),
        ("styles-result.json", change_json(left=1), "styles-result.json says 1"),
        ("styles-result.json", change_json(pays=False), "it should be paid"),
        ("styles-result.json", change_json(strengths=[0.0] * 4), "DIFFERS styles: strengths"),
        ("styles-result.json", change_json(utility=5), "values add up"),
        ("styles-result.json", lambda text: text.replace('"lower":', '"lower":1'), "here lower"),
        ("styles.json", change_json(start=[0.1, 0.0, 0.0, 0.0]), "DIFFERS styles: snapshot"),
        ("styles.json", change_rule(rate=101), "DIFFERS styles: pool of"),
        ("styles.json", change_rule(author_bp=6_000), "styles-pay.csv:2 should be"),
        ("styles.json", change_rule(budget=BUDGET * 2), "both pools are within the budget"),
        ("styles.json", change_json(snapshot="0" * 64), "DIFFERS styles: snapshot"),
        ("round.json", change_json(styles="0" * 64), "DIFFERS styles: snapshot"),
        ("round.json", lambda text: text.replace('"format":2', '"format":1'), "exactly the keys"),
    ],
)
def test_a_changed_record_is_found(place, capsys, name, change, told):
    edit(place / name, change)
    assert verify.main([str(place)]) == 1
    said = capsys.readouterr()
    assert told in said.out + said.err


@pytest.mark.parametrize("name", record.STYLE_FILES)
def test_a_cut_off_or_missing_file_is_named(place, capsys, name):
    whole = (place / name).read_bytes()
    for size in (0, 1, len(whole) // 2, len(whole) - 2):
        (place / name).write_bytes(whole[:size])
        assert verify.main([str(place)]) == 1
        assert name in capsys.readouterr().err.splitlines()[-1]
    (place / name).unlink()
    assert verify.main([str(place)]) == 1
    assert capsys.readouterr().err == f"{name}:1: is missing\n"


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("styles-choices.csv", lambda text: text.replace("\n1,", "\n0,", 1), "rows must ascend"),
        ("styles.json", change_json(cards=["s-a", "s-a", "s-c", "s-d"]), "one twice"),
        ("styles.json", change_json(start=[0.0]), "strengths must be 4 numbers"),
        ("styles.json", change_json(payees=["=cmd"]), "something else in it"),
        ("styles.json", change_json(format=9), "format 9"),
        ("styles.json", change_rule(nodes=0), "nodes must be"),
        ("styles-result.json", change_json(reasons=[1]), "reasons must be words"),
    ],
)
def test_an_ill_formed_file_is_told(place, capsys, name, change, told):
    edit(place / name, change)
    assert verify.main([str(place)]) == 1
    assert told in capsys.readouterr().err


def test_names_must_be_such_that_can_be_written(whole, tmp_path):
    forged = replace(
        whole.styles, inputs=replace(whole.styles.inputs, payees=("=cmd", *whole.styles.inputs.payees[1:]))
    )
    with pytest.raises(RankingError, match="name"):
        record.write(tmp_path / "bad", replace(whole, styles=forged))
    assert not (tmp_path / "bad" / "result.json").exists()
