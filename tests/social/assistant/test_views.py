"""The assistant and styles by address."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from social.assistant import generating, styling
from social.assistant.models import AssistantConfig, DraftPair, StyleCard, StyleCardQuerySet
from social.assistant.reads import usable_cards
from social.drafts.models import Draft
from social.follows import actions as follows
from social.moderation.models import Report
from social.posts.models import Post
from tests import make
from tests.social.assistant.conftest import style, wants
from tests.social.assistant.speaking import sending

pytestmark = pytest.mark.django_db
OWN = "we met at the pond. it was nice. but there was no bench and so we all stood."
HTMX = {"HX-Request": "true"}
FIELDS = {"text": OWN, "client_key": "key1", "visibility": "followers", "warning": "Ponds", "assist_ask": "rewrite"}


@pytest.fixture
def me(writer, config, styles, as_member):
    return as_member(writer)


def finish():
    pair = DraftPair.objects.get()
    for half in pair.halves.all():
        generating.write(half.pk)
    return pair


def test_two_steps_without_scripts(me, writer):
    asks = me.post("/assistant/", FIELDS).content.decode()
    assert OWN in asks
    assert 'name="warning" value="Ponds"' in asks
    assert "127.0.0.1" in asks  # whom the text goes to
    assert not DraftPair.objects.exists()
    sent = me.post("/assistant/ask/", FIELDS)
    pair = DraftPair.objects.get()
    assert sent["Location"] == f"/assistant/{pair.pk}/"
    assert "being written" in me.get(sent["Location"]).content.decode()
    finish()
    page = me.get(sent["Location"]).content.decode()
    assert page.count("stood for two hours") == 2
    assert OWN in page
    taken = me.post(f"/assistant/{pair.pk}/a/")
    draft = Draft.objects.get()
    assert taken["Location"] == f"/posts/new/?draft={draft.pk}"
    assert draft.fields["visibility"] == ["followers"]
    composer = me.get(taken["Location"]).content.decode()
    assert "stood for two hours" in composer
    assert f'name="assisted" value="{pair.pk}"' in composer
    assert not Post.objects.exists()  # nothing by itself
    me.post("/posts/", {"text": draft.fields["text"][0], "assisted": str(pair.pk), "client_key": "key1"})
    assert Post.objects.get().assisted


def test_own_words_without_scripts(me):
    me.post("/assistant/ask/", FIELDS)
    pair = DraftPair.objects.get()
    me.post(f"/assistant/{pair.pk}/own/")
    assert Draft.objects.get().fields["text"] == [OWN]
    assert "assisted" not in Draft.objects.get().fields


def test_fragments_beside_the_composer(me):
    asks = me.post("/assistant/", FIELDS, headers=HTMX).content.decode()
    assert "<html" not in asks
    assert 'id="assistant"' in asks
    running = me.post("/assistant/ask/", FIELDS, headers=HTMX).content.decode()
    pair = DraftPair.objects.get()
    assert f'hx-get="/assistant/{pair.pk}/"' in running
    assert Draft.objects.get().fields["text"] == [OWN]
    polled = me.get(f"/assistant/{pair.pk}/", headers=HTMX)
    assert polled.content.decode().strip().startswith("{#") is False
    assert "HX-Retarget" not in polled
    finish()
    ready = me.get(f"/assistant/{pair.pk}/", headers=HTMX)
    assert ready["HX-Retarget"] == "#assistant"
    assert "hx-trigger" not in ready.content.decode()
    edited = OWN + " And it rained."
    taken = me.post(f"/assistant/{pair.pk}/b/", {"text": edited}, headers=HTMX)
    page = taken.content.decode()
    assert "stood for two hours" in page
    assert edited in page  # what stood there is kept to be put back
    assert "a style by @wren" in page
    assert json.loads(taken["HX-Trigger"])["input"]["target"].startswith("#composer")
    back = me.post(f"/assistant/{pair.pk}/own/", {"text": "draft", "assist_own": edited}, headers=HTMX).content.decode()
    assert edited in back
    assert 'name="assisted"' not in back
    pair.refresh_from_db()
    assert pair.choice == "own"


def test_a_title_goes_over_what_stands_there_now(me):
    me.post("/assistant/ask/", FIELDS | {"assist_ask": "title"}, headers=HTMX)
    pair = finish()
    page = me.post(f"/assistant/{pair.pk}/a/", {"text": "Newer words"}, headers=HTMX).content.decode()
    assert "at all.\n\nNewer words</textarea>" in page


def test_cancelling(me):
    me.post("/assistant/ask/", FIELDS, headers=HTMX)
    pair = DraftPair.objects.get()
    page = me.post(f"/assistant/{pair.pk}/cancel/", headers=HTMX).content.decode()
    assert "Cancelled." in page
    assert me.post(f"/assistant/{pair.pk}/cancel/").status_code == 302


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_refusal_keeps_everything(me, headers):
    AssistantConfig.objects.update(member_requests=1)
    me.post("/assistant/ask/", FIELDS, headers=headers)
    finish()
    answer = me.post("/assistant/ask/", FIELDS | {"client_key": "key2"}, headers=headers)
    page = answer.content.decode()
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert "It is possible again on" in page
    if headers:
        assert answer["HX-Retarget"] == "#assistant"
    else:
        assert OWN in page
        assert "Ponds" in page


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"text": " "}, 422), ({"assist_ask": "poem"}, 422), ({"assist_card": "999"}, 422), ({"text": "x" * 2000}, 422)],
)
def test_nonsense(me, fields, status):
    answer = me.post("/assistant/ask/", FIELDS | fields)
    assert answer.status_code == status
    assert "errorlist" in answer.content.decode()
    assert not DraftPair.objects.exists()


def test_failures_say_what_to_do(me, speaker):
    speaker.answer = sending("no", 429)
    me.post("/assistant/ask/", FIELDS)
    pair = finish()
    page = me.get(f"/assistant/{pair.pk}/").content.decode()
    assert page.count("The service is busy") == 2
    assert "There is no draft." in page
    assert "Try again</button>" not in page  # its own words lead back to the composer, with all that it held
    beside = me.get(f"/assistant/{pair.pk}/", headers=HTMX).content.decode()
    assert 'hx-post="/assistant/"' in beside
    assert "Try again</button>" in beside


def test_a_flood(me, _still_windows):
    codes = [me.post("/assistant/ask/", FIELDS).status_code for _turn in range(12)]
    assert codes[-1] == 429
    assert DraftPair.objects.count() == 1


def test_strangers(me, carol, as_member, client):
    me.post("/assistant/ask/", FIELDS)
    pair = finish()
    other = as_member(wants(carol))
    assert other.get(f"/assistant/{pair.pk}/").status_code == 404
    for verb in ("a", "b", "own", "cancel"):
        assert other.post(f"/assistant/{pair.pk}/{verb}/").status_code == 404
        assert me.get(f"/assistant/{pair.pk}/{verb}/").status_code == 405
        assert "/sign-in/" in client.post(f"/assistant/{pair.pk}/{verb}/")["Location"]
    assert me.get("/assistant/").status_code == 405


def test_who_did_not_switch_it_on(bob, config, as_member):
    for path in ("/assistant/", "/assistant/ask/"):
        assert as_member(bob).post(path, FIELDS).status_code == 403


# --- the composer says nothing -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/posts/new/"])
def test_the_composer(me, writer, bob, as_member, path, settings):
    assert "Suggest drafts" in me.get(path).content.decode()
    assert "Suggest drafts" not in as_member(bob).get(path).content.decode()


@pytest.mark.parametrize("path", ["/", "/posts/new/"])
def test_unconfigured_the_composer_says_nothing(writer, as_member, path):
    assert "Suggest drafts" not in as_member(writer).get(path).content.decode()
    assert as_member(writer).post("/assistant/", FIELDS).status_code == 503


# --- settings ----------------------------------------------------------------------------------------------------


def test_settings_unconfigured(alice, as_member):
    page = as_member(alice).get("/settings/assistant/").content.decode()
    assert "Not configured." in page
    assert 'name="uses"' not in page


def test_settings(alice, config, as_member):
    me = as_member(alice)
    page = me.get("/settings/assistant/").content.decode()
    assert "127.0.0.1" in page
    assert "small" in page
    assert me.post("/settings/assistant/", {"uses": "on"}).status_code == 302
    alice.profile.refresh_from_db()
    assert (alice.profile.uses_assistant, alice.profile.shares_drafts) == (True, False)
    AssistantConfig.objects.update(on=False)
    me.post("/settings/assistant/", {})
    alice.profile.refresh_from_db()
    assert not alice.profile.uses_assistant


# --- styles ------------------------------------------------------------------------------------------------------


def test_styles(carol, as_member):
    me = as_member(carol)
    assert "No style here" in me.get("/styles/").content.decode()
    style(make.member("wren"), "Terse")
    style(make.member(), "Merry", "proposed")
    page = me.get("/styles/").content.decode()
    assert "Terse" in page
    assert "@wren" in page
    assert "Never compared yet" in page
    assert "Merry" not in page
    assert "Merry" in me.get("/styles/?show=proposed").content.decode()
    assert me.get("/styles/?show=x").status_code == 404
    assert "took out of use stand here" in me.get("/styles/?show=retired").content.decode()


def test_a_style_says_since_when(carol, as_member):
    me, long_ago = as_member(carol), timezone.now() - timedelta(days=20)
    for state, word in (("in_use", "in use <time"), ("proposed", "proposed <time")):
        card = style(make.member(), state, state, since=long_ago)
        page = me.get(f"/styles/{card.pk}/").content.decode()
        assert word in page
        assert (">since " in page) is (state == "in_use")


def test_the_list_asks_the_same_at_any_length(carol, as_member, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    me = as_member(carol)
    me.get("/styles/")
    counts = []
    for _turn in range(2):
        for number in range(3 if not counts else 27):
            style(make.member(), f"S{len(counts)}{number}")
        with CaptureQueriesContext(connection) as asked:
            me.get("/styles/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_propose(carol, as_member):
    me = as_member(carol)
    assert me.get("/styles/propose/").status_code == 200
    wrong = me.post("/styles/propose/", {"name": "", "instruction": "Short <b>sentences</b>."})
    assert wrong.status_code == 422
    assert "Short &lt;b&gt;" in wrong.content.decode()
    made = me.post("/styles/propose/", {"name": "Terse", "instruction": "Short <b>sentences</b>."})
    card = StyleCard.objects.get()
    assert made["Location"] == card.get_absolute_url()
    assert "<b>sentences" not in me.get(card.get_absolute_url()).content.decode()


def test_vote(carol, as_member):
    me, card = as_member(carol), style(make.member(), "Terse", "proposed")
    page = me.post(f"/styles/{card.pk}/vote/", {"value": "1"}, headers=HTMX).content.decode()
    assert "1 for it, 0 against it" in page
    assert 'value="/styles/?show=proposed"' in me.get("/styles/?show=proposed").content.decode()
    assert 'aria-pressed="true"' in page
    assert (
        me.post(f"/styles/{card.pk}/vote/", {"value": "-1", "next": "//evil.example"})["Location"]
        == f"/styles/{card.pk}/"
    )
    assert me.post(f"/styles/{card.pk}/vote/", {"value": "5"}).status_code == 422
    assert me.post("/styles/999/vote/", {"value": "1"}).status_code == 404
    assert me.get(f"/styles/{card.pk}/vote/").status_code == 405


def test_withdraw_and_remove(carol, mona, as_member):
    card = style(carol)
    assert as_member(make.member()).post(f"/styles/{card.pk}/withdraw/").status_code == 403
    assert as_member(carol).get(f"/styles/{card.pk}/remove/").status_code == 403
    staff = as_member(mona)
    assert "Terse" not in staff.get(f"/styles/{card.pk}/remove/").content.decode()
    assert staff.post(f"/styles/{card.pk}/remove/", {"reason": ""}).status_code == 422
    assert staff.post(f"/styles/{card.pk}/remove/", {"reason": "It mocks"}).status_code == 302
    assert as_member(make.member()).get(f"/styles/{card.pk}/").status_code == 404
    assert "It mocks" in as_member(carol).get(f"/styles/{card.pk}/").content.decode()
    assert as_member(carol).post(f"/styles/{card.pk}/withdraw/").status_code == 302


def test_reported_as_what_its_author_did(carol, as_member):
    author = make.member("wren")
    card, me = style(author, "Terse"), as_member(carol)
    assert f"/@wren/report/?style={card.pk}" in me.get(f"/styles/{card.pk}/").content.decode()
    page = me.get(f"/@wren/report/?style={card.pk}").content.decode()
    assert f"The style “Terse” (/styles/{card.pk}/)" in page
    assert "The style" not in me.get("/@wren/report/?style=999").content.decode()
    me.post(f"/@wren/report/?style={card.pk}", {"rule": "spam", "note": "The style “Terse”"})
    assert Report.objects.get().member == author
    assert "Terse" in Report.objects.get().evidence and "@wren" in Report.objects.get().evidence


@pytest.mark.parametrize("way", ["by", "of"])
def test_across_a_block_styles_are_not_there_and_votes_stay(carol, mona, as_member, config, way):
    author = make.member("wren")
    card, other = style(author, "Terse"), style(make.member(), "Merry")
    styling.vote(actor=carol, card=card, value=1)
    me = as_member(carol)
    assert "Terse" in me.get("/styles/").content.decode()
    follows.block(actor=carol if way == "by" else author, target=author if way == "by" else carol)
    page = me.get("/styles/").content.decode()
    assert "Terse" not in page and "Merry" in page
    for path in (f"/styles/{card.pk}/", f"/styles/{card.pk}/remove/"):
        assert me.get(path).status_code == 404
    assert me.post(f"/styles/{card.pk}/vote/", {"value": "-1"}).status_code == 404
    assert card.votes.get().value == 1
    assert "1 for it" in as_member(make.member()).get(f"/styles/{card.pk}/").content.decode()
    assert [one.pk for one in usable_cards(carol)] == [other.pk]
    follows.block(actor=author, target=mona)
    assert "Terse" in as_member(mona).get(f"/styles/{card.pk}/").content.decode()  # moderators have to


def test_styles_of_muted_people_are_out_of_the_lists_and_still_there_by_address(carol, as_member, config):
    author = make.member("wren")
    card, mine = style(author, "Terse"), style(carol, "Merry")
    follows.mute(actor=carol, target=author)
    me = as_member(carol)
    page = me.get("/styles/").content.decode()
    assert "Terse" not in page and "Merry" in page
    assert "Terse" in me.get(f"/styles/{card.pk}/").content.decode()
    assert [one.pk for one in usable_cards(carol)] == [mine.pk]


def test_drafts_are_in_no_style_of_somebody_whom_one_does_not_want_to_meet(writer, config, styles, as_member):
    other = make.member("wim")
    StyleCard.objects.filter(pk__in=[card.pk for card in styles[1:]]).update(author=other)
    follows.block(actor=other, target=writer)
    me = as_member(writer)
    page = me.post("/assistant/", FIELDS).content.decode()
    assert styles[0].name in page and styles[1].name not in page
    me.post("/assistant/ask/", FIELDS)
    used = {half.card_id for half in DraftPair.objects.get().halves.all()}
    assert used <= {styles[0].pk, None}
    for half in DraftPair.objects.get().halves.all():
        generating.write(half.pk)
    assert me.post("/assistant/ask/", FIELDS | {"assist_card": styles[1].pk}).status_code == 422


def test_of_two_of_one_name_at_once_the_second_is_told_and_keeps_what_was_typed(carol, as_member, monkeypatch):
    """As if each had looked before the other wrote."""
    style(make.member(), "Terse", "proposed")
    monkeypatch.setattr(StyleCardQuerySet, "values_list", lambda self, *names, **options: [])
    page = as_member(carol).post("/styles/propose/", {"name": "tERSE", "instruction": "Few words <b>"})
    text = page.content.decode()
    assert page.status_code == 422 and "There is a style of this name" in text
    assert 'value="tERSE"' in text and "Few words &lt;b&gt;" in text
    monkeypatch.undo()
    assert StyleCard.objects.count() == 1


def test_the_name_of_a_style_out_of_use_is_free(carol):
    style(make.member(), "Terse", "retired")
    assert styling.propose(actor=carol, name="Terse", instruction="Short").pk
