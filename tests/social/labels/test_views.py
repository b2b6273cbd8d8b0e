"""Labels by address: every surface with every choice, the pages about labels, and what they cost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from metya.wallets import actions as wallets
from metya.wallets import roles
from metya.wallets.models import Member, Role
from social.feeds import reads as feeds
from social.labels import actions
from social.labels.models import Label, Labelling, Objection, Subscription
from social.lists import actions as lists
from social.notifications.models import Notification
from social.posts import actions as posts
from social.posts.models import Post
from social.search import index
from tests import make

pytestmark = pytest.mark.django_db
WORDS = "The moon is made of honey #moon"
REASON = "Nobody ever tasted it"


@pytest.fixture
def post(carol, ines):
    make.follow(ines, carol)
    return posts.publish(actor=carol, text=WORDS)


@pytest.fixture
def opening(bob):
    return posts.publish(actor=bob, text="What is the moon made of?")


@pytest.fixture
def reply(carol, opening, post):
    return posts.publish(actor=carol, text="Of honey, I say", in_reply_to=opening)


@pytest.fixture
def world(lara, post, reply, satire, carol, ines):
    """(name, address, the labelled post) of every place where posts stand."""
    for one in (post, reply):
        actions.put(actor=lara, post=one, label=satire, reason=REASON)
    listed = lists.make(actor=ines, name="Moon", about="", public=False)
    lists.add(actor=ines, one=listed, member=carol)
    return {
        "home": ("/", post),
        "explore": ("/explore/", post),
        "search": ("/search/?q=honey", post),
        "tag": ("/tags/moon/", post),
        "list": (f"/lists/{listed.pk}/", post),
        "thread": (f"/posts/{reply.in_reply_to_id}/", reply),
        "profile": ("/@carol/", post),
        "focus": (f"/posts/{post.pk}/", post),
    }


def choose(member: Member, lara: Member, choice: str, label: Label) -> None:
    actions.choose(actor=member, follow=[lara.pk], choices={label.pk: choice})


PLACES = ["home", "explore", "search", "tag", "list", "thread", "profile", "focus"]
BADGE, FOLD = '<span class="sr">Label: </span>Satire', f"<b>Satire (@lara): {REASON}</b>"


def words_of(post: Post) -> str:
    return "Of honey, I say" if post.in_reply_to_id else "is made of honey"


def met(client, place, world) -> tuple[str, str]:
    """The main part of the page, and how the post stands on it."""
    address, post = world[place]
    page = client.get(address).content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    if words_of(post) not in main:
        return main, "hide"
    return main, "warn" if FOLD in main else "show" if BADGE in main else "plain"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("choice", ["show", "warn", "hide"])
def test_every_choice_on_every_surface(world, ines, lara, satire, as_member, place, choice):
    choose(ines, lara, choice, satire)
    main, how = met(as_member(ines), place, world)
    # A page that one opens oneself shows it all the same, folded.
    asked_for = place in ("profile", "focus")
    assert how == ("warn" if choice == "hide" and asked_for else choice)
    if choice == "warn":
        assert '<details class="warned">' in main and BADGE not in main
    if choice == "hide" and place == "thread":
        assert "Hidden as you chose: Satire, says @lara." in main


@pytest.mark.parametrize("place", PLACES)
def test_without_a_subscription_nothing_changes(world, ines, lara, satire, as_member, place):
    actions.choose(actor=ines, follow=[], choices={satire.pk: "hide"})
    main, how = met(as_member(ines), place, world)
    assert how == "plain" and "Satire" not in main


@pytest.mark.parametrize("place", ["explore", "search", "tag", "thread", "profile", "focus"])
def test_visitors_meet_no_labels(world, client, place):
    assert met(client, place, world)[1] == "plain"


@pytest.mark.parametrize(
    "why", ["expired", "removed", "lifted", "role", "retired", "suspended", "opted-out", "left", "edited"]
)
@pytest.mark.parametrize("place", ["home", "thread"])
def test_what_ended_hides_nothing_in_the_same_session(world, ines, lara, carol, mona, satire, as_member, place, why):
    choose(ines, lara, "hide", satire)
    client = as_member(ines)
    assert met(client, place, world)[1] == "hide"
    if why == "expired":
        Labelling.objects.update(expires_at=timezone.now())
    elif why == "removed":
        for one in Labelling.objects.all():
            actions.remove(actor=lara, labelling=one)
    elif why == "lifted":
        for one in Labelling.objects.all():
            objection = actions.object_to(actor=carol, labelling=one, text="No")
            actions.decide(actor=mona, objection=objection, outcome="lifted", reasons="Right")
    elif why == "role":
        wallets.revoke_role(actor=None, member=lara, role=Role.LABELLER)
    elif why == "retired":
        Label.objects.update(active=False)
    elif why == "suspended":
        Member.objects.filter(pk=lara.pk).update(suspended_until=timezone.now() + timedelta(days=1))
    elif why == "left":
        Member.objects.filter(pk=lara.pk).update(is_active=False)
    elif why == "edited":
        Post.objects.update(version=2)
    else:
        client.post("/settings/labels/", {f"label-{satire.pk}": "hide"})
    assert met(client, place, world)[1] == "plain"


def test_the_author_meets_their_own_post_as_it_is(world, carol, lara, satire, as_member):
    choose(carol, lara, "hide", satire)
    assert met(as_member(carol), "home", world)[1] == "plain"
    main, how = met(as_member(carol), "focus", world)
    assert how == "plain" and "Labels on your post" in main and "Satire" in main


def test_the_strictest_choice_wins_and_the_authors_own_warning_stays(ines, lara, carol, satire, spoiler, as_member):
    make.follow(ines, carol)
    post = posts.publish(actor=carol, text=WORDS, warning="Long")
    for label in (satire, spoiler):
        actions.put(actor=lara, post=post, label=label, reason="<i>why</i>")
    page = as_member(ines).get("/").content.decode()
    assert "<b>Spoiler (@lara): &lt;i&gt;why&lt;/i&gt; · Long</b>" in page and BADGE in page
    actions.choose(actor=ines, follow=[lara.pk], choices={satire.pk: "hide"})
    assert "is made of honey" not in as_member(ines).get("/").content.decode()


def test_a_quote_and_a_repost_of_what_is_hidden(world, post, ines, bob, lara, satire, as_member):
    make.follow(ines, bob)
    posts.publish(actor=bob, text="Look at this", quote_of=post)
    choose(ines, lara, "hide", satire)
    page = as_member(ines).get("/").content.decode()
    assert "Look at this" in page and "You chose to hide a label that it has." in page and "made of honey" not in page
    posts.repost(actor=bob, post=post)
    assert "made of honey" not in as_member(ines).get("/").content.decode()
    choose(ines, lara, "show", satire)
    assert as_member(ines).get("/").content.decode().count("made of honey") == 2


def test_notifications_are_untouched(world, ines, lara, carol, opening, satire, as_member):
    choose(ines, lara, "hide", satire)
    mine = posts.publish(actor=ines, text="And the sun?")
    answer = posts.publish(actor=carol, text="Of honey too", in_reply_to=mine)
    actions.put(actor=lara, post=answer, label=satire, reason=REASON)
    assert "Of honey too" in as_member(ines).get("/notifications/").content.decode()
    assert Notification.objects.filter(member=ines, kind="reply").count() == 1


def test_the_count_of_what_is_new_leaves_out_what_is_hidden(world, post, ines, lara, satire, as_member):
    since = post.pk - 1
    assert feeds.newer_count(ines, since) == 1
    choose(ines, lara, "hide", satire)
    assert feeds.newer_count(ines, since) == 0
    assert "made of honey" not in as_member(ines).get(f"/?since={since}", HTTP_HX_REQUEST="true").content.decode()


# What it costs.


def queries(client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


@pytest.mark.parametrize("place", ["home", "explore", "search", "tag", "list", "thread", "profile"])
def test_no_page_takes_a_query_more(world, ines, lara, satire, as_member, place):
    client = as_member(ines)
    actions.choose(actor=ines, follow=[], choices={})
    without = queries(client, world[place][0])
    choose(ines, lara, "warn", satire)
    assert queries(client, world[place][0]) == without
    if place == "home":
        assert without <= 8


def test_who_follows_nobody_reads_no_table_of_labels(world, ines, as_member):
    actions.choose(actor=ines, follow=[], choices={})
    client = as_member(ines)
    with CaptureQueriesContext(connection) as asked:
        client.get("/")
    assert not [one for one in asked.captured_queries if "social_label" in one["sql"] or "subscription" in one["sql"]]


# The page of a post's labels.


def test_a_labeller_puts_one_from_the_menu(lara, post, satire, as_member):
    client = as_member(lara)
    assert f'href="/posts/{post.pk}/labels/"' in client.get("/explore/").content.decode()
    address = f"/posts/{post.pk}/labels/"
    assert "Put the label" in client.get(address).content.decode()
    answer = client.post(address, {"label": satire.pk, "reason": REASON, "days": "none"})
    assert answer.status_code == 302 and answer["Location"] == address
    assert Labelling.objects.get().expires_at is None and REASON in client.get(address).content.decode()
    assert client.post(address, {"label": satire.pk, "reason": REASON, "days": "none"}).status_code == 302
    otherwise = client.post(address, {"label": satire.pk, "reason": "Another thought", "days": "7"})
    said = otherwise.content.decode()
    assert otherwise.status_code == 409 and "Another thought" in said and "Take it away first" in said
    assert Labelling.objects.count() == 1


def test_the_menu_offers_it_to_labellers_alone_and_not_on_ones_own_post(lara, mona, bob, post, as_member):
    own = make.post(lara, "Mine")
    page = as_member(lara).get("/explore/").content.decode()
    assert f'href="/posts/{post.pk}/labels/"' in page and f'href="/posts/{own.pk}/labels/"' not in page
    for other in (mona, bob):
        assert "/labels/" not in as_member(other).get("/explore/").content.decode()


@pytest.mark.parametrize(
    "fields", [{"label": ""}, {"label": "999"}, {"reason": ""}, {"reason": "x" * 301}, {"days": "8"}, {"days": ""}]
)
def test_bad_input_keeps_what_was_typed(lara, post, satire, as_member, fields):
    sent = {"label": satire.pk, "reason": REASON, "days": "30"} | fields
    answer = as_member(lara).post(f"/posts/{post.pk}/labels/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422 and not Labelling.objects.exists()
    assert fields.get("reason", REASON) in page and 'class="errorlist' in page


def test_others_read_the_page_and_cannot_put(post, lara, satire, bob, as_member, client):
    actions.put(actor=lara, post=post, label=satire, reason=REASON)
    address = f"/posts/{post.pk}/labels/"
    page = as_member(bob).get(address).content.decode()
    assert REASON in page and "@lara" in page and "Put the label" not in page and "/object/" not in page
    refused = as_member(bob).post(address, {"label": satire.pk, "reason": "x", "days": "7"})
    assert refused.status_code == 403 and Labelling.objects.count() == 1
    assert client.get(address).status_code == client.post(address).status_code == 302
    assert as_member(bob).put(address).status_code == 405


@pytest.mark.parametrize("visibility", ["followers", "mentioned"])
def test_what_a_stranger_may_not_see_is_not_found(carol, lara, satire, as_member, visibility):
    post = make.post(carol, "secret", visibility=visibility)
    assert as_member(lara).get(f"/posts/{post.pk}/labels/").status_code == 404
    sent = {"label": satire.pk, "reason": "x", "days": "7"}
    assert as_member(lara).post(f"/posts/{post.pk}/labels/", sent).status_code == 404


def test_taking_away_and_undoing(post, lara, bob, satire, as_member):
    made = actions.put(actor=lara, post=post, label=satire, reason=REASON)
    client, page = as_member(lara), f"/posts/{post.pk}/labels/"
    assert as_member(bob).post(f"/labels/{made.pk}/remove/").status_code == 404
    assert client.get(f"/labels/{made.pk}/remove/").status_code == 405
    assert client.post(f"/labels/{made.pk}/remove/").status_code == 302
    assert not Labelling.objects.counting().exists() and "/put-back/" in client.get(page).content.decode()
    assert REASON not in as_member(bob).get(page).content.decode()
    assert as_member(bob).post(f"/labels/{made.pk}/put-back/").status_code == 404
    assert client.post(f"/labels/{made.pk}/put-back/").status_code == 302 and Labelling.objects.counting().exists()


@pytest.mark.usefixtures("_still_windows")
def test_sixty_in_an_hour(lara, post, satire, as_member):
    client = as_member(lara)
    codes = [client.post(f"/posts/{post.pk}/labels/", {}).status_code for _number in range(61)]
    assert codes[-1] == 429 and set(codes[:-1]) == {422}


# Objecting.


def test_the_author_objects_from_the_page(post, lara, carol, bob, satire, as_member, client):
    made = actions.put(actor=lara, post=post, label=satire, reason=REASON)
    author, address = as_member(carol), f"/labels/{made.pk}/object/"
    assert address in author.get(f"/posts/{post.pk}/labels/").content.decode()
    assert address in author.get("/settings/labels/").content.decode()
    for other in (bob, lara):
        assert as_member(other).get(address).status_code == as_member(other).post(address).status_code == 404
    assert client.post(address).status_code == 302 and not Objection.objects.exists()
    empty = author.post(address, {"text": ""})
    assert empty.status_code == 422
    long = author.post(address, {"text": "y" * 1001})
    assert long.status_code == 422 and "y" * 1001 in long.content.decode()
    assert author.post(address, {"text": "I mean it"}).status_code == 302 and Objection.objects.count() == 1
    assert author.post(address, {"text": "I mean it"}).status_code == 409
    assert "You objected to this label already" in author.get(address).content.decode()
    assert "A moderator looks at it" in as_member(lara).get(f"/posts/{post.pk}/labels/").content.decode()
    assert "A moderator looks at it" not in as_member(bob).get(f"/posts/{post.pk}/labels/").content.decode()


# A labeller's page.


def test_everyone_judges_a_labeller_before_they_follow(post, lara, carol, mona, spoiler, satire, client, as_member):
    first = actions.put(actor=lara, post=post, label=satire, reason=REASON)
    objection = actions.object_to(actor=carol, labelling=first, text="PRIVATE WORDS")
    actions.decide(actor=mona, objection=objection, outcome="lifted", reasons="Right")
    actions.put(actor=lara, post=post, label=spoiler, reason="The end")
    page = client.get("/@lara/labels/").content.decode()
    assert "The end" in page and REASON not in page and "1 label stands" in page and "PRIVATE WORDS" not in page
    assert "stayed 0 times and was lifted 1 times" in page
    assert client.post("/@lara/labels/").status_code == 405
    assert client.get("/@carol/labels/").status_code == client.get("/@nobody/labels/").status_code == 404
    Post.objects.update(visibility="followers")
    assert "The end" not in client.get("/@lara/labels/").content.decode()


def test_a_labellers_page_goes_on(lara, carol, satire, client):
    for number in range(30):
        actions.put(actor=lara, post=make.post(carol, f"Said {number}"), label=satire, reason=f"Why {number}.")
    page = client.get("/@lara/labels/").content.decode()
    assert "Why 29." in page and "Why 0." not in page and "?before=" in page
    following = page.split("?before=")[1].split('"')[0]
    assert "Why 0." in client.get(f"/@lara/labels/?before={following}").content.decode()


# Settings.


def test_a_reader_chooses(bob, lara, cole, satire, spoiler, as_member, client):
    actions.recommend(actor=cole, labeller=lara, wanted=True)
    reader = as_member(bob)
    page = reader.get("/settings/labels/").content.decode()
    assert "recommended by the community" in page and f'value="{lara.pk}" checked' not in page
    sent = {"follow": [lara.pk], f"label-{satire.pk}": "hide", f"label-{spoiler.pk}": "warn"}
    assert reader.post("/settings/labels/", sent).status_code == 302
    assert Subscription.objects.get().member == bob
    page = reader.get("/settings/labels/").content.decode()
    assert f'value="{lara.pk}" checked' in page and '<option value="hide" selected>' in page
    bad = reader.post("/settings/labels/", {f"label-{satire.pk}": "burn"})
    assert bad.status_code == 422 and Subscription.objects.count() == 1
    assert reader.post("/settings/labels/", {"follow": ["x", "²", "-1", "9" * 30]}).status_code == 302
    assert not Subscription.objects.exists()
    assert client.get("/settings/labels/").status_code == 302 and reader.delete("/settings/labels/").status_code == 405


# Staff.


def test_moderators_define_and_decide_in_the_admin(post, lara, carol, settings, as_member):
    settings.DEMO = True
    roles.sync()
    staff = as_member(make.member("modesta", roles=("moderator",), is_demo=True))
    fields = {"slug": "satire", "name": "Satire", "about": "Not meant", "usual": "show", "active": "on"}
    assert staff.post("/admin/social/label/add/", fields).status_code == 302
    label = Label.objects.get()
    assert staff.post("/admin/social/label/add/", fields | {"slug": "other"}).status_code == 200
    change = staff.post(f"/admin/social/label/{label.pk}/change/", fields | {"name": "Irony"})
    assert change.status_code == 302 and Label.objects.get().name == "Irony"
    objection = actions.object_to(
        actor=carol, labelling=actions.put(actor=lara, post=post, label=label, reason=REASON), text="No"
    )
    listed = staff.get("/admin/social/objection/").content.decode()
    assert REASON in listed
    assert "objection to a label waits" in staff.get("/admin/").content.decode()
    deed = {"action": "lift_label", "_selected_action": objection.pk}
    asked = staff.post("/admin/social/objection/", deed).content.decode()
    assert "Your reasons" in asked and objection.text in asked and objection.labelling.reason in asked
    assert Objection.objects.open().exists()
    staff.post("/admin/social/objection/", deed | {"apply": "1", "reasons": "Right"})
    assert Objection.objects.get().outcome == "lifted"
    again = staff.post("/admin/social/objection/", deed | {"apply": "1", "reasons": "Right"}, follow=True)
    assert "decided already" in again.content.decode()


def test_the_search_finds_again_what_is_not_hidden_any_more(world, ines, lara, satire, as_member):
    choose(ines, lara, "hide", satire)
    assert index is not None and met(as_member(ines), "search", world)[1] == "hide"
    choose(ines, lara, "show", satire)
    assert met(as_member(ines), "search", world)[1] == "show"
