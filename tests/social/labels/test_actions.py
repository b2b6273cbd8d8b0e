"""The rules of labels: who puts which on what, what ends one, objections, and what readers choose."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from metya.ops.models import AuditEvent
from metya.wallets import actions as wallets
from metya.wallets.models import Member, Role
from metya.web.errors import Conflict, Invalid, NotAllowed
from social.follows import actions as follows
from social.interactions.models import Interaction
from social.labels import actions, reads
from social.labels.models import (
    Label,
    LabelChoice,
    Labelling,
    Objection,
    Recommendation,
    State,
    Subscription,
    labellers,
)
from social.leaving import erasing, telling
from social.notifications.models import Notification
from social.posts import actions as posts
from social.posts import editing, removal
from social.posts.models import Post
from social.transparency.models import LogEntry
from tests import make

pytestmark = pytest.mark.django_db


def anew(member: Member) -> Member:
    """As the next request finds them."""
    return Member.objects.get(pk=member.pk)


@pytest.fixture
def post(carol):
    return make.post(carol, "The moon is made of honey")


@pytest.fixture
def made(lara, post, satire):
    return actions.put(actor=lara, post=post, label=satire, reason="A joke")


def state_of(labelling: Labelling) -> str:
    return Labelling.objects.get(pk=labelling.pk).state


def counting() -> int:
    return Labelling.objects.counting().count()


# Putting.


def test_a_label_stands_for_ninety_days_and_the_author_is_told_once(made, lara, carol, post, satire):
    assert made.version == 1 and made.expires_at - made.made_at == timedelta(days=90) and counting() == 1
    told = Notification.objects.get(member=carol)
    assert told.url == f"/posts/{post.pk}/labels/" and told.actor is None
    again = actions.put(actor=lara, post=post, label=satire, reason="A joke")
    assert again == made and Notification.objects.count() == 1


@pytest.mark.parametrize(
    "otherwise", [{"reason": "Again"}, {"reason": "A joke", "days": 7}, {"reason": "A joke", "days": None}]
)
def test_a_label_that_stands_is_not_put_otherwise_in_silence(made, lara, post, satire, otherwise):
    with pytest.raises(Conflict) as caught:
        actions.put(actor=lara, post=post, label=satire, **otherwise)
    assert caught.value.code == "standing" and Labelling.objects.get().reason == "A joke"


@pytest.mark.parametrize("days", [7, 30, 90, 365, None])
def test_each_length_that_is_offered(lara, post, satire, days):
    made = actions.put(actor=lara, post=post, label=satire, reason="x", days=days)
    assert (made.expires_at - made.made_at).days == days if days else made.expires_at is None


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "  "}, "reason"),
        ({"reason": "x" * 301}, "reason"),
        ({"reason": "two\nlines"}, "reason"),
        ({"reason": "a\x1fb"}, "reason"),
        ({"days": 8}, "days"),
        ({"days": 0}, "days"),
        ({"days": -7}, "days"),
    ],
)
def test_bad_input_is_refused(lara, post, satire, fields, field):
    with pytest.raises(Invalid) as caught:
        actions.put(actor=lara, post=post, label=satire, **{"reason": "A joke"} | fields)
    assert caught.value.data == {"field": field} and not Labelling.objects.exists()


def test_the_longest_reason_fits(lara, post, satire):
    assert actions.put(actor=lara, post=post, label=satire, reason="ä" * 300).reason == "ä" * 300


def test_a_retired_label_cannot_be_put_and_counts_no_more(made, lara, carol, satire, mona):
    actions.define(actor=mona, label=satire, name="Satire", about="x", active=False)
    assert counting() == 0
    with pytest.raises(Invalid):
        actions.put(actor=lara, post=make.post(carol), label=satire, reason="A joke")


@pytest.mark.parametrize("role", [None, "moderator", "senior", "reviewer", "manager", "auditor", "admin"])
def test_nobody_else_puts_labels(post, satire, role):
    other = make.member("other", roles=(role,) if role else ())
    with pytest.raises(NotAllowed):
        actions.put(actor=other, post=post, label=satire, reason="A joke")
    assert not Labelling.objects.exists()


@pytest.mark.parametrize("visibility", ["followers", "mentioned", "list"])
def test_only_public_posts(lara, carol, satire, visibility):
    with pytest.raises(NotAllowed):
        actions.put(actor=lara, post=make.post(carol, visibility=visibility), label=satire, reason="A joke")


def test_neither_ones_own_nor_a_repost_nor_what_is_gone(lara, carol, post, satire):
    gone = make.post(carol)
    posts.delete(actor=carol, post=gone)
    repost = Post.objects.create(author=carol, repost_of=make.post(make.member()))
    for one in (make.post(lara), repost, gone):
        with pytest.raises(NotAllowed):
            actions.put(actor=lara, post=one, label=satire, reason="A joke")
    assert not Labelling.objects.exists()


def test_a_suspended_labeller_puts_nothing_and_what_they_put_does_not_count(made, lara, carol, satire):
    Member.objects.filter(pk=lara.pk).update(suspended_until=timezone.now() + timedelta(days=1))
    assert counting() == 0
    with pytest.raises(NotAllowed):
        actions.put(actor=anew(lara), post=make.post(carol), label=satire, reason="A joke")
    Member.objects.filter(pk=lara.pk).update(suspended_until=timezone.now())
    assert counting() == 1


@pytest.mark.parametrize("by", ["author", "labeller"])
def test_a_block_keeps_new_labels_away_and_leaves_those_that_stand(made, lara, carol, satire, spoiler, post, by):
    source, target = (carol, lara) if by == "author" else (lara, carol)
    follows.block(actor=source, target=target)
    assert counting() == 1
    with pytest.raises(NotAllowed):
        actions.put(actor=lara, post=post, label=spoiler, reason="x")


def test_several_labellers_and_several_labels(made, post, satire, spoiler, lara):
    other = make.member("luis", roles=("labeller",))
    actions.put(actor=other, post=post, label=satire, reason="I agree")
    actions.put(actor=lara, post=post, label=spoiler, reason="The end")
    assert counting() == 3


def test_the_table_refuses_a_second_that_stands(made):
    with pytest.raises(IntegrityError), transaction.atomic():
        Labelling.objects.create(
            label=made.label, post=made.post, labeller=made.labeller, version=1, reason="x", state="standing"
        )


def test_who_loses_the_role_counts_no_more_at_once_and_again_when_it_comes_back(made, lara, carol, satire):
    wallets.revoke_role(actor=None, member=lara, role=Role.LABELLER)
    assert counting() == 0 and not labellers().exists()
    with pytest.raises(NotAllowed):
        actions.put(actor=anew(lara), post=make.post(carol), label=satire, reason="A joke")
    actions.remove(actor=anew(lara), labelling=made)
    with pytest.raises(NotAllowed):
        actions.put_back(actor=anew(lara), labelling=made)
    wallets.grant_role(actor=None, member=anew(lara), role=Role.LABELLER)
    actions.put_back(actor=anew(lara), labelling=made)
    assert counting() == 1


# Ends.


def test_the_edge_of_expiry(made, lara, post, satire):
    now = timezone.now()
    Labelling.objects.update(expires_at=now + timedelta(minutes=1))
    assert counting() == 1
    Labelling.objects.update(expires_at=now)
    assert counting() == 0
    fresh = actions.put(actor=lara, post=post, label=satire, reason="Still a joke")
    assert fresh.pk != made.pk and state_of(made) == State.EXPIRED and counting() == 1


def test_taking_away_and_thinking_better_of_it(made, lara, carol, bob):
    for other in (carol, bob):
        with pytest.raises(NotAllowed):
            actions.remove(actor=other, labelling=made)
    actions.remove(actor=lara, labelling=made)
    actions.remove(actor=lara, labelling=made)
    assert counting() == 0 and not Notification.objects.filter(member=carol, withdrawn=False).exists()
    with pytest.raises(NotAllowed):
        actions.put_back(actor=bob, labelling=made)
    actions.put_back(actor=lara, labelling=made)
    actions.put_back(actor=lara, labelling=made)
    assert counting() == 1 and Notification.objects.get(member=carol)


@pytest.mark.parametrize("why", ["late", "taken", "edited", "retired", "expired", "blocked"])
def test_what_cannot_be_put_back(made, lara, carol, post, satire, why):
    actions.remove(actor=lara, labelling=made)
    if why == "late":
        Labelling.objects.update(ended_at=timezone.now() - timedelta(minutes=11))
    elif why == "taken":
        actions.put(actor=lara, post=post, label=satire, reason="Anew")
    elif why == "edited":
        editing.edit(actor=carol, post=post, text="The moon is made of stone")
    elif why == "retired":
        Label.objects.update(active=False)
    elif why == "blocked":
        follows.block(actor=carol, target=lara)
    else:
        Labelling.objects.update(expires_at=timezone.now())
    with pytest.raises(Conflict) as caught:
        actions.put_back(actor=lara, labelling=made)
    assert caught.value.code == "late" and state_of(made) == State.REMOVED


def test_an_edit_ends_it_and_tells_the_labeller_who_may_put_it_anew(made, lara, carol, post, satire):
    editing.edit(actor=carol, post=post, text="The moon is made of honey")  # the same words: nothing happened
    assert state_of(made) == State.STANDING
    editing.edit(actor=carol, post=post, text="The moon is made of stone")
    assert state_of(made) == State.LAPSED and counting() == 0
    assert Notification.objects.get(member=lara).url == f"/posts/{post.pk}/labels/"
    assert not Notification.objects.filter(member=carol, withdrawn=False).exists()
    fresh = actions.put(actor=lara, post=post, label=satire, reason="Still")
    assert fresh.version == 2 and counting() == 1


def test_a_label_counts_only_for_the_version_it_was_put_on(made, post):
    Post.objects.filter(pk=post.pk).update(version=2)
    assert counting() == 0


def test_a_deleted_post_takes_its_labels_along_but_what_was_decided_stays(made, lara, carol, mona, spoiler, post):
    other = actions.put(actor=lara, post=post, label=spoiler, reason="The end")
    objection = actions.object_to(actor=carol, labelling=other, text="No")
    actions.decide(actor=mona, objection=objection, outcome="lifted", reasons="Right")
    posts.delete(actor=carol, post=post)
    assert Labelling.objects.count() == 2
    Post.objects.update(undo_until=timezone.now())
    removal.forget()
    assert list(Labelling.objects.all()) == [other] and reads.record_of(lara).lifted == 1


# Objections.


def test_an_author_objects_once(made, lara, carol):
    actions.object_to(actor=carol, labelling=made, text="I mean it")
    assert Notification.objects.filter(member=lara).count() == 1 and counting() == 1
    assert AuditEvent.objects.filter(verb="label.objected").count() == 1
    with pytest.raises(Conflict) as caught:
        actions.object_to(actor=carol, labelling=made, text="Again")
    assert caught.value.code == "objected" and Objection.objects.count() == 1


@pytest.mark.parametrize("text", ["", " ", "x" * 1001, "\x00"])
def test_an_objection_needs_words(made, carol, text):
    with pytest.raises(Invalid):
        actions.object_to(actor=carol, labelling=made, text=text)


def test_only_the_author_objects_and_only_to_what_stands(made, lara, carol, bob, mona):
    for other in (lara, bob, mona):
        with pytest.raises(NotAllowed):
            actions.object_to(actor=other, labelling=made, text="No")
    for fields in ({"expires_at": timezone.now()}, {"state": "removed", "ended_at": timezone.now()}):
        Labelling.objects.update(**fields)
        with pytest.raises(Conflict) as caught:
            actions.object_to(actor=carol, labelling=made, text="No")
        assert caught.value.code == "over"
    assert not Objection.objects.exists()


@pytest.fixture
def objection(made, carol):
    return actions.object_to(actor=carol, labelling=made, text="I mean it")


def test_upheld_it_stays_and_both_are_told(objection, made, lara, carol, mona):
    Notification.objects.all().delete()
    actions.decide(actor=mona, objection=objection, outcome="upheld", reasons="It is a joke")
    assert counting() == 1 and {one.member for one in Notification.objects.all()} == {lara, carol}
    assert reads.record_of(lara) == reads.Record(1, 1, 0)
    entry = LogEntry.objects.get(kind="label")
    assert entry.outcome == "upheld"
    for word in ("carol", "lara", "joke", "Satire", "honey"):
        assert word not in entry.body


def test_lifted_it_counts_no_more_and_the_same_labeller_cannot_put_it_there_again(
    objection, made, lara, carol, mona, post, satire, spoiler
):
    actions.decide(actor=mona, objection=objection, outcome="lifted", reasons="It is meant")
    assert counting() == 0 and state_of(made) == State.LIFTED and reads.record_of(lara) == reads.Record(0, 0, 1)
    with pytest.raises(Conflict) as caught:
        actions.put(actor=lara, post=post, label=satire, reason="But it is")
    assert caught.value.code == "lifted"
    editing.edit(actor=carol, post=post, text="The moon is made of stone")
    with pytest.raises(Conflict):
        actions.put(actor=lara, post=Post.objects.get(pk=post.pk), label=satire, reason="But it is")
    with pytest.raises(Conflict):
        actions.put_back(actor=lara, labelling=made)
    actions.remove(actor=lara, labelling=made)
    assert state_of(made) == State.LIFTED
    actions.put(actor=lara, post=post, label=spoiler, reason="Another label")
    other = make.member("luis", roles=("labeller",))
    actions.put(actor=other, post=post, label=satire, reason="Another person")
    assert counting() == 2


def test_taking_it_away_does_not_get_round_an_open_objection(objection, made, lara, mona, post, satire):
    actions.remove(actor=lara, labelling=made)
    with pytest.raises(Conflict) as caught:
        actions.put(actor=lara, post=post, label=satire, reason="Anew")
    assert caught.value.code == "objected"
    actions.decide(actor=mona, objection=objection, outcome="lifted", reasons="Right")
    with pytest.raises(Conflict) as caught:
        actions.put(actor=lara, post=post, label=satire, reason="Anew")
    assert caught.value.code == "lifted"


def test_it_is_decided_once(objection, mona):
    actions.decide(actor=mona, objection=objection, outcome="upheld", reasons="x")
    with pytest.raises(Conflict) as caught:
        actions.decide(actor=mona, objection=objection, outcome="lifted", reasons="y")
    assert caught.value.code == "decided" and counting() == 1 and LogEntry.objects.filter(kind="label").count() == 1


@pytest.mark.parametrize(
    ("outcome", "reasons"), [("", "x"), ("overturned", "x"), ("lifted", ""), ("lifted", "x" * 1001)]
)
def test_a_decision_needs_an_outcome_and_reasons(objection, mona, outcome, reasons):
    with pytest.raises(Invalid):
        actions.decide(actor=mona, objection=objection, outcome=outcome, reasons=reasons)
    assert Objection.objects.open().count() == 1


@pytest.mark.parametrize("role", [None, "reviewer", "manager", "auditor", "labeller"])
def test_others_decide_nothing(objection, role):
    other = make.member("other", roles=(role,) if role else ())
    with pytest.raises(NotAllowed):
        actions.decide(actor=other, objection=objection, outcome="lifted", reasons="x")


@pytest.mark.parametrize("part", ["labeller", "author"])
def test_who_has_a_part_in_it_does_not_decide(satire, part):
    both = make.member("both", roles=("moderator", "labeller"))
    other = make.member("luis", roles=("labeller",))
    labeller, author = (both, make.member()) if part == "labeller" else (other, both)
    made = actions.put(actor=labeller, post=make.post(author), label=satire, reason="x")
    objection = actions.object_to(actor=author, labelling=made, text="No")
    with pytest.raises(Conflict) as caught:
        actions.decide(actor=both, objection=objection, outcome="upheld", reasons="x")
    assert caught.value.code == "involved" and not Objection.objects.for_(both).exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        Objection.objects.update(outcome="upheld", reasons="x", decided_by=both, decided_at=timezone.now())


# Definitions.


@pytest.mark.parametrize("role", ["moderator", "senior", "admin"])
def test_moderators_define(role):
    who = make.member("who", roles=(role,))
    made = actions.define(actor=who, slug="satire", name="Satire", about="Not meant", usual="warn")
    assert AuditEvent.objects.get(verb="labels.define").actor == who
    changed = actions.define(actor=who, label=made, slug="other", name="Satire!", about="Not meant so")
    assert (changed.slug, changed.name, changed.usual) == ("satire", "Satire!", "show")


@pytest.mark.parametrize("role", [None, "labeller", "manager", "auditor", "reviewer"])
def test_others_do_not_define(role):
    with pytest.raises(NotAllowed):
        actions.define(actor=make.member(roles=(role,) if role else ()), slug="x", name="x", about="x")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 41}, "name"),
        ({"name": "satire"}, "name"),
        ({"about": ""}, "about"),
        ({"about": "x" * 301}, "about"),
        ({"usual": "hide"}, "usual"),
        ({"slug": "satire"}, "slug"),
    ],
)
def test_bad_definitions(satire, mona, fields, field):
    with pytest.raises(Invalid) as caught:
        actions.define(actor=mona, **{"slug": "new", "name": "New", "about": "x"} | fields)
    assert caught.value.data == {"field": field} and Label.objects.count() == 1


def test_no_more_than_twenty_four_are_in_use(mona):
    rows = [actions.define(actor=mona, slug=f"l{n}", name=f"L{n}", about="x") for n in range(24)]
    with pytest.raises(Conflict) as caught:
        actions.define(actor=mona, slug="more", name="More", about="x")
    assert caught.value.code == "many"
    actions.define(actor=mona, label=rows[0], name="L0", about="x", active=False)
    actions.define(actor=mona, slug="more", name="More", about="x")
    with pytest.raises(Conflict):
        actions.define(actor=mona, label=rows[0], name="L0", about="x")


# Readers.


def test_nobody_is_followed_at_first_and_choices_are_exact(bob, lara, carol, satire, spoiler):
    assert not bob.profile.reads_labels
    actions.choose(
        actor=bob, follow=[lara.pk, carol.pk, bob.pk, 10**9], choices={satire.pk: "hide", spoiler.pk: "warn"}
    )
    assert [one.labeller for one in Subscription.objects.all()] == [lara] and anew(bob).profile.reads_labels
    assert [(one.label, one.choice) for one in LabelChoice.objects.all()] == [
        (satire, "hide")
    ]  # the other is as proposed
    actions.choose(actor=bob, follow=[lara.pk], choices={satire.pk: "show"})
    assert not LabelChoice.objects.exists() and Subscription.objects.count() == 1
    actions.choose(actor=bob, follow=[], choices={})
    assert not Subscription.objects.exists() and not anew(bob).profile.reads_labels
    with pytest.raises(Invalid):
        actions.choose(actor=bob, follow=[], choices={satire.pk: "burn"})


def test_a_recommendation_changes_nothing_for_anybody(bob, lara, cole, carol):
    assert actions.recommend(actor=cole, labeller=lara, wanted=True)
    assert not actions.recommend(actor=cole, labeller=lara, wanted=True)
    assert reads.offers(bob)[0] == reads.Offer(lara, True, False) and not Subscription.objects.exists()
    with pytest.raises(NotAllowed):
        actions.recommend(actor=cole, labeller=carol, wanted=True)
    assert actions.recommend(actor=cole, labeller=lara, wanted=False) and not Recommendation.objects.exists()


@pytest.mark.parametrize("role", [None, "labeller", "moderator", "senior", "auditor", "reviewer"])
def test_only_managers_recommend(lara, role):
    with pytest.raises(NotAllowed):
        actions.recommend(actor=make.member(roles=(role,) if role else ()), labeller=lara, wanted=True)


# Leaving.


def gone(member):
    while erasing.erase(member, 10):
        pass


def test_what_is_left_of_an_author_and_of_a_labeller(objection, made, lara, carol, ines, mona, post):
    names = {section.name for section in telling.sections(lara)}
    assert {"labels", "labelled", "objections", "labellers", "label-choices"} <= names
    rows = {section.name: list(section.rows()) for section in telling.sections(carol) if section.name in names}
    assert rows["labelled"][0]["by"] == "lara" and rows["objections"][0]["words"] == "I mean it"
    gone(carol)
    assert not Objection.objects.exists() and counting() == 0
    gone(lara)
    assert not Labelling.objects.exists() and not Subscription.objects.exists()


def test_erasing_a_reader_forgets_what_they_chose(ines, satire, lara):
    actions.choose(actor=ines, follow=[lara.pk], choices={satire.pk: "hide"})
    gone(ines)
    assert not Subscription.objects.exists() and not LabelChoice.objects.exists()
    assert not anew(ines).profile.reads_labels


def test_nothing_of_it_touches_counters_or_facts(lara, post, satire):
    before = Post.objects.values().get(pk=post.pk)
    actions.put(actor=lara, post=post, label=satire, reason="A joke")
    assert Post.objects.values().get(pk=post.pk) == before and not Interaction.objects.exists()
