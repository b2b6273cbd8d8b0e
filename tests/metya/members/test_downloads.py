"""One's own data: asked for once, made by a job, fetched by its member alone, forgotten after a week."""

import json
import tracemalloc
import zipfile
from datetime import timedelta
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest
from asgiref.sync import async_to_sync
from django.test import Client
from django.utils import timezone

from metya.members import downloads, jobs, parts
from metya.members.models import Download
from metya.ops.models import AuditEvent
from metya.web.errors import Conflict
from rewards.payouts.models import Payout
from social.follows import actions as follows
from social.messages import actions as letters
from social.posts import actions as posts
from tests import make
from tests.metya.wallets.conftest import holder  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines(holder):  # noqa: F811
    return holder("ines")


def made(member) -> Download:
    download = downloads.ask(actor=member)
    assert downloads.make(download)
    download.refresh_from_db()
    return download


def opened(download: Download) -> zipfile.ZipFile:
    return zipfile.ZipFile(downloads.path_of(download))


def section(archive: zipfile.ZipFile, name: str) -> list[dict]:
    return json.loads(archive.read(f"data/{name}.json"))


def test_it_holds_what_is_mine_and_nothing_that_i_may_not_see(ines, bob, carol):
    me = ines.member
    mine = posts.publish(actor=me, text="My <b>words</b>")
    make.picture(me, mine)
    secret = posts.publish(actor=bob, text="SECRET-FOLLOWERS", visibility="followers")
    public = posts.publish(actor=bob, text="BOBS-WORDS")
    posts.like(actor=me, post=public)
    posts.bookmark(actor=me, post=public)
    follows.follow(actor=me, target=bob)
    talk = letters.start(actor=bob, people=[me], text="to you")
    letters.accept(actor=me, conversation=talk)
    letters.send(actor=me, conversation=talk, text="to him")
    letters.start(actor=bob, people=[carol], text="SECRET-LETTER")
    archive = opened(made(me))
    assert archive.testzip() is None
    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert (
        b"SECRET" not in everything
        and b"BOBS-WORDS" not in everything
        and str(secret.pk) not in section(archive, "posts")
    )
    (post,) = section(archive, "posts")
    assert post["text"] == "My <b>words</b>" and archive.read(post["pictures"][0]["file"]) == b"a picture"
    assert "My &lt;b&gt;words&lt;/b&gt;" in archive.read("posts.html").decode()
    assert section(archive, "likes")[0]["by"] == "bob" and section(archive, "following")[0]["handle"] == "bob"
    assert [row["text"] for row in section(archive, "messages")] == ["to you", "to him"]
    assert section(archive, "wallets")[0]["address"] == ines.signer.address.lower()
    assert section(archive, "account")[0]["handle"] == "ines"
    index = archive.read("index.html").decode()
    assert all(f'href="{one.name}.html"' in index for one in parts.sections(me))


def test_each_part_adds_its_own(ines):
    names = [one.name for one in parts.sections(ines.member)]
    assert len(names) == len(set(names)) and {"profile", "messages", "payouts", "sessions", "account"} <= set(names)
    assert not Payout.objects.of(ines.member).exists() and not section(opened(made(ines.member)), "payouts")


def test_it_is_for_its_member_alone_after_a_fresh_proof(ines, bob, as_member, client):
    download = made(ines.member)
    path = f"/settings/leave/download/{download.token}/"
    assert client.get(path)["Location"].startswith("/sign-in/")
    asked = ines.client.get(path)
    assert asked.status_code == 302 and "about=leave" in asked["Location"]
    ines.confirm("security")  # a signature for something else
    assert ines.client.get(path).status_code == 302
    # Back to the page the file lies on, which hands it over by itself: a download would leave the page of the proof standing.
    back = parse_qs(urlsplit(asked["Location"]).query)["next"][0]
    assert back == f"/settings/leave/?fetch={download.token}"
    assert 'http-equiv="refresh"' not in ines.client.get(back).content.decode()
    assert ines.confirm("leave", next=back).json() == {"next": back}
    assert f'content="0; url={path}"' in ines.client.get(back).content.decode()
    assert 'http-equiv="refresh"' not in ines.client.get("/settings/leave/?fetch=guessed").content.decode()
    answer = ines.client.get(path)
    assert answer["Content-Type"] == "application/zip" and "no-store" in answer["Cache-Control"]
    data = b"".join(answer.streaming_content)
    assert len(data) == download.size == int(answer["Content-Length"])
    assert zipfile.ZipFile(BytesIO(data)).testzip() is None
    assert AuditEvent.objects.filter(verb="members.fetch_download", actor=ines.member).count() == 1
    # Another member who is as freshly confirmed learns nothing.
    assert "404" not in path and ines.client.get("/settings/leave/download/guessed/").status_code == 404
    Download.objects.filter(pk=download.pk).update(member=bob)
    assert ines.client.get(path).status_code == 404


def test_a_leave_signature_does_not_open_the_second_factor(ines):
    ines.confirm("leave")
    assert ines.client.get("/settings/security/app/on/").status_code == 302


def test_it_is_over_after_seven_days_and_its_file_goes(ines):
    download = made(ines.member)
    ines.confirm("leave")
    path = f"/settings/leave/download/{download.token}/"
    assert ines.client.get(path).status_code == 200
    assert timedelta(days=6) < download.expires_at - timezone.now() <= timedelta(days=7)
    Download.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert ines.client.get(path).status_code == 404
    place = downloads.path_of(download)
    assert downloads.forget() == 1 and not place.exists() and not Download.objects.exists()


def test_one_at_a_time_and_not_too_often(ines, _still_windows):
    client = ines.client
    assert client.post("/settings/leave/download/").status_code == 302
    assert client.post("/settings/leave/download/").status_code == 409
    waiting = client.get("/settings/leave/").content.decode()
    assert "being made" in waiting and 'hx-trigger="every 3s"' in waiting
    jobs.make_download.call(Download.objects.get().pk)
    assert client.post("/settings/leave/download/").status_code == 302
    jobs.make_download.call(Download.objects.latest("pk").pk)
    assert client.post("/settings/leave/download/").status_code == 429
    assert Download.objects.ready().count() == 2
    with pytest.raises(Conflict):
        downloads.ask(actor=ines.member)
        downloads.ask(actor=ines.member)


def test_a_job_that_runs_twice_or_dies_leaves_one_file_or_none(ines, monkeypatch):
    before = set(downloads.folder().iterdir())
    download = downloads.ask(actor=ines.member)
    again = Download.objects.get(pk=download.pk)

    def cut(*_args, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(downloads.archive, "_index", cut)
        downloads.make(download)
    assert set(downloads.folder().iterdir()) == before
    assert downloads.make(download) and not downloads.make(again)
    assert len(set(downloads.folder().iterdir()) - before) == 1


def test_the_memory_of_a_large_one_stays_flat(ines):
    def peak(number: int) -> int:
        text = "x" * 2000
        for start in range(0, number, 500):
            make.Post.objects.bulk_create(
                [make.Post(author=ines.member, text=text) for _one in range(min(500, number - start))]
            )
        download = downloads.ask(actor=ines.member)
        tracemalloc.start()
        downloads.make(download)
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    few = peak(600)
    assert peak(3000) < few * 1.5


def test_the_page_says_what_is_there(ines):
    assert "Make a download" in ines.client.get("/settings/leave/").content.decode()
    download = made(ines.member)
    assert download.token in ines.client.get("/settings/leave/").content.decode()
    assert Client().get("/settings/leave/")["Location"].startswith("/sign-in/")


def test_the_asynchronous_server_sends_it_piece_by_piece(tmp_path, monkeypatch):
    path = tmp_path / "x.zip"
    path.write_bytes(b"0123456789")
    monkeypatch.setattr(downloads, "CHUNK", 4)

    async def read() -> list[bytes]:
        return [piece async for piece in downloads.pieces(path)]

    assert async_to_sync(read)() == [b"0123", b"4567", b"89"]
