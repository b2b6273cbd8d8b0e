"""Steering by address: the tabs of home, why, sliders with preview, presets, settings; strangers, bad input, repeats."""

import re

import pytest

from metya.ops.models import AuditEvent
from metya.web import ratelimit
from social.follows import actions as follows
from social.lists import actions as lists
from social.moderation.models import Report
from social.posts import actions as posts
from social.ranking import actions
from social.ranking.models import NotRecommended, Preset, Slate, Steering
from social.ranking.presets import BUILT_IN
from social.ranking.serving import for_you
from tests import make

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def some(alice, bob, carol):
    """A long post by whom bob follows, and a short question by a stranger."""
    posts.publish(actor=alice, text="A long report. " * 20)
    posts.publish(actor=carol, text="Who has a ladder?")


def words(page):
    return page.content.decode()


# --- home ---------------------------------------------------------------------------------------------------------


def test_home_is_in_order_of_time_until_for_you_is_chosen_and_keeps_the_choice(some, bob, as_member):
    client = as_member(bob)
    assert "Who has a ladder?" not in words(client.get("/")) and not Slate.objects.exists()
    page = words(client.get("/?feed=for-you"))
    assert "Who has a ladder?" in page and "From people you follow" in page and "/feeds/why/" in page
    assert "Who has a ladder?" in words(client.get("/"))  # by the cookie
    assert client.cookies["feed"]["httponly"]
    client.get("/?feed=following")
    assert "Who has a ladder?" not in words(client.get("/"))
    assert "Who has a ladder?" not in words(client.get("/?feed=nonsense"))


def test_lists_stand_among_the_tabs(bob, as_member):
    one = lists.make(actor=bob, name="Near me")
    for feed in ("following", "for-you"):
        page = words(as_member(bob).get(f"/?feed={feed}"))
        assert f'href="/lists/{one.pk}/"' in page and "/tags/" in page and page.count('aria-current="page">Fo') == 1


def test_for_you_goes_on_and_ends(alice, bob, as_member):
    for number in range(30):
        make.post(make.member(), f"number {number}.")
    client = as_member(bob)
    page = words(client.get("/?feed=for-you"))
    more = re.search(r'hx-get="([^"]*chain=[^"]*)"', page)[1].replace("&amp;", "&")
    rest = words(client.get(more, headers=HTMX))
    assert "<html" not in rest and "Load more" not in rest
    seen = re.findall(r"number \d+\.", page) + re.findall(r"number \d+\.", rest)
    assert len(set(seen)) == 30
    assert "That was all" in words(client.get(more))
    assert [slate.page for slate in Slate.objects.order_by("pk")] == [1, 2]


def test_a_damaged_sitting_is_said_and_one_of_somebody_else_tells_nothing(some, bob, carol, as_member):
    assert as_member(bob).get("/?feed=for-you&chain=x").status_code == 400
    chain = for_you(bob).chain
    page = words(as_member(carol).get(f"/?feed=for-you&chain={chain}"))
    assert "A long report" in page and Slate.objects.filter(member=carol, page=1).count() == 1


def test_nobody_has_pages_without_end(some, bob, as_member, monkeypatch):
    """Each is kept for two weeks."""
    client, real = as_member(bob), ratelimit.limit
    monkeypatch.setattr(
        ratelimit, "limit", lambda scope, key, *, most, seconds: real(scope, key, most=2, seconds=seconds)
    )
    assert [client.get("/?feed=for-you").status_code for _ in range(3)] == [200, 200, 429]
    assert Slate.objects.count() == 2
    assert client.get("/?feed=following").status_code == 200


def test_an_empty_for_you_says_what_to_do(carol, as_member):
    page = words(as_member(carol).get("/?feed=for-you"))
    assert "Nothing to recommend yet" in page and "/explore/" in page and not Slate.objects.exists()


def test_visitors_have_no_for_you(some, client):
    assert "members own" in words(client.get("/?feed=for-you")) and not Slate.objects.exists()


def test_while_staff_look_nothing_is_written(some, bob):
    bob.looked_at = True
    found = for_you(bob, writing=False)
    assert found.page.items and found.slate is None and all(card.why and not card.slate for card in found.page.items)
    assert not Slate.objects.exists()
    assert not Steering.objects.exists()


# --- why ----------------------------------------------------------------------------------------------------------


def test_why_says_the_reasons_and_leads_to_the_sliders(some, bob, as_member):
    client = as_member(bob)
    client.get("/?feed=for-you")
    slate = Slate.objects.get()
    path = f"/feeds/why/{slate.pk}/{slate.entries[0]['post']}/"
    page = words(client.get(path))
    assert "People you follow" in page and "/feeds/steer/#recency" in page and "version 1" in page and "<html" in page
    assert "you did not allow" in page and "/settings/consent/#consent-features" in page
    assert "/feeds/steer/#s-quota-following" in page and 'id="s-quota-following"' in words(client.get("/feeds/steer/"))
    assert "/settings/consent/#consent-features" in words(client.get("/feeds/steer/"))
    assert 'id="consent-features"' in words(client.get("/settings/consent/"))
    fragment = words(client.get(path, headers=HTMX))
    assert "Together" in fragment and "<html" not in fragment


def test_why_is_for_whom_it_was_shown_to_alone_and_for_what_was_shown(some, bob, carol, as_member, client):
    slate = for_you(bob).slate
    path = f"/feeds/why/{slate.pk}/{slate.entries[0]['post']}/"
    assert as_member(carol).get(path).status_code == 404
    assert as_member(bob).get(f"/feeds/why/{slate.pk}/999999/").status_code == 404
    assert as_member(bob).get(f"/feeds/why/999999/{slate.entries[0]['post']}/").status_code == 404
    assert as_member(bob).post(path).status_code == 405
    assert "/sign-in/" in client.get(path)["Location"]


def test_why_of_a_post_that_is_gone_shows_nothing_of_it(some, alice, bob, as_member):
    slate = for_you(bob).slate
    for post in alice.posts.all():
        posts.delete(actor=alice, post=post)
        page = words(as_member(bob).get(f"/feeds/why/{slate.pk}/{post.pk}/"))
        assert "not there for you any more" in page and "A long report" not in page


# --- sliders ------------------------------------------------------------------------------------------------------


def test_the_preview_shows_what_moves_and_saves_nothing(some, bob, as_member):
    client = as_member(bob)
    plain = words(client.get("/feeds/steer/preview/"))
    moved = words(client.get("/feeds/steer/preview/?follows_author=-2&length=-2"))
    assert plain.index("A long report") < plain.index("Who has a ladder?") and "▲" not in plain
    assert moved.index("Who has a ladder?") < moved.index("A long report") and "▲ 1" in moved and "▼ 1" in moved
    assert not Steering.objects.exists() and not Slate.objects.exists()
    without = words(client.post("/feeds/steer/", {"follows_author": "-2", "length": "-2", "preview": "1"}))
    assert "▲ 1" in without and 'value="-2"' in without and not Steering.objects.exists()


def test_saving_changes_the_feed_and_reset_brings_it_back(some, bob, as_member):
    client = as_member(bob)
    saved = client.post("/feeds/steer/", {"follows_author": "-2", "length": "-2", "recency": "1", "quota-topics": "10"})
    assert saved.status_code == 302
    stored = Steering.objects.get(member=bob)
    assert stored.sliders == {"follows_author": -2, "length": -2} and stored.quotas == {"topics": 10}
    page = words(client.get("/?feed=for-you"))
    assert page.index("Who has a ladder?") < page.index("A long report")
    client.post("/feeds/steer/reset/")
    page = words(client.get("/?feed=for-you"))
    assert page.index("A long report") < page.index("Who has a ladder?")
    assert client.get("/feeds/steer/reset/").status_code == 405


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("recency", "2.5", "goes from −2 to 2"),
        ("recency", "-7", "goes from −2 to 2"),
        ("recency", "0.3", "in halves"),
        ("recency", "nan", "goes from −2 to 2"),
        ("recency", "1e999", "goes from −2 to 2"),
        ("recency", "much", "must be a number"),
        ("quota-topics", "301", "from 0 to 300"),
        ("quota-topics", "-1", "from 0 to 300"),
        ("quota-topics", "1.5", "must be a number"),
        ("quota-following", "300", "at most 500"),
    ],
)
def test_what_is_out_of_range_is_refused_and_kept_as_typed(bob, as_member, field, typed, said):
    client = as_member(bob)
    for page in (client.post("/feeds/steer/", {field: typed}), client.get("/feeds/steer/preview/", {field: typed})):
        assert page.status_code == 422 and said in words(page)
    assert f'value="{typed}"' in words(client.post("/feeds/steer/", {field: typed}))
    assert not Steering.objects.exists()


def test_steering_keeps_what_was_learnt(bob, as_member):
    Steering.objects.create(member=bob, delta=b"x", delta_version="v", ask="seldom", group="g")
    as_member(bob).post("/feeds/steer/", {"recency": "2"})
    stored = Steering.objects.get()
    assert (bytes(stored.delta), stored.ask, stored.group, stored.sliders) == (b"x", "seldom", "g", {"recency": 2})


def test_presets_load_without_being_saved_and_every_built_in_fits(bob, as_member):
    client = as_member(bob)
    for one in BUILT_IN:
        page = client.get(f"/feeds/steer/?preset={one.key}")
        assert page.status_code == 200 and "Save to use them" in words(page)
        actions.steer(actor=bob, sliders=dict(one.sliders), quotas=dict(one.quotas))
    Steering.objects.all().delete()
    assert 'id="s-recency" name="recency" min="-2" max="2" step="0.5" value="2"' in words(
        client.get("/feeds/steer/?preset=fresh")
    )
    assert client.get("/feeds/steer/?preset=nonsense").status_code == 404 and not Steering.objects.exists()


# --- presets ------------------------------------------------------------------------------------------------------


def test_a_preset_is_kept_shared_copied_with_credit_and_deleted(alice, bob, carol, as_member):
    hers, his = as_member(alice), as_member(bob)
    hers.post("/feeds/steer/", {"recency": "0.5", "quota-topics": "5"})
    assert hers.post("/feeds/presets/", {"name": "Slow mornings"}).status_code == 302
    one = Preset.objects.get()
    assert (one.sliders, one.quotas, one.shared) == ({"recency": 0.5}, {"topics": 5}, False)
    assert "Slow mornings" not in words(his.get("/feeds/presets/"))
    for path in (f"/feeds/steer/?preset={one.pk}", f"/feeds/presets/{one.pk}/copy/"):
        assert (his.get(path) if "steer" in path else his.post(path)).status_code == 404
    hers.post(f"/feeds/presets/{one.pk}/share/")
    assert (
        "Slow mornings" in words(his.get("/feeds/presets/"))
        and his.get(f"/feeds/steer/?preset={one.pk}").status_code == 200
    )
    his.post(f"/feeds/presets/{one.pk}/copy/")
    his.post(f"/feeds/presets/{one.pk}/copy/")  # once more, under a name that is free
    copies = Preset.objects.filter(owner=bob).order_by("pk")
    assert [(copy.name, copy.credited, copy.sliders) for copy in copies] == [
        ("Slow mornings", "alice", {"recency": 0.5}), ("Slow mornings 2", "alice", {"recency": 0.5})
    ]  # fmt: skip
    his.post(f"/feeds/presets/{copies[0].pk}/share/")
    as_member(carol).post(f"/feeds/presets/{copies[0].pk}/copy/")
    assert Preset.objects.get(owner=carol).credited == "alice"  # whoever made it, not who passed it on
    for verb in ("share", "unshare", "delete"):
        assert his.post(f"/feeds/presets/{one.pk}/{verb}/").status_code == 404
    hers.post(f"/feeds/presets/{one.pk}/delete/")
    assert Preset.objects.filter(credited="alice").count() == 3 and not Preset.objects.filter(owner=alice).exists()


def test_deleting_a_preset_is_asked_about_and_the_page_comes_again(alice, as_member):
    client, one = as_member(alice), Preset.objects.create(owner=alice, name='"Slow"')
    assert 'hx-confirm="Delete “&quot;Slow&quot;”? This cannot be undone."' in words(client.get("/feeds/presets/"))
    answer = client.post(f"/feeds/presets/{one.pk}/delete/", headers=HTMX)
    assert (answer.status_code, answer["HX-Refresh"]) == (200, "true") and not Preset.objects.exists()
    assert "The preset is deleted." in words(client.get("/feeds/presets/"))


def test_names_of_presets_are_checked_and_kept_as_typed(bob, as_member):
    client = as_member(bob)
    client.post("/feeds/presets/", {"name": "Mine"})
    for name in ("", "Mine", "x" * 51):
        page = client.post("/feeds/presets/", {"name": name})
        assert page.status_code == 422 and (not name or f'value="{name}"' in words(page))
    assert Preset.objects.count() == 1


def test_presets_of_those_one_does_not_meet_are_not_there(alice, carol, as_member):
    one = Preset.objects.create(owner=alice, name="Hers", shared=True)
    assert "Hers" in words(as_member(carol).get("/feeds/presets/"))
    follows.block(actor=alice, target=carol)
    assert "Hers" not in words(as_member(carol).get("/feeds/presets/"))
    assert as_member(carol).post(f"/feeds/presets/{one.pk}/copy/").status_code == 404


# --- settings -----------------------------------------------------------------------------------------------------


def test_settings_of_the_feed(bob, as_member):
    client = as_member(bob)
    assert "Do not recommend my posts" in words(client.get("/settings/feed/"))
    client.post("/settings/feed/", {"ask": "never", "hidden": "on"})
    client.post("/settings/feed/", {"ask": "never", "hidden": "on"})
    assert NotRecommended.objects.get().member_id == bob.pk and Steering.objects.get().ask == "never"
    client.post("/settings/feed/", {"ask": "normal"})
    assert not NotRecommended.objects.exists()
    assert client.post("/settings/feed/", {"ask": "always"}).status_code == 422


@pytest.mark.parametrize("path", ["/feeds/steer/", "/feeds/steer/preview/", "/feeds/presets/", "/settings/feed/"])
def test_a_stranger_is_sent_to_sign_in(client, path):
    assert "/sign-in/" in client.get(path)["Location"]


# --- presets of others: reported, taken from everyone, not met --------------------------------------------------------


@pytest.fixture
def shared(alice):
    return Preset.objects.create(owner=alice, name="Loud name", sliders={"recency": 2}, shared=True)


def test_a_shared_preset_is_reported_with_one_tap_and_its_words_stay_with_the_case(shared, alice, carol, as_member):
    client, path = as_member(carol), f"/@alice/report/?preset={shared.pk}"
    for page in ("/feeds/presets/", f"/feeds/steer/?preset={shared.pk}"):
        assert path in words(client.get(page))
    assert f"The preset “Loud name” (/feeds/steer/?preset={shared.pk})" in words(client.get(path))
    assert client.post(path, {"rule": "spam", "note": "See for yourself"}).status_code == 302
    Preset.objects.all().delete()
    report = Report.objects.get()
    assert report.member == alice and report.note == "See for yourself"
    assert "Loud name" in report.evidence and "@alice" in report.evidence


def test_what_is_not_shared_or_not_theirs_says_nothing_to_who_reports(shared, bob, carol, as_member):
    client = as_member(carol)
    assert "The preset" not in words(client.get(f"/@bob/report/?preset={shared.pk}"))
    Preset.objects.update(shared=False)
    for pk in (shared.pk, 999, "99999999999999999"):
        assert "The preset" not in words(client.get(f"/@alice/report/?preset={pk}"))
    assert client.get("/@alice/report/?preset=x").status_code == 400


def test_one_does_not_report_oneself(shared, alice, as_member):
    assert "/report/" not in words(as_member(alice).get(f"/feeds/steer/?preset={shared.pk}"))


def test_a_moderator_takes_a_preset_from_everyone_with_a_reason_and_its_owner_is_told(
    shared, alice, bob, mona, as_member
):
    actions.copy(actor=bob, preset=shared)
    client, path = as_member(mona), f"/feeds/presets/{shared.pk}/remove/"
    for page in ("/feeds/presets/", f"/feeds/steer/?preset={shared.pk}"):
        assert path in words(client.get(page)) and path not in words(as_member(bob).get(page))
    assert "Loud name" in words(as_member(mona).get(path))
    for reason in ("", "x" * 301, "a\nb"):
        assert as_member(mona).post(path, {"reason": reason}).status_code == 422
    assert Preset.objects.get(pk=shared.pk).shared
    assert as_member(mona).post(path, {"reason": "The name mocks"}).status_code == 302
    shared.refresh_from_db()
    assert not shared.shared and (shared.unshared_by, shared.unshared_reason) == (mona, "The name mocks")
    assert "Loud name" not in words(as_member(make.member()).get("/feeds/presets/"))
    assert Preset.objects.filter(owner=bob, name="Loud name").exists()
    hers = as_member(alice)
    page = words(hers.get("/feeds/presets/"))
    assert "The name mocks" in page and f"/feeds/presets/{shared.pk}/share/" not in page
    assert hers.post(f"/feeds/presets/{shared.pk}/share/").status_code == 409
    assert hers.post(f"/feeds/presets/{shared.pk}/unshare/").status_code == 302  # harmless
    assert "ended the sharing of your preset “Loud name”: The name mocks" in words(hers.get("/notifications/"))
    event = AuditEvent.objects.get(verb="ranking.unshare_preset")
    assert event.actor == mona and event.data == {"owner": "alice", "name": "Loud name", "reason": "The name mocks"}
    assert as_member(mona).post(path, {"reason": "again"}).status_code == 404
    assert not actions.unshare(actor=mona, preset=shared, reason="again")


@pytest.mark.parametrize("role", [None, "manager", "auditor", "labeller", "reviewer"])
def test_nobody_but_moderators_takes_it(shared, role, as_member):
    other = make.member(roles=(role,) if role else ())
    path = f"/feeds/presets/{shared.pk}/remove/"
    assert as_member(other).get(path).status_code == 403
    assert as_member(other).post(path, {"reason": "x"}).status_code == 403
    assert Preset.objects.get().shared


def test_moderators_do_not_take_their_own(mona, as_member):
    mine = Preset.objects.create(owner=mona, name="Mine", shared=True)
    assert as_member(mona).post(f"/feeds/presets/{mine.pk}/remove/", {"reason": "x"}).status_code == 403


def test_presets_of_muted_people_are_out_of_the_list_and_still_there_by_address(shared, alice, carol, as_member):
    follows.mute(actor=carol, target=alice)
    client = as_member(carol)
    assert "Loud name" not in words(client.get("/feeds/presets/"))
    assert "Loud name" in words(client.get(f"/feeds/steer/?preset={shared.pk}"))
    follows.unmute(actor=carol, target=alice)
    assert "Loud name" in words(client.get("/feeds/presets/"))
