"""When a page is asked, what is kept of it, and who may take it away."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from PIL import Image

from metya.ops.models import AuditEvent
from metya.web.errors import NotAllowed
from social.lists import actions as lists
from social.notifications.models import Notification
from social.polls.drafting import PollDraft
from social.posts import actions as posts
from social.posts.editing import edit
from social.posts.models import Post
from social.previews import actions, attaching, jobs, pacing
from social.previews.models import LinkHost, LinkPreview
from tests import make

pytestmark = pytest.mark.django_db
URL = "https://safe.example.net/walk"
PAGE = (
    '<title>Seven springs</title><meta name="description" content="A walk"><meta property="og:image" content="/p.png">'
)


def png(width=1200, height=630, colour="red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


def waiting() -> list:
    """The arguments of the jobs that wait, oldest first."""
    found = DBTaskResult.objects.filter(task_path="social.previews.jobs.fetch_preview", status="READY")
    return [row.args_kwargs["args"] for row in found.order_by("enqueued_at")]


def work() -> None:
    """Run the jobs that wait, once, whatever their hour."""
    for row in list(DBTaskResult.objects.filter(task_path="social.previews.jobs.fetch_preview", status="READY")):
        DBTaskResult.objects.filter(pk=row.pk).update(status="SUCCESSFUL")
        jobs.fetch_preview.func(*row.args_kwargs["args"])


def pass_by(**times) -> None:
    """As if so much time had passed."""
    past = timezone.now() - timedelta(**times)
    LinkPreview.objects.update(next_at=past, created_at=past)
    LinkHost.objects.update(free_at=past, silent_until=past)


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def site(web):
    web.put(URL, PAGE)
    web.put("https://safe.example.net/p.png", png(), "image/png")
    return web


@pytest.fixture
def post(alice, site):
    made = posts.publish(actor=alice, text=f"Look {URL}#map and https://other.example.net/")
    work()
    return Post.objects.select_related("preview").get(pk=made.pk)


def test_the_first_link_is_asked_and_its_picture_is_ours(post, site):
    found = post.preview
    assert (found.url, found.host, found.title, found.description) == (
        URL,
        "safe.example.net",
        "Seven springs",
        "A walk",
    )
    assert (found.width, found.height, found.wide, found.failures) == (1000, 525, True, 0)
    with Image.open(found.picture) as image:
        assert image.format == "WEBP" and image.size == (1000, 525)
    assert len(found.picture.name.rpartition("/")[2]) == 37 and "p.png" not in found.picture.name
    assert site.asked == [("safe.example.net", "/walk"), ("safe.example.net", "/p.png")] and not waiting()


def test_public_posts_share_one_and_it_is_asked_once_in_days(post, site, bob):
    other = posts.publish(actor=bob, text=f"Yes: {URL}")
    assert other.preview_id == post.preview_id and not waiting()
    pass_by(days=1)
    posts.publish(actor=bob, text=f"Still {URL}")
    posts.publish(actor=bob, text=f"And still {URL}")
    assert waiting() == [[post.preview_id]]
    site.put(URL, PAGE.replace("Seven", "Six"))
    before = post.preview.picture.name
    work()
    found = LinkPreview.objects.get()
    assert found.title == "Six springs" and found.picture.name == before  # the picture is the same: so is its address
    assert found.next_at > timezone.now() + timedelta(days=6)


def test_another_picture_takes_the_place_of_the_old_one(
    post, site, bob, settings, tmp_path, django_capture_on_commit_callbacks
):
    pass_by(days=1)
    site.put("https://safe.example.net/p.png", png(300, 300, "blue"), "image/png")
    posts.publish(actor=bob, text=URL)
    with django_capture_on_commit_callbacks(execute=True):
        work()
    found = LinkPreview.objects.get()
    assert (found.width, found.height, found.wide) == (160, 160, False)
    assert [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.webp")] == [found.picture.name]


@pytest.mark.parametrize(
    "body",
    [b"", b"<svg onload=alert(1)>", b"GIF89a", png(5000, 1), png()[:900], b"x" * (5 * 1024 * 1024 + 1)],
    ids=["empty", "svg", "stub", "narrow", "cut", "large"],
)
def test_a_bad_picture_is_no_picture(alice, site, body):
    site.put("https://safe.example.net/p.png", body, "image/png")
    posts.publish(actor=alice, text=URL)
    work()
    found = LinkPreview.objects.get()
    assert found.shown and not found.picture and found.width == 0


def test_the_picture_is_judged_like_the_page(alice, site):
    site.numbers["inside.example.net"] = ["10.0.0.1"]
    site.put(URL, PAGE.replace("/p.png", "https://inside.example.net/p.png"))
    posts.publish(actor=alice, text=URL)
    work()
    assert LinkPreview.objects.get().shown and not LinkPreview.objects.get().picture
    assert site.asked == [("safe.example.net", "/walk")]


def test_only_for_the_public_and_followers(alice, bob, site):
    circle = lists.make(actor=alice, name="Close ones")
    posts.publish(actor=alice, text=f"{URL} @bob", visibility="mentioned")
    posts.publish(actor=alice, text=URL, visibility="list", for_list=circle)
    assert not LinkPreview.objects.exists() and not waiting()
    posts.publish(actor=alice, text=URL)
    work()
    secret = posts.publish(actor=alice, text=f"{URL} @bob", visibility="mentioned")
    assert secret.preview_id is None
    answer = posts.publish(actor=bob, text=URL, in_reply_to=secret)
    assert answer.visibility == "mentioned" and answer.preview_id is None


def test_what_followers_read_is_asked_for_each_author_anew(alice, bob, carol, site):
    """That a page is not asked again would tell that somebody wrote its address where one may not look."""
    hidden = posts.publish(actor=alice, text=URL, visibility="followers")
    again = posts.publish(actor=alice, text=f"Again {URL}", visibility="followers")
    other = posts.publish(actor=bob, text=URL, visibility="followers")
    open_one = posts.publish(actor=carol, text=URL)
    assert hidden.preview_id == again.preview_id
    assert len({hidden.preview_id, other.preview_id, open_one.preview_id}) == 3
    assert len(waiting()) == 3


def test_not_where_something_else_stands_below_the_text(alice, site):
    picture = SimpleUploadedFile("x.png", png(8, 8))
    quoted = posts.publish(actor=alice, text="quoted")
    for extra in (
        {"image": picture, "alt": "x"},
        {"poll": PollDraft(["a", "b"], False, 24)},
        {"quote_of": quoted},
        {"no_preview": True},
    ):
        made = posts.publish(actor=alice, text=URL, **extra)
        assert made.preview_id is None
        assert edit(actor=alice, post=made, text=f"Now {URL}").preview_id is None
    assert not LinkPreview.objects.exists() and not waiting()


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.1/",
        "http://10.0.0.1:80/x",
        "http://example.org:8080/",
        "http://testserver/posts/1/",
        "#tag @bob",
    ],
)
def test_what_is_no_public_page_is_not_even_tried(alice, bob, link):
    assert posts.publish(actor=alice, text=f"See {link}").preview_id is None and not waiting()


def test_a_switch_turns_it_off(alice, site, post, settings):
    settings.LINK_PREVIEWS = False
    assert posts.publish(actor=alice, text=f"{URL}?2").preview_id is None and not waiting()
    pass_by(days=1)
    asked = len(site.asked)
    assert actions.fetch(preview_id=post.preview_id) is None and len(site.asked) == asked


def test_a_link_that_was_taken_back_is_told_to_nobody(alice, site):
    posts.delete(actor=alice, post=posts.publish(actor=alice, text=URL))
    work()
    assert not site.asked and not LinkPreview.objects.get().title


def test_failures_are_remembered_and_given_up(alice, bob, site):
    site.numbers["safe.example.net"] = []
    posts.publish(actor=alice, text=URL)
    for number in range(1, 4):
        work()
        assert LinkPreview.objects.get().failures == number
        assert len(waiting()) == 1
        posts.publish(actor=bob, text=f"{number} {URL}")
        assert len(waiting()) == 1  # nobody asks meanwhile
        LinkHost.objects.update(silent_until=timezone.now(), free_at=timezone.now())
    work()
    assert not waiting() and LinkPreview.objects.get().next_at > timezone.now() + timedelta(hours=23)
    posts.publish(actor=bob, text=f"4 {URL}")
    assert not waiting()


def test_a_page_that_is_not_there_is_not_asked_again_for_days(alice, bob, site):
    posts.publish(actor=alice, text=f"{URL}/gone")
    work()
    posts.publish(actor=bob, text=f"{URL}/gone")
    assert not waiting() and LinkPreview.objects.get().next_at > timezone.now() + timedelta(days=6)
    assert LinkHost.objects.get().failures == 0  # the host is there


def test_a_failure_later_keeps_what_was_shown(post, site, bob):
    pass_by(days=1)
    site.put(URL, status=500)
    posts.publish(actor=bob, text=URL)
    work()
    found = LinkPreview.objects.get()
    assert found.title == "Seven springs" and found.picture and found.failures == 1


def test_a_dead_host_is_left_alone_with_all_its_pages(alice, site):
    site.do(URL, lambda handler: handler.connection.close())
    posts.publish(actor=alice, text=URL)
    work()
    for number in range(5):
        posts.publish(actor=alice, text=f"{URL}?{number}")
    work()
    assert len(site.asked) == 1 and LinkHost.objects.get().silent_until > timezone.now()


def test_a_host_is_asked_one_page_after_the_other(alice, site):
    for number in range(4):
        posts.publish(actor=alice, text=f"{URL}?{number}")
    work()
    assert len(site.asked) == 1
    times = list(DBTaskResult.objects.filter(status="READY").order_by("run_after").values_list("run_after", flat=True))
    assert all(later - earlier >= timedelta(seconds=1.9) for earlier, later in zip(times, times[1:], strict=False))
    assert waiting()[0][1] is True
    work()
    assert len(site.asked) == 4


def test_a_queue_that_is_too_long_waits_its_hour(alice, site):
    LinkHost.objects.create(name="safe.example.net", free_at=timezone.now() + timedelta(hours=2))
    posts.publish(actor=alice, text=URL)
    work()
    assert not site.asked and DBTaskResult.objects.get(status="READY").run_after > timezone.now() + timedelta(hours=1)


def test_silence_grows_and_ends():
    pacing.take_turn("example.org")
    spans = []
    for _number in range(6):
        pacing.failed("example.org")
        spans.append(LinkHost.objects.get().silent_until - timezone.now())
    assert spans[0] < spans[1] < spans[2] < spans[3] < spans[4] and pacing.is_silent("example.org")
    assert pacing.take_turn("example.org")[0] is False
    pacing.answered("example.org")
    assert LinkHost.objects.get().failures == 0


@pytest.mark.usefixtures("_still_windows")
def test_nobody_makes_us_ask_without_end(alice, bob, site):
    for number in range(attaching.MOST_AN_HOUR + 5):
        posts.publish(actor=alice, text=f"https://h{number}.example.org/")
    assert len(waiting()) == attaching.MOST_AN_HOUR
    late = posts.publish(actor=bob, text=f"https://h{attaching.MOST_AN_HOUR + 1}.example.org/")
    assert waiting()[-1] == [late.preview_id]


def test_another_link_is_another_preview(alice, site, post):
    site.put(f"{URL}/2", "<title>Second</title>")
    pass_by(minutes=1)
    changed = edit(actor=alice, post=post, text=f"Rather {URL}/2")
    work()
    assert Post.objects.get(pk=changed.pk).preview.title == "Second"
    assert edit(actor=alice, post=changed, text="None at all").preview_id is None


def test_the_author_removes_it_for_good_and_may_take_it_back(alice, site, post):
    for _twice in range(2):
        assert actions.remove(actor=alice, post=post).preview_id is None
    changed = edit(actor=alice, post=post, text=f"Other words {URL}")
    assert changed.preview_id is None and changed.preview_off
    again = edit(actor=alice, post=changed, text=changed.text, no_preview=False)
    assert again.preview_id and not again.preview_off and again.version == changed.version == 2
    off = edit(actor=alice, post=again, text=again.text, no_preview=True)
    assert off.preview_id is None and off.version == 2
    assert not AuditEvent.objects.exists() and not Notification.objects.exists()


def test_others_may_not_and_moderators_are_noted(alice, bob, mona, post):
    with pytest.raises(NotAllowed):
        actions.remove(actor=bob, post=post)
    assert Post.objects.get(pk=post.pk).preview_id
    for _twice in range(2):
        actions.remove(actor=mona, post=post)
    assert Post.objects.get(pk=post.pk).preview_off
    assert AuditEvent.objects.get().verb == "moderation.remove_preview"
    assert Notification.objects.get().member_id == alice.pk


def test_what_is_withdrawn_is_neither_shown_nor_asked(
    alice, bob, mona, post, site, tmp_path, django_capture_on_commit_callbacks
):
    posts.publish(actor=alice, text=f"Quietly {URL}", visibility="followers")
    with pytest.raises(NotAllowed):
        actions.withdraw(actor=bob, preview=post.preview, reason="I do not like it")
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.withdraw(actor=mona, preview=post.preview, reason="Not for here")
    assert not actions.withdraw(actor=mona, preview=post.preview, reason="Not for here")
    assert set(LinkPreview.objects.values_list("barred", "title", "picture")) == {(True, "", "")}
    assert not list(tmp_path.rglob("*.webp"))
    pass_by(days=30)
    asked = len(site.asked)
    for visibility in ("public", "followers"):
        assert posts.publish(actor=make.member(), text=URL, visibility=visibility).preview_id is None
    work()
    actions.forget()
    assert len(site.asked) == asked and LinkPreview.objects.filter(barred=True).count() == 2


def test_what_no_post_shows_is_forgotten_with_its_picture(alice, post, tmp_path, django_capture_on_commit_callbacks):
    pass_by(hours=2)
    assert actions.forget() == 0
    posts.delete(actor=alice, post=post)
    make.past_undoing(post)
    assert Post.objects.filter(preview__isnull=False).count() == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.forget() == 1
    assert actions.forget() == 0
    assert not LinkPreview.objects.exists() and not list(tmp_path.rglob("*.webp"))


def test_each_post_of_a_thread_has_its_own_or_none(alice, site):
    posts.publish_thread(actor=alice, text=f"{URL}?1", then=[f"{URL}?2"])
    assert Post.objects.filter(preview__isnull=False).count() == 2
    posts.publish_thread(actor=alice, text=f"{URL}?3", then=[f"{URL}?4"], no_preview=True)
    assert Post.objects.filter(preview_off=True, preview=None).count() == 2
