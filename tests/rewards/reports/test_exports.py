"""Exports: what stands in the files, who gets them, and everything that may go wrong on the way."""

import csv
import hashlib
import io
import os
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pyarrow.parquet
import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Permission
from django.core import signing
from django.core.management import CommandError, call_command
from django.test import AsyncClient
from django.utils import timezone

from metya.ops.models import AuditEvent
from metya.wallets import roles, secondfactor
from metya.web.cells import neutral
from metya.web.errors import Conflict, Invalid, NotAllowed
from rewards.payouts.models import Payout
from rewards.reports import datasets, exporting, formats, jobs
from rewards.reports.datasets import DATASETS, Column, Type, Wanted
from rewards.reports.models import Export, MachineAccount
from social.live.models import LiveMinute
from social.notifications.models import Notification
from tests import make
from tests.rewards.reports.conftest import DAY, after, at, before, count, deed, post
from tests.rewards.reports.test_counting import epoch

pytestmark = pytest.mark.django_db
URL = "/admin/reports/exports/"
FORMULAS = ["=1+1", "+1", "-1", "−1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1+1", "＝1", "＋1", "－1", "＠x"]


@pytest.fixture(autouse=True)
def _places(settings, tmp_path, monkeypatch):
    settings.PRIVATE_ROOT = tmp_path / "private"
    monkeypatch.setattr(secondfactor, "verified", lambda request: True)
    monkeypatch.setattr(datasets, "PIECE", 3)


@pytest.fixture
def manager(db):
    roles.sync()
    return make.member("a_manager", roles=("manager",))


@pytest.fixture
def manager_in(manager, as_member):
    return as_member(manager)


@pytest.fixture
def likes(trio):
    """Eight likes of three days."""
    ada, ben, cyn = trio
    for place in range(8):
        deed((ada, ben)[place % 2], cyn, "like" if place else "follow", at(before(2 - place // 3), 1 + place))
    return trio


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def asked(manager, name="interactions", format="xlsx", personal=False, **wanted):
    return exporting.ask(actor=manager, name=name, format=format, wanted=Wanted(**wanted), personal=personal)


def written(export):
    exporting.write(Export.objects.select_related("asked_by").get(pk=export.pk))
    export.refresh_from_db()
    return export


def sheet_cells(path: Path, number: int = 1):
    """The cells of a sheet: (type, style, text or None) by reference."""
    names = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(path) as book:
        root = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
    found = {}
    for cell in root.iterfind(".//m:c", names):
        assert cell.find("m:f", names) is None, "a formula"
        inline = cell.find("m:is/m:t", names)
        plain = cell.find("m:v", names)
        found[cell.get("r")] = (cell.get("t"), cell.get("s"), inline.text if inline is not None else plain.text)
    return found


# --- what stands in the files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_begins_a_formula(text):
    assert neutral(text)[0] == "'" and "\0" not in neutral(text) and neutral(text)[1:] == text.replace("\0", "")


@pytest.mark.parametrize("text", ["", "a=1", " 1", "1-1", "'=1", "<b>", "#1", "€5"])
def test_other_texts_stay_as_they_are(text):
    assert neutral(text) == text


def test_csv_keeps_types_and_neutralises_texts():
    columns = [
        Column("id"),
        Column("t", Type.TEXT),
        Column("b", Type.BOOL),
        Column("at", Type.TIME),
        Column("d", Type.DAY),
    ]
    rows = [(-5, "=1+1", True, at(), DAY), (7, 'a "quote",\nline', False, None, None), (None, "-2", None, None, None)]
    data = b"".join(formats.csv_pieces(columns, [rows])).decode()
    assert data.splitlines()[0] == '"id","t","b","at","d"'
    assert data.splitlines()[1] == '-5,"\'=1+1","true","2026-03-10T12:00:00+00:00","2026-03-10"'
    back = list(csv.reader(io.StringIO(data)))
    assert back[2] == ["7", 'a "quote",\nline', "false", "", ""] and back[3] == ["", "'-2", "", "", ""]


def test_xlsx_holds_texts_as_texts_and_numbers_as_numbers(tmp_path):
    columns = [
        Column("id"),
        Column("t", Type.TEXT),
        Column("b", Type.BOOL),
        Column("at", Type.TIME),
        Column("d", Type.DAY),
    ]
    rows = [(number, text, True, at(), DAY) for number, text in enumerate([*FORMULAS, "plain", "x" * 40_000])]
    rows += [(10**18, None, None, None, None), (-(10**14), "https://example.org", None, None, None)]
    formats.write_xlsx(tmp_path / "x.xlsx", columns, [rows[:5], rows[5:]])
    cells = sheet_cells(tmp_path / "x.xlsx")
    for place, text in enumerate(FORMULAS, 2):
        kind, style, said = cells[f"B{place}"]
        assert kind in ("inlineStr", "s") and said is not None and style
        assert said.replace("_x000D_", "\r").lstrip() == text.replace("\0", "").lstrip()
    plain = len(FORMULAS) + 2
    assert cells[f"B{plain}"][1:] == (None, "plain") and len(cells[f"B{plain + 1}"][2]) == 32_767
    assert cells[f"A{plain + 2}"][2] == str(10**18) and cells[f"A{plain + 2}"][0] in ("inlineStr", "s")
    assert cells[f"A{plain + 3}"][::2] == (None, str(-(10**14)))
    assert cells["C2"][0] == "b" and float(cells["D2"][2]) == pytest.approx(46091.5) and cells["E2"][2] == "46091"


def test_a_full_sheet_is_followed_by_another(tmp_path, monkeypatch):
    monkeypatch.setattr(formats, "SHEET_ROWS", 4)
    formats.write_xlsx(tmp_path / "x.xlsx", [Column("id")], [[(number,) for number in range(9)]])
    firsts = [sheet_cells(tmp_path / "x.xlsx", sheet)["A2"][2] for sheet in (1, 2, 3)]
    assert firsts == ["0", "4", "8"] and len(sheet_cells(tmp_path / "x.xlsx", 3)) == 2


def test_parquet_keeps_types_and_texts_exactly(tmp_path):
    columns = [
        Column("id"),
        Column("t", Type.TEXT),
        Column("b", Type.BOOL),
        Column("at", Type.TIME),
        Column("d", Type.DAY),
    ]
    rows = [(10**18, "=1+1", True, at(), DAY), (None, None, None, None, None)]
    formats.write_parquet(tmp_path / "x.parquet", columns, [rows, rows])
    table = pyarrow.parquet.read_table(tmp_path / "x.parquet")
    assert [str(field.type) for field in table.schema] == [
        "int64",
        "string",
        "bool",
        "timestamp[us, tz=UTC]",
        "date32[day]",
    ]
    assert table.to_pylist()[0] == {"id": 10**18, "t": "=1+1", "b": True, "at": at(), "d": DAY} and table.num_rows == 4


@pytest.mark.parametrize("format", ["csv", "xlsx", "parquet"])
def test_an_export_of_nothing_has_its_heads(tmp_path, format):
    formats.WRITERS[format](tmp_path / "x", [Column("id"), Column("t", Type.TEXT)], [])
    if format == "csv":
        assert (tmp_path / "x").read_text() == '"id","t"\n'
    elif format == "xlsx":
        assert [cell[2] for cell in sheet_cells(tmp_path / "x").values()] == ["id", "t"]
    else:
        assert pyarrow.parquet.read_table(tmp_path / "x").schema.names == ["id", "t"]


# --- which rows and columns ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DATASETS)
def test_every_table_can_be_read_with_every_column(likes, name):
    ada, ben, _cyn = likes
    post(ada, at())
    exporting_of(ada, ben)
    LiveMinute.objects.create(process="one", minute=at())
    one = DATASETS[name]
    count(before(2), before(1), DAY)
    for personal in (False, True):
        columns = one.shown(personal=personal)
        rows = [row for piece in datasets.pieces(one.rows(Wanted()), columns) for row in piece]
        assert len(rows) == one.source().count() > 0 and all(len(row) == len(columns) for row in rows)
        assert len({row[0] for row in rows}) == len(rows)
    assert columns[0].source in ("id", "number")
    assert len(one.rows(Wanted(start=after(3000)))) == len(one.rows(Wanted(end=before(3000)))) == 0


def exporting_of(ada, ben):
    """A row of every table that has none yet."""
    from social.posts.models import PostTag, Tag

    make.report(ada, ben)
    PostTag.objects.create(post=ada.posts.first(), tag=Tag.objects.create(name="ferry"))
    Payout.objects.create(
        epoch=epoch(1, before(1)), wallet=f"0x{1:040x}", member=ben, earned=5, amount=5, state="claimable"
    )


def ids(name, **wanted):
    one = DATASETS[name]
    rows = [row for piece in datasets.pieces(one.rows(Wanted(**wanted)), one.columns) for row in piece]
    return [dict(zip((column.name for column in one.columns), row, strict=True)) for row in rows]


def test_days_kinds_and_machines_bound_the_rows(likes):
    ada, ben, _cyn = likes
    assert len(ids("interactions")) == 8
    assert len(ids("interactions", start=before(1), end=before(1))) == 3
    assert len(ids("interactions", only="follow")) == 1
    MachineAccount.objects.create(member=ben, marked_by=ada)
    assert {row["source_handle"] for row in ids("interactions", people=True)} == {"ada"}
    assert len(ids("members", people=True)) == 2


def test_only_words_that_everyone_may_read_leave(trio):
    ada = trio[0]
    post(ada, at(), text="open")
    post(ada, at(), text="for followers", visibility="followers")
    post(ada, at(), text="gone", deleted_at=at())
    assert [row["text"] for row in ids("posts")] == ["open", "", ""]


@pytest.mark.parametrize("name", ["interactions", "figures"])
def test_the_ends_of_the_calendar_bound_nothing(likes, name):
    assert len(ids(name, start=date.min, end=date.max)) == len(ids(name))
    assert not ids(name, start=date.max)


def test_rows_that_come_while_it_is_read_are_not_in_it(likes):
    ada, ben, cyn = likes
    one = DATASETS["interactions"]
    found = []
    for piece in datasets.pieces(one.rows(Wanted()), one.shown(personal=False)):
        deed(cyn, ada, "like", at(), post=post(ada, at()))
        found += piece
    assert len(found) == 8


def test_personal_columns_are_those_that_tell_who(db):
    names = {name: {c.name for c in one.columns if c.personal} for name, one in DATASETS.items()}
    for one in DATASETS.values():
        open_ones = {column.name for column in one.shown(personal=False)}
        assert not any(word in name for name in open_ones for word in ("handle", "wallet", "text", "reporter")), (
            one.name
        )
    assert {"handle", "text"} <= names["posts"] and {"wallet", "member"} <= names["payouts"]


# --- at once ---------------------------------------------------------------------------------------------------------


def sent(client, **fields):
    return client.post(URL, {"name": "interactions", "format": "csv"} | fields)


def test_csv_comes_at_once_and_is_logged(manager, manager_in, likes):
    response = sent(manager_in, start=str(before(1)), only="interactions:like")
    assert response["Content-Type"] == "text/csv; charset=utf-8" and "attachment" in response["Content-Disposition"]
    data = body(response)
    rows = list(csv.DictReader(io.StringIO(data.decode())))
    assert len(rows) == 5 and "source_handle" not in rows[0]
    export = Export.objects.get()
    assert (export.state, export.rows, export.size) == ("sent", 5, len(data))
    assert export.sha256 == hashlib.sha256(data).hexdigest() and export.asked_by == manager
    assert export.filters == {"start": str(before(1)), "only": "like"}
    listed = manager_in.get("/admin/reports/exports/").content.decode()
    assert f"{before(1):%-d %b %Y} to … · like</td>" in listed, "in words"
    event = AuditEvent.objects.get(verb="reports.export")
    assert event.actor == manager and event.data["table"] == "interactions" and event.data["personal"] is False
    assert AuditEvent.objects.get(verb="reports.exported").data == {"rows": 5, "sha256": export.sha256}


@pytest.mark.django_db(transaction=True)
async def test_csv_arrives_whole_from_an_asynchronous_server(likes):
    await sync_to_async(roles.sync)()
    manager = await sync_to_async(make.member)("an_other", roles=("manager",))
    client = AsyncClient()
    await client.aforce_login(manager)
    # As browsers ask: what is packed piece by piece ends for them after the first.
    asked = {"name": "interactions", "format": "csv"}
    response = await client.post(URL, asked, headers={"Accept-Encoding": "gzip"})
    data = b"".join([piece async for piece in response.streaming_content])
    assert response["Content-Encoding"] == "identity" and len(data.splitlines()) == 9
    export = await Export.objects.aget()
    assert (export.state, export.rows, export.sha256) == ("sent", 8, hashlib.sha256(data).hexdigest())


def test_who_goes_away_in_the_middle_is_noted(manager, likes):
    export, pieces = exporting.send_csv(actor=manager, name="interactions", wanted=Wanted())
    next(pieces)
    next(pieces)
    pieces.close()
    export.refresh_from_db()
    assert (export.state, export.rows) == ("cancelled", 3)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "passwords"}, "Select a valid choice"),
        ({"format": "exe"}, "Select a valid choice"),
        ({"start": "2026-03-09", "end": "2026-03-01"}, "first day lies after"),
        ({"start": "soon"}, "Enter a valid date"),
        ({"only": "posts:public"}, "belong to another table"),
        ({"personal": "on"}, "Personal columns are for those"),
    ],
)
def test_bad_wishes_are_said_and_nothing_is_logged(manager_in, likes, fields, words):
    response = sent(manager_in, **fields)
    assert response.status_code == 422 and words in response.content.decode()
    if "start" in fields:
        assert f'value="{fields["start"]}"' in response.content.decode()
    assert not Export.objects.exists()


def test_personal_columns_need_their_own_permission(manager, as_member, likes):
    manager.user_permissions.add(Permission.objects.get(codename="export_personal"))
    rows = list(csv.DictReader(io.StringIO(body(sent(as_member(manager), personal="on")).decode())))
    assert {row["source_handle"] for row in rows} == {"ada", "ben"} and Export.objects.get().personal


def test_readers_do_not_export(as_member, mona, likes):
    roles.sync()
    mona.user_permissions.add(Permission.objects.get(codename="read_reports"))
    client = as_member(mona)
    assert "You may read reports and not export them." in client.get(URL).content.decode()
    assert sent(client).status_code == 422 and not Export.objects.exists()
    with pytest.raises(NotAllowed):
        asked(mona)


@pytest.mark.parametrize("path", ["", "rows/"])
def test_others_do_not_even_look(as_member, mona, alice, path):
    roles.sync()
    assert as_member(mona).get(URL + path).status_code == 403
    assert as_member(alice).get(URL + path, follow=True).status_code == 403


# --- by a job --------------------------------------------------------------------------------------------------------


def test_a_job_writes_tells_and_hands_out_for_a_day(manager, manager_in, likes, monkeypatch):
    assert manager_in.post(URL, {"name": "interactions", "format": "xlsx"}, follow=True).status_code == 200
    export = Export.objects.get()
    assert (export.state, export.total) == ("waiting", 8)
    page = manager_in.get(URL).content.decode()
    assert "<progress" in page and 'hx-trigger="every 2s"' in page
    jobs.write_export.call(export.pk)
    export.refresh_from_db()
    assert (export.state, export.rows, export.share) == ("ready", 8, 100)
    path = exporting.path_of(export)
    assert export.sha256 == exporting.digest_of(path) and export.size == path.stat().st_size
    notice = Notification.objects.get(member=manager)
    assert notice.url == URL and "rows: 8" in notice.text % notice.values
    page = manager_in.get(f"{URL}rows/").content.decode()
    assert "hx-trigger" not in page and "<html" not in page
    link = page.split(f'href="{URL}file/')[1].split('"')[0]
    response = manager_in.get(f"{URL}file/{link}")
    assert body(response) == path.read_bytes() and response["Content-Length"] == str(export.size)
    assert AuditEvent.objects.filter(verb="reports.export_fetched").count() == 1
    assert manager_in.get(f"{URL}file/x{link}").status_code == 410
    Export.objects.update(expires_at=timezone.now())
    assert manager_in.get(f"{URL}file/{link}").status_code == 410
    assert exporting.forget() == 1 and not path.exists() and Export.objects.get().sha256


def test_a_link_is_for_one_person_while_they_may(manager, manager_in, as_member, likes):
    export = written(asked(manager))
    signed = signing.TimestampSigner(salt="reports.export").sign(str(export.pk))
    other = make.member("other", roles=("manager",))
    assert as_member(other).get(f"{URL}file/{signed}/").status_code == 404
    assert manager_in.get(f"{URL}file/{signed}/").status_code == 200
    manager.groups.clear()
    assert manager_in.get(f"{URL}file/{signed}/").status_code == 403


def test_a_link_is_over_after_a_day(manager, manager_in, likes, monkeypatch):
    export = written(asked(manager))
    signed = signing.TimestampSigner(salt="reports.export").sign(str(export.pk))
    later = timezone.now().timestamp() + 86_401
    monkeypatch.setattr(signing.time, "time", lambda: later)
    assert manager_in.get(f"{URL}file/{signed}/").status_code == 410


def test_cancelled_before_it_began(manager, manager_in, likes):
    export = asked(manager)
    assert manager_in.post(f"{URL}{export.pk}/cancel/", follow=True).status_code == 200
    assert written(export).state == "cancelled" and not list(exporting.folder().iterdir())
    assert exporting.cancel(actor=manager, export=export) is False


@pytest.mark.parametrize("format", ["csv", "xlsx", "parquet"])
def test_cancelled_in_the_middle_nothing_is_kept(manager, likes, monkeypatch, format):
    export = asked(manager, format=format)

    def read(rows, columns, plain=datasets.pieces):
        for place, piece in enumerate(plain(rows, columns)):
            if place == 1:
                exporting.cancel(actor=manager, export=export)
            yield piece

    monkeypatch.setattr(exporting, "pieces", read)
    assert written(export).state == "cancelled" and export.rows == 3 and export.file == ""
    assert not list(exporting.folder().iterdir()) and not Notification.objects.exists()


def test_only_ones_own_is_cancelled(manager, likes):
    export = asked(manager)
    with pytest.raises(NotAllowed):
        exporting.cancel(actor=make.member("other", roles=("manager",)), export=export)


def test_a_full_disk_is_said_and_leaves_nothing(manager, manager_in, likes, monkeypatch):
    export = asked(manager, format="csv")
    # The device that is always full stands for the disk.
    monkeypatch.setattr(formats.Path, "open", lambda self, mode="r", **more: open("/dev/full", mode, **more))  # noqa: SIM115, PTH123
    exporting.write(Export.objects.get(pk=export.pk))
    monkeypatch.undo()
    export.refresh_from_db()
    assert (export.state, export.file) == ("failed", "") and "disk of the server is full" in export.error
    assert not list(exporting.folder().iterdir())
    assert "failed" in Notification.objects.get(member=manager).text


def test_a_role_that_is_taken_ends_what_waits(manager, likes):
    export = asked(manager)
    manager.groups.clear()
    assert written(export).state == "failed" and "role" in export.error


def test_a_role_that_is_taken_ends_what_is_on_its_way(manager, likes, monkeypatch):
    monkeypatch.setattr(datasets, "PIECE", 1)
    export, sent = exporting.send_csv(actor=manager, name="interactions", wanted=Wanted())
    assert next(sent) and next(sent)
    manager.groups.clear()
    with pytest.raises(NotAllowed):
        next(sent)
    export.refresh_from_db()
    assert export.state == "failed"


def test_an_unknown_fault_is_raised_and_kept_from_people(manager, likes, monkeypatch):
    export = asked(manager)
    monkeypatch.setitem(formats.WRITERS, "xlsx", lambda *arguments: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        written(export)
    export.refresh_from_db()
    assert export.state == "failed" and "division" not in export.error


def test_a_killed_job_is_taken_up_again(manager, likes):
    export = asked(manager)
    long_ago = timezone.now() - timedelta(minutes=11)
    Export.objects.update(state="running", file="old.xlsx", touched_at=long_ago, asked_at=long_ago)
    assert exporting.left_lying() == [export.pk]
    assert written(export).state == "ready"
    assert exporting.left_lying() == []


def test_written_twice_at_once_one_file_stays(manager, likes):
    export = asked(manager)
    assert written(export).state == "ready"
    assert exporting.write(Export.objects.get(pk=export.pk)) is False
    assert len(list(exporting.folder().iterdir())) == 1


def test_only_so_many_at_once_and_not_too_many_rows(manager, manager_in, likes, monkeypatch):
    monkeypatch.setattr(exporting, "MOST_ROWS", 7)
    with pytest.raises(Conflict, match="more than 7 rows"):
        asked(manager)
    page = manager_in.post(URL, {"name": "interactions", "format": "parquet"})
    assert page.status_code == 422 and "more than 7 rows" in page.content.decode()
    monkeypatch.setattr(exporting, "MOST_ROWS", 8)
    for _one in range(3):
        asked(manager)
    with pytest.raises(Conflict, match="under way"):
        asked(manager)
    exporting.cancel(actor=manager, export=Export.objects.first())
    assert asked(manager).state == "waiting"


def test_only_so_many_files_are_sent_at_once(manager, likes):
    open_ones = [exporting.send_csv(actor=manager, name="interactions", wanted=Wanted())[1] for _one in range(3)]
    with pytest.raises(Conflict) as caught:
        exporting.send_csv(actor=manager, name="interactions", wanted=Wanted())
    assert caught.value.code == "running"
    assert [b"".join(one) for one in open_ones]
    exporting.send_csv(actor=manager, name="interactions", wanted=Wanted())
    # A server that died while it sent one keeps nobody out for long.
    Export.objects.update(state="running", touched_at=timezone.now() - timedelta(hours=1))
    exporting.send_csv(actor=manager, name="interactions", wanted=Wanted())


def test_files_that_no_row_knows_go(manager, likes):
    stray = exporting.folder() / "stray.xlsx"
    stray.write_text("x")
    exporting.forget()
    assert stray.exists()
    os.utime(stray, (0, 0))
    exporting.forget()
    assert not stray.exists()


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["csv", "xlsx", "parquet"])
def test_the_command_writes_a_whole_file_and_says_its_hash(likes, tmp_path, capsys, format):
    out = tmp_path / f"x.{format}"
    out.write_text("an older one")
    arguments = [
        "interactions",
        "--format",
        format,
        "--from",
        str(before(1)),
        "--to",
        str(before(1)),
        "--out",
        str(out),
    ]
    call_command("export_report", *arguments)
    said = capsys.readouterr().out
    digest = hashlib.sha256(out.read_bytes()).hexdigest()
    assert digest in said and said.startswith("3 rows")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [out.name]
    export = Export.objects.get()
    assert (export.asked_by, export.rows, export.sha256, export.state) == (None, 3, digest, "sent")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing", "--out", "x"], "'nothing' is not a table. Tables: figures"),
        (["posts", "--from", "May", "--out", "x"], "'May' is not a date"),
        (["posts", "--from", "2026-03-09", "--to", "2026-03-01", "--out", "x"], "first day lies after"),
        (["posts", "--only", "cats", "--out", "x"], "no such rows"),
        (["posts", "--out", "/nowhere/x"], "does not exist"),
        (["posts", "--out", "/dev/full/x"], "does not exist"),
        (["posts", "--out", "/"], "is a folder"),
    ],
)
def test_the_command_says_what_is_wrong(db, arguments, words):
    with pytest.raises(CommandError, match=words):
        call_command("export_report", *arguments)
    assert not Export.objects.exists()


def test_the_command_on_a_full_disk_keeps_the_older_file(likes, tmp_path, monkeypatch):
    out = tmp_path / "x.csv"
    out.write_text("an older one")
    monkeypatch.setattr(formats.Path, "open", lambda self, mode="r", **more: open("/dev/full", mode, **more))  # noqa: SIM115, PTH123
    with pytest.raises(CommandError, match="No space left"):
        call_command("export_report", "interactions", "--out", str(out))
    monkeypatch.undo()
    assert out.read_text() == "an older one" and len([path for path in tmp_path.iterdir() if path.is_file()]) == 1
    assert Export.objects.get().state == "failed"


def test_a_wish_is_kept_and_read_again():
    wanted = Wanted(DAY, after(1), True, "like")
    assert Wanted.from_json(wanted.as_json()) == wanted and Wanted().as_json() == {}
    with pytest.raises(Invalid):
        exporting._checked("posts", "csv", Wanted(after(1), DAY))
    assert formats._naive(datetime(2026, 3, 10, 12, tzinfo=UTC)) == datetime(2026, 3, 10, 12)


def test_the_log_is_read_only(manager_in, manager, likes):
    export = written(asked(manager))
    page = manager_in.get("/admin/rewards/export/")
    assert page.status_code == 200 and export.sha256 in page.content.decode()
    assert manager_in.post(f"/admin/rewards/export/{export.pk}/change/", {"rows": 1}).status_code == 403
    assert manager_in.get("/admin/rewards/export/add/").status_code == 403
