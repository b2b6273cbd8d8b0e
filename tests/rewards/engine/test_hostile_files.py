"""Any damage to any file of an epoch: every command ends with an exit code and one line, never with a traceback."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rewards.engine import Hold, read_payouts, write_holds
from rewards.engine.__main__ import main
from tests.rewards.engine import build, oracle

FILES = [*oracle.INPUTS, "payouts.csv", "holds.csv", "result.json", "tree.json"]
TOKENS = [
    *(b"\0", b"\n", b"\r", b",", b'"', b"-", b"0", b" ", b"[", b"{", b"}", b"]", b"\xff", b"\x1b", b"\xef\xbb\xbf"),
    *(b"\\ud800", b"\\u001b", b"1.5", b"1e5", b"NaN", b"-0", b"null", b"true", b"follow", b"9" * 25, b"9" * 5_000),
    *(str(edge + step).encode() for edge in (2**31, 2**32, 2**63, 2**64, 10**18) for step in (-1, 0, 1)),
]

Files = dict[str, bytes]

anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(st.characters(codec=None), max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(st.characters(), max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """The bytes of a whole epoch, with a hold."""
    folder = tmp_path_factory.mktemp("good")
    build.small().write(folder)
    assert main(["score", str(folder)]) == 0
    held = next(row.wallet for row in read_payouts(folder) if row.cumulative)
    write_holds(folder, [Hold(held, 1, 'an "odd",\none')])
    assert main(["tree", str(folder)]) == 0
    return {name: (folder / name).read_bytes() for name in FILES}


@st.composite
def damaged(draw: st.DrawFn, raw: bytes) -> bytes:
    """The bytes with some places overwritten, cut out or filled in, often by what is special in a format."""
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(raw)))
        gone = draw(st.sampled_from([0, 0, 1, 2, 10, 100, len(raw)]))
        raw = raw[:at] + draw(st.sampled_from(TOKENS) | st.binary(max_size=3) | st.just(b"")) + raw[at + gone :]
    return raw


@st.composite
def other_object(draw: st.DrawFn, raw: bytes) -> bytes:
    """The object of a JSON file with one value or key that does not belong there, else canonical."""
    value = json.loads(raw)
    where = draw(st.sampled_from([value, *(part for part in value.values() if isinstance(part, dict))]))
    where[draw(st.sampled_from(sorted(where)) | st.text(st.characters(), max_size=3))] = draw(anything)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=draw(st.booleans()))
    return text.encode("utf-8", "surrogatepass")


@st.composite
def epochs(draw: st.DrawFn, files: Files) -> Files:
    name = draw(st.sampled_from(FILES))
    objects = name in ("params.json", "epoch.json", "result.json")
    changes = damaged(files[name]) | other_object(files[name]) if objects else damaged(files[name])
    return {**files, name: draw(changes)}


@pytest.mark.parametrize("command", ["score", "verify", "tree", "proof"])
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_command_answers(
    good: Files, capsys: pytest.CaptureFixture[str], command: str, data: st.DataObject
) -> None:
    files = data.draw(epochs(good))
    with TemporaryDirectory() as folder:
        for name, raw in files.items():
            (Path(folder) / name).write_bytes(raw)
        code = main([command, folder, *([build.wallet(1)] if command == "proof" else [])])
    printed = capsys.readouterr()
    said = printed.err if code == 2 or command == "proof" else printed.out
    assert code in (0, 1, 2)
    if code == 0:
        assert printed.err == ""
        return
    assert (printed.err if said is printed.out else printed.out) == ""
    assert said.endswith("\n")
    assert said[:-1].isprintable()
    assert len(said) < 800
