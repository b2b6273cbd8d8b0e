"""Which days are counted, and that counting again replaces what was known."""

from datetime import timedelta

import pytest

from rewards.reports import actions, jobs, rollups
from rewards.reports.models import ActiveDay, DayFigure, DayTopic, ReportDay
from social.posts.models import Post, PostTag, Tag
from tests import make
from tests.rewards.reports.conftest import DAY, at, before, count, deed, figure, person, post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_day_after(monkeypatch):
    """It is the day after DAY."""
    monkeypatch.setattr(rollups, "today", lambda: DAY + timedelta(days=1))


def waiting():
    return list(ReportDay.objects.filter(stale=True).order_by("day").values_list("day", flat=True))


def test_the_night_counts_every_day_since_the_first_and_the_last_few_again():
    person("ada", at(before(20)))
    rollups.begin_night()
    assert waiting() == [before(days) for days in range(20, -1, -1)]
    assert rollups.go_on(seconds=600) is False and not waiting()
    assert figure("signups", before(20)) == 1 and figure("signups") == 0
    rollups.begin_night()
    assert waiting() == [before(days) for days in range(7, -1, -1)]


def test_a_slice_goes_on_where_the_last_one_stopped():
    person("ada", at(before(3)))
    rollups.begin_night()
    assert rollups.go_on(seconds=0) is True and waiting() == [before(2), before(1), DAY]
    assert rollups.go_on(seconds=600) is False


def test_nothing_waits_where_nothing_happened():
    rollups.begin_night()
    assert not ReportDay.objects.exists()


def test_counting_again_replaces_and_does_not_add():
    ada, ben = person("ada"), person("ben")
    one = post(ada, at())
    PostTag.objects.create(post=one, tag=Tag.objects.create(name="ferry"))
    deed(ben, ada)
    count()
    before_rows = [model.objects.count() for model in (DayFigure, DayTopic, ActiveDay)]
    count()
    assert [model.objects.count() for model in (DayFigure, DayTopic, ActiveDay)] == before_rows
    PostTag.objects.all().delete()
    Post.objects.filter(pk=one.pk).delete()
    count()
    assert figure("posts") == 0 and not DayTopic.objects.exists() and figure("kind.like") == 1


def test_today_is_counted_so_far_and_again_by_night():
    today = rollups.today()
    ada = person("ada")
    post(ada, at(today, 9))
    rollups.count_today()
    assert figure("posts", today) == 1
    post(ada, at(today, 10))
    rollups.count_today()
    assert figure("posts", today) == 2
    assert ReportDay.objects.get(day=today).stale
    # What is not over never keeps the night busy.
    assert rollups.go_on(seconds=600) is False


def test_saying_what_is_a_machine_counts_every_day_again(cole, fay, monkeypatch):
    from metya.wallets import roles

    roles.sync()
    robot, ada = person("robot"), person("ada")
    post(robot, at())
    post(ada, at())
    count()
    assert figure("posts", people=True) == 2 and not waiting()
    assert actions.mark(actor=cole, handle="@Robot") is True and DAY in waiting()
    rollups.go_on(seconds=600)
    assert (figure("posts", people=True), figure("posts")) == (1, 2)
    assert actions.mark(actor=cole, handle="robot") is False
    assert actions.unmark(actor=cole, member_id=robot.pk) is True
    assert actions.unmark(actor=cole, member_id=robot.pk) is False
    rollups.go_on(seconds=600)
    assert figure("posts", people=True) == 2


def test_the_jobs_count_a_new_community_at_once(django_capture_on_commit_callbacks):
    person("ada", at(before(2)))
    jobs.count_today.call()
    assert figure("signups", rollups.today()) == 0
    jobs.go_on_counting.call()
    assert not [day for day in waiting() if day < rollups.today()] and figure("signups", before(2)) == 1
    jobs.count_days.call()
    assert before(2) in waiting()


def test_a_member_who_is_erased_leaves_figures_without_names():
    from rewards.reports import leaving

    ada = person("ada")
    make.post(ada, created_at=at())
    count()
    assert leaving.erase(ada, 50) == 1 and leaving.erase(ada, 50) == 0
    assert not ActiveDay.objects.filter(member=ada).exists() and figure("posts") == 1
