"""The pages of the model, by address."""

import hashlib
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from social.ranking.models import ModelVersion
from social.training import folders, lots, running, versions
from social.training.models import Mode, Round, Switch, Validator
from tests import make
from tests.social.training import village

pytestmark = pytest.mark.django_db


def test_before_anything_was_learned_the_page_says_what_helps(client, alice, as_member):
    page = client.get("/ranking/")
    text = page.content.decode()
    assert page.status_code == 200 and "Nothing learned yet" in text and "weights set by hand" in text
    assert "/settings/consent/" in as_member(alice).get("/ranking/").content.decode()
    assert client.post("/ranking/").status_code == 405


def test_what_is_in_use_how_well_and_how_it_came_to_be(client, purse):
    village.village()
    running.train()
    text = client.get("/ranking/").content.decode()
    for words in ("Version 2, in use since", "Orders rightly", "Taken into use: it is surely better.", "What changed",
                  "members whose examples it learned from", "everybody", "drawn by lot"):  # fmt: skip
        assert words in text, words
    assert lots.sealed(lots.draw(2).seed) in text and lots.draw(2).seed not in text
    assert "villager" not in text


def test_a_version_that_was_brought_back_is_not_told_as_the_first_nor_with_figures_of_another(client, purse):
    village.village()
    running.train()
    ada = make.member("ada", roles=("admin",))
    versions.roll_back(actor=ada, version=ModelVersion.objects.get(number=1), reason="Looked")
    text = client.get("/ranking/").content.decode()
    assert "weights set by hand, brought back on" in text and "taught it nothing yet" not in text
    assert text.index("The last round") < text.index("Orders rightly")


def test_a_round_has_its_figures_its_seed_and_its_files(client, purse):
    village.village()
    one = running.train()
    text = client.get("/ranking/1/").content.decode()
    assert one.snapshot in text and one.record_sha256 in text and lots.draw(1).seed in text
    assert "python -m social.ranking.verify round-1" in text and "allots" in text
    for name in ("round.json", "examples.csv", "members.csv"):
        answer = client.get(f"/ranking/1/{name}")
        content = b"".join(answer.streaming_content)
        assert hashlib.sha256(content).hexdigest() in text and "immutable" in answer["Cache-Control"]
        assert client.get(f"/ranking/1/{name}", headers={"If-None-Match": answer["ETag"]}).status_code == 304
        assert b"villager" not in content
    commands = client.get("/ranking/1/verify.txt").content.decode()
    assert "curl -fsSO http://testserver/ranking/1/values.csv" in commands


def test_the_files_are_read_once_for_all_who_look_and_anew_when_they_change(client, records, monkeypatch):
    village.village(40, 10)
    running.train()
    read, real = [], hashlib.file_digest
    monkeypatch.setattr(folders.hashlib, "file_digest", lambda file, name: read.append(file.name) or real(file, name))
    for _ in range(3):
        assert "Trust none of them" not in client.get("/ranking/1/").content.decode()
    assert len(read) == len(set(read)) == len(folders.FILES)
    (records / "1" / "values.csv").write_text("example,phi\n")
    assert "Trust none of them" in client.get("/ranking/1/").content.decode() and len(read) == len(folders.FILES) + 1


@pytest.mark.parametrize(
    "path",
    ["/ranking/2/", "/ranking/0/", "/ranking/1/secret", "/ranking/1/..%2f..%2fmetya.sqlite3", "/ranking/1/.part",
     "/ranking/2/verify.txt", "/ranking/2/round.json", "/ranking/99999999999999999999/"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(client, path):
    village.village(40, 10)
    running.train()
    assert client.get(path).status_code == 404


def test_a_running_round_has_no_page_and_a_failed_one_says_why(client, bob, as_member):
    running.begin()
    assert client.get("/ranking/1/").status_code == 404
    assert "A round is being computed" in client.get("/ranking/").content.decode()
    Round.objects.update(state="failed", error="silent", finished_at=timezone.now())
    assert "switched off" in client.get("/ranking/1/").content.decode()
    assert client.get("/ranking/1/verify.txt").status_code == 404
    mine, leads = as_member(bob), 'href="/settings/consent/">Choose what you allow'
    failed = mine.get("/ranking/1/").content.decode()
    Round.objects.update(state="nothing", error="no-examples")
    empty = mine.get("/ranking/1/").content.decode()
    assert "the version in use stayed" in failed and "the version in use stayed" in empty
    assert leads not in failed and leads in empty


def test_files_that_are_not_those_stored_or_are_gone_are_said(client, records):
    village.village(40, 10)
    running.train()
    (records / "1" / "values.csv").write_text("altered")
    assert "Trust none of them" in client.get("/ranking/1/").content.decode()
    (records / "1" / "values.csv").unlink()
    assert client.get("/ranking/1/").status_code == 200
    assert client.get("/ranking/1/values.csv").status_code == 404


@pytest.mark.parametrize(
    ("mode", "words"), [(Mode.STOPPED, "have stopped the training"), (Mode.PINNED, "keep the version")]
)
def test_readers_are_told_when_training_is_switched(client, mode, words):
    assert words not in client.get("/ranking/").content.decode()
    Switch.objects.create(pk=1, mode=mode)
    assert words in client.get("/ranking/").content.decode()


def test_who_was_drawn_is_told_and_nobody_else(as_member, alice, bob):
    from_lot = make.member("drawn")

    Validator.objects.create(member=from_lot, number=1)
    assert "drawn by lot to measure" in as_member(from_lot).get("/ranking/").content.decode()
    assert "drawn by lot to measure" not in as_member(bob).get("/ranking/").content.decode()


def test_the_list_of_rounds_is_paged_with_as_many_queries_as_it_is_long(client):
    def counted():
        with CaptureQueriesContext(connection) as asked:
            client.get("/ranking/")
        return len(asked)

    def rounds(first, count):
        rows = [Round(number=first + at, state="nothing", error="no-examples", finished_at=timezone.now())
                for at in range(count)]  # fmt: skip
        Round.objects.bulk_create(rows)

    rounds(1, 3)
    few = counted()
    rounds(4, 27)
    assert counted() == few
    page = client.get("/ranking/")
    assert page.content.decode().count("/ranking/") > 20 and "Earlier rounds" in page.content.decode()
    before = Round.objects.order_by("-pk")[19].pk
    more = client.get(f"/ranking/?before={before}", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in more and more.count("<tr>") == 10
    assert client.get("/ranking/?before=x").status_code == 400


# --- the command ---------------------------------------------------------------------------------------------------


def command(*arguments):
    out = StringIO()
    call_command("train_ranking", *arguments, stdout=out)
    return out.getvalue()


def test_a_dry_run_tells_and_stores_nothing(records):
    village.village()
    told = command("--dry-run")
    assert "would be promoted" in told and "48 members" in told
    assert not Round.objects.exists() and not records.exists()


def test_the_command_trains_and_says_what_came_of_it():
    assert "no examples" in command()
    village.village()
    assert "promoted" in command() and Round.objects.get(number=2).record_sha256
    assert "not promoted" in command("--now") or Round.objects.count() == 3
    Switch.objects.create(pk=1, mode=Mode.STOPPED)
    with pytest.raises(CommandError, match="stopped"):
        command("--now")


def test_the_command_says_that_another_round_runs():
    running.begin()
    with pytest.raises(CommandError, match="running"):
        command()
