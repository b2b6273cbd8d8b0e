"""Groups by address: the section on the page of the sliders, joining, leaving; what is told of them and what is not."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from metya.wallets import roles
from social.groups import actions
from social.ranking.models import Steering
from social.ranking.serving import for_you
from tests import make
from tests.social.training import village

pytestmark = pytest.mark.django_db


def words(answer):
    return answer.content.decode()


def test_without_groups_the_page_says_nothing_of_them(bob, as_member):
    assert 'id="groups"' not in words(as_member(bob).get("/feeds/steer/"))


def test_joining_and_leaving_by_address(bob, as_member, group, corrected):
    client = as_member(bob)
    page = words(client.get("/feeds/steer/"))
    assert "Long reads" in page and "Rather one long post." in page and f"/feeds/groups/{group.pk}/join/" in page
    assert "the model has no correction for it yet" in page and "your group" not in page
    answer = client.post(f"/feeds/groups/{group.pk}/join/", follow=True)
    assert answer.redirect_chain == [("/feeds/steer/#groups", 302)]
    page = words(answer)
    assert "learned no correction for it yet" in page and "your group" in page and "/feeds/groups/leave/" in page
    assert "You are in the group “Long reads”" in page and Steering.objects.get(member=bob).group == "long-reads"
    client.post(f"/feeds/groups/{group.pk}/join/")  # a repeat
    assert "You are in no group now" in words(client.post("/feeds/groups/leave/", follow=True))
    assert Steering.objects.get(member=bob).group == ""
    assert client.post("/feeds/groups/leave/").status_code == 302  # a repeat
    corrected(long_reads={"length": 2.0})
    assert "Its correction counts" in words(client.post(f"/feeds/groups/{group.pk}/join/", follow=True))


def test_a_closed_group_is_there_for_those_in_it_alone(alice, bob, as_member, cole, group):
    actions.join(actor=alice, group=group)
    actions.write(actor=cole, group=group, name=group.name, about=group.about, state="closed")
    assert "Long reads" not in words(as_member(bob).get("/feeds/steer/"))
    assert as_member(bob).post(f"/feeds/groups/{group.pk}/join/").status_code == 404
    page = words(as_member(alice).get("/feeds/steer/"))
    assert "Long reads" in page and "you cannot come back" in page and "/feeds/groups/leave/" in page


def test_wrong_verbs_numbers_and_visitors(bob, as_member, client, group):
    for path in (f"/feeds/groups/{group.pk}/join/", "/feeds/groups/leave/"):
        assert as_member(bob).get(path).status_code == 405
        assert client.post(path).status_code == 302 and "/sign-in/" in client.post(path)["Location"]
    for pk in ("0", "99999", "99999999999999999999", "x"):
        assert as_member(bob).post(f"/feeds/groups/{pk}/join/").status_code == 404
    assert not Steering.objects.exists()


@pytest.mark.usefixtures("_still_windows")
def test_changing_too_often_is_slowed(bob, as_member, group):
    client = as_member(bob)
    codes = [client.post("/feeds/groups/leave/").status_code for _ in range(21)]
    assert codes[:20] == [302] * 20 and codes[20] == 429


def test_how_many_are_in_it_is_told_from_ten_on_and_never_who(bob, as_member, group):
    villagers = village.people(10)
    village.join(villagers[:9], "long-reads")
    page = words(as_member(bob).get("/feeds/steer/"))
    assert "fewer than 10 members" in page
    village.join(villagers[9:], "long-reads")
    page = words(as_member(bob).get("/feeds/steer/"))
    assert "10 members" in page and "fewer" not in page and "villager" not in page
    villagers[0].is_active = False
    villagers[0].save()
    assert "fewer than 10 members" in words(as_member(bob).get("/feeds/steer/"))


def test_what_the_correction_changes_is_said_in_words(bob, as_member, group, corrected):
    own = {"length": 2.0, "recency": -2.5, "likes_all": -0.2, "follows_author": -0.5, "tag_followed": 0.01}
    corrected(long_reads=own | {"has_link": 0.6})
    page = words(as_member(bob).get("/feeds/steer/"))
    said = page[page.index("the model has a correction for it:") :].split("</small>")[1]
    assert "counts less" in said and "hardly counts" in said and "” counts for a post;" in said
    assert said.index("counts against a post, not for it") < said.index("counts less")  # the strongest first
    assert said.count("“") == 5  # what nobody would notice is left out


def test_a_correction_too_small_to_notice_is_said_to_be_that(bob, as_member, group, corrected):
    corrected(long_reads={"length": 0.01})
    assert "too small to notice" in words(as_member(bob).get("/feeds/steer/"))


def test_why_names_the_group(bob, as_member, group, corrected):
    make.post(make.member(), "Something")
    corrected(long_reads={"length": 2.0})
    actions.join(actor=bob, group=group)
    found = for_you(bob)
    page = words(as_member(bob).get(f"/feeds/why/{found.slate.pk}/{found.page.items[0].pk}/"))
    assert "correction of your group “Long reads”" in page


def test_a_name_is_text_and_nothing_else(bob, as_member, cole):
    actions.write(actor=cole, key="x", name="<b>Bold</b>", about="<script>1</script>")
    page = words(as_member(bob).get("/feeds/steer/"))
    assert "&lt;b&gt;Bold" in page and "<script>1" not in page


def test_as_many_queries_however_many_groups(bob, as_member, cole, corrected):
    client = as_member(bob)
    client.get("/feeds/steer/")
    seen = []
    for more in (2, 6):
        for number in range(more):
            actions.write(actor=cole, key=f"g{more}-{number}", name=f"G {more} {number}", about="x")
        corrected(**{f"g2_{number}": {"length": 2.0} for number in range(2)})
        with CaptureQueriesContext(connection) as asked:
            client.get("/feeds/steer/")
        seen.append(len(asked))
    assert seen[0] == seen[1]


# --- the admin --------------------------------------------------------------------------------------------------------


@pytest.fixture
def staff(client, settings):
    settings.DEMO = True

    def signed_in(role):
        roles.sync()
        client.force_login(make.member(roles=(role,), is_demo=True, is_superuser=role == "admin"))
        return client

    return signed_in


def test_a_manager_makes_words_and_closes_a_group_in_the_admin(staff, db):
    client = staff("manager")
    page = words(client.get("/admin/social/rankinggroup/add/"))
    assert "It never changes" in page
    fields = {"key": "night", "name": "Night", "about": "Late", "state": "open"}
    bad = client.post("/admin/social/rankinggroup/add/", fields | {"key": "9"})
    assert bad.status_code == 200 and "begins with a letter" in words(bad)
    assert client.post("/admin/social/rankinggroup/add/", fields).status_code == 302
    group = actions.RankingGroup.objects.get()
    path = f"/admin/social/rankinggroup/{group.pk}/change/"
    assert 'name="key"' not in words(client.get(path))
    assert client.post(path, {"name": "Nights", "about": "Late", "state": "closed", "key": "other"}).status_code == 302
    group.refresh_from_db()
    assert (group.key, group.name, group.state) == ("night", "Nights", "closed")
    assert client.post(f"/admin/social/rankinggroup/{group.pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_list_says_how_large_they_are_and_whether_the_model_corrects_for_them(staff, group, corrected):
    village.join(village.people(9), "long-reads")
    corrected(long_reads={"length": 2.0})
    page = words(staff("manager").get("/admin/social/rankinggroup/"))
    assert "fewer than 10" in page and "icon-yes" in page and "villager" not in page


def test_who_only_looks_changes_nothing(staff, group):
    client = staff("auditor")
    path = f"/admin/social/rankinggroup/{group.pk}/change/"
    assert client.get(path).status_code == 200
    assert client.post(path, {"name": "x", "about": "y", "state": "closed"}).status_code == 403
    group.refresh_from_db()
    assert group.name == "Long reads"
    assert staff("moderator").get("/admin/social/rankinggroup/").status_code == 403
