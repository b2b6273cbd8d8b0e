"""Link previews as staff see them: who sees the list, what is in it, and withdrawing one."""

import pytest

from metya.ops.models import AuditEvent
from metya.wallets import roles
from social.posts import actions as posts
from social.posts.models import Post
from social.previews.models import LinkPreview, key_of
from tests import make
from tests.social.moderation.test_views import act, staff
from tests.social.previews.test_views import found_at

pytestmark = pytest.mark.django_db
LIST = "/admin/social/linkpreview/"


@pytest.fixture(autouse=True)
def _open_door(settings):
    """The second factor before the admin is tested with the wallets."""
    settings.DEMO = True
    roles.sync()


def test_a_moderator_finds_it_by_its_address_or_host(mona, as_member):
    row, other = found_at(), found_at("https://other.example/")
    LinkPreview.objects.filter(pk=other.pk).update(host="other.example")
    client = as_member(staff(mona))
    page = client.get(LIST).content.decode()
    assert row.url.replace("&", "&amp;") in page and other.url in page
    assert other.url not in client.get(LIST, {"q": row.url}).content.decode()
    assert row.url.replace("&", "&amp;") not in client.get(LIST, {"q": "other.example"}).content.decode()
    one = client.get(f"{LIST}{row.pk}/change/").content.decode()
    assert "Seven &lt;b&gt;springs" in one and 'name="title"' not in one, "read, never edited"


def test_those_of_posts_for_followers_are_not_for_staff_to_see(mona, alice, as_member):
    own = LinkPreview.objects.create(
        key=key_of("https://own.example/", alice.pk), url="https://own.example/", owner=alice
    )
    client = as_member(staff(mona))
    assert "own.example" not in client.get(LIST).content.decode()
    assert client.get(f"{LIST}{own.pk}/change/").status_code == 302
    act(client, "linkpreview", "withdraw", [own], apply="1", reason="x")
    own.refresh_from_db()
    assert not own.barred


def test_withdrawing_takes_a_reason_and_takes_it_from_every_post(mona, alice, bob, as_member, client):
    row = found_at()
    for author in (alice, bob):
        posts.publish(actor=author, text=f"Look {row.url}")
    assert client.get(f"/posts/{Post.objects.first().pk}/").content.count(b'class="linked') == 1
    moderator = as_member(staff(mona))
    asked = act(moderator, "linkpreview", "withdraw", [row])
    assert asked.status_code == 200 and "Reason" in asked.content.decode()
    assert act(moderator, "linkpreview", "withdraw", [row], apply="1", reason=" ").status_code == 422
    row.refresh_from_db()
    assert not row.barred and not AuditEvent.objects.filter(verb__startswith="moderation.").exists()
    assert act(moderator, "linkpreview", "withdraw", [row], apply="1", reason="A trap").status_code == 302
    row.refresh_from_db()
    assert row.barred and AuditEvent.objects.get(verb__startswith="moderation.").actor == mona
    for post in Post.objects.all():
        assert b'class="linked' not in client.get(f"/posts/{post.pk}/").content


@pytest.mark.parametrize("role", ["reviewer", "manager"])
def test_other_staff_withdraw_none(role, as_member):
    row, person = found_at(), make.member(role, roles=(role,))
    act(as_member(staff(person)), "linkpreview", "withdraw", [row], apply="1", reason="x")
    row.refresh_from_db()
    assert not row.barred


def test_members_and_visitors_see_no_list(bob, as_member, client):
    for one in (client, as_member(bob)):
        assert one.get(LIST).status_code in (302, 403) and b"linkpreview" not in one.get(LIST).content
