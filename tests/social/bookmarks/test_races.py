"""Many at once: a folder of one name, a post filed once, a limit that holds, trends counted by several workers."""

import pytest

from metya.web.errors import Conflict
from social.bookmarks import actions
from social.bookmarks.models import Bookmark, Filed, Folder
from social.posts import actions as posts
from social.posts.models import Tag
from social.tags import actions as tags
from social.tags.models import TagFollow
from social.trends import actions as trends
from social.trends.models import Trend
from tests import make
from tests.social.posts.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_folder_made_many_times_at_once():
    bob = make.member()
    made = at_once(*(lambda: actions.create_folder(actor=bob, name="Later") for _again in range(6)))
    assert Folder.objects.count() == 1 and sum(isinstance(result, Conflict) for result in made) == 5


def test_a_post_filed_here_and_there_at_once():
    bob, post = make.member(), make.post(make.member())
    one, two = (actions.create_folder(actor=bob, name=name) for name in ("One", "Two"))
    choices = [[one], [two], [one, two]] * 3
    at_once(*(lambda chosen=chosen: actions.file(actor=bob, post=post, folders=chosen) for chosen in choices))
    assert Bookmark.objects.count() == 1 and 1 <= Filed.objects.count() <= 2


def test_the_limit_of_tags_holds(monkeypatch):
    monkeypatch.setattr(tags, "MOST", 3)
    bob, all_tags = make.member(), [Tag.objects.create(name=f"t{number}") for number in range(8)]
    at_once(*(lambda tag=tag: tags.follow_tag(actor=bob, tag=tag) for tag in all_tags))
    assert TagFollow.objects.count() == 3


def test_trends_counted_by_several_at_once():
    people = [make.member() for _number in range(2)]
    trends.set_trusted([person.pk for person in people])
    for person in people:
        posts.publish(actor=person, text="#one #two #three")
    at_once(*(trends.count_trends for _again in range(4)))
    assert Trend.objects.count() == 3
