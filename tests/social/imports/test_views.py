"""Imports by address."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from social.imports import actions, jobs
from social.imports.models import Import

pytestmark = pytest.mark.django_db
PATH = "/settings/import/"
HTMX = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}


def upload(text, name="people.csv"):
    return SimpleUploadedFile(name, text.encode(), content_type="text/csv")


def test_a_file_is_sent_and_its_progress_shown(alice, bob, as_member):
    client = as_member(bob)
    answer = client.post(PATH, {"kind": "blocks", "file": upload("alice\nghost@elsewhere.example\n")})
    one = Import.objects.get()
    assert answer["Location"] == f"{PATH}{one.pk}/" and DBTaskResult.objects.filter(args_kwargs__args=[one.pk]).exists()
    assert "every 1s" in client.get(answer["Location"], headers=HTMX).content.decode()
    jobs.run.call(one.pk)
    page = client.get(answer["Location"]).content.decode()
    assert "2 of 2 rows" in page and "ghost@elsewhere.example" in page and "every 1s" not in page
    part = client.get(answer["Location"], headers=HTMX).content.decode()
    assert "<html" not in part and client.get(answer["Location"], headers=JSON).json()["finished"] is True
    assert "people.csv" in client.get(PATH).content.decode()


def test_one_row_is_one_row(alice, bob, as_member):
    one = actions.begin(actor=bob, kind="blocks", name="mine.csv", data=b"alice")
    jobs.run.call(one.pk)
    assert "1 of 1 row ·" in as_member(bob).get(f"{PATH}{one.pk}/").content.decode()


def test_a_long_list_of_names_comes_once_when_it_is_through(bob, as_member):
    """The page asks again each second: until then it says how many."""
    data = "".join(f"ghost{n}@elsewhere.example\n" for n in range(5000)).encode()
    one = actions.begin(actor=bob, kind="blocks", name="long.csv", data=data)
    found = [f"ghost{n}@elsewhere.example" for n in range(1200)]
    Import.objects.filter(pk=one.pk).update(done=1200, unknown=found)
    client = as_member(bob)
    part = client.get(f"{PATH}{one.pk}/", headers=HTMX).content.decode()
    assert "1,200 of 5,000 rows · 0 taken over · 1,200 not found here" in part and "ghost7@" not in part
    assert len(part) < 2_000
    Import.objects.filter(pk=one.pk).update(finished_at=timezone.now())
    page = client.get(f"{PATH}{one.pk}/").content.decode()
    assert "ghost7@" in page and "css/people" in page


def test_ten_thousand_rows_are_refused_with_what_to_do(bob, as_member):
    rows = "Account address\n" + "".join(f"ghost{n}@elsewhere.example\n" for n in range(10_000))
    answer = as_member(bob).post(PATH, {"kind": "mutes", "file": upload(rows)})
    page = answer.content.decode()
    assert answer.status_code == 422 and "line 5002: more than 5,000 rows. Split the file." in page
    assert '<option value="mutes" selected>' in page and not Import.objects.exists()


@pytest.mark.parametrize(
    ("fields", "said"),
    [({}, "Choose a CSV file"), ({"file": upload("")}, "no accounts"), ({"file": upload("alice\n!!\n")}, "people.csv, line 2"),
     ({"file": upload("alice"), "kind": "friends"}, "friends"), ({"file": upload("!", "<b>.csv")}, "&lt;b&gt;.csv, line 1")],
)  # fmt: skip
def test_bad_files(bob, as_member, fields, said):
    answer = as_member(bob).post(PATH, {"kind": "blocks", **fields})
    assert answer.status_code == 422 and said in answer.content.decode() and "<b>.csv" not in answer.content.decode()
    assert not Import.objects.exists()


def test_an_import_is_its_members_alone(alice, bob, as_member):
    one = actions.begin(actor=alice, kind="blocks", name="mine.csv", data=b"bob")
    client = as_member(bob)
    assert client.get(f"{PATH}{one.pk}/").status_code == 404
    assert "mine.csv" not in client.get(PATH).content.decode()
    assert client.post(f"{PATH}{one.pk}/").status_code == 405
    assert Client().get(PATH)["Location"].startswith("/sign-in/")
    refused = as_member(alice).post(PATH, {"kind": "blocks", "file": upload("bob")})
    assert refused.status_code == 422 and "Wait until it is through" in refused.content.decode()
