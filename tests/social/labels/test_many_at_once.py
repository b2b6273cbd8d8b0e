"""Several at once: one label, one decision."""

import pytest

from metya.web.errors import Conflict
from social.labels import actions
from social.labels.models import Label, Labelling, Objection
from social.notifications.models import Notification
from social.posts import editing
from social.posts.models import Post
from social.transparency.models import LogEntry
from tests import make
from tests.metya.wallets.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def outcome_of(deed):
    try:
        return deed()
    except Conflict as refused:
        return refused.code


def test_the_same_label_put_at_once_stands_once(lara, carol, satire):
    post = make.post(carol)
    found = at_once([lambda: actions.put(actor=lara, post=post, label=satire, reason="x").pk] * 6)
    assert len(set(found)) == 1 and Labelling.objects.count() == 1
    assert Notification.objects.filter(member=carol).count() == 1


def test_an_objection_is_made_once_and_decided_once(lara, carol, satire):
    made = actions.put(actor=lara, post=make.post(carol), label=satire, reason="x")
    said = at_once([lambda: outcome_of(lambda: actions.object_to(actor=carol, labelling=made, text="No").pk)] * 4)
    assert len([one for one in said if isinstance(one, int)]) == 1
    people = [make.member(roles=("moderator",)) for _number in range(6)]

    def decide(who, outcome):
        objection = Objection.objects.get()
        return outcome_of(lambda: actions.decide(actor=who, objection=objection, outcome=outcome, reasons="x").outcome)

    deeds = [lambda who=who, n=n: decide(who, ("upheld", "lifted")[n % 2]) for n, who in enumerate(people)]
    found = at_once(deeds)
    assert sorted(found)[:5] == ["decided"] * 5 or found.count("decided") == 5
    outcome = Objection.objects.get().outcome
    assert outcome in found and LogEntry.objects.filter(kind="label").count() == 1
    assert Labelling.objects.counting().exists() == (outcome == "upheld")


def test_a_label_and_an_edit_at_once_leave_none_on_words_that_it_was_not_put_on(lara, carol, satire):
    post = make.post(carol, "Before")

    def put():
        return actions.put(actor=lara, post=post, label=satire, reason="x").version

    at_once([put, lambda: editing.edit(actor=carol, post=post, text="After").version])
    made, fresh = Labelling.objects.get(), Post.objects.get(pk=post.pk)
    assert fresh.version == 2 and (made.version == 2) == (made.state == "standing")


def test_lifting_and_putting_anew_at_once(lara, carol, mona, satire):
    post = make.post(carol)
    objection = actions.object_to(
        actor=carol, labelling=actions.put(actor=lara, post=post, label=satire, reason="x"), text="No"
    )
    actions.remove(actor=lara, labelling=objection.labelling)
    at_once(
        [
            lambda: actions.decide(actor=mona, objection=objection, outcome="lifted", reasons="x").outcome,
            *[lambda: outcome_of(lambda: actions.put(actor=lara, post=post, label=satire, reason="x").pk)] * 3,
        ]
    )
    assert not Labelling.objects.counting().exists() and Labelling.objects.count() == 1


def test_no_more_than_the_most_labels_though_defined_at_once(mona):
    rows = [actions.define(actor=mona, slug=f"l{n}", name=f"L{n}", about="x") for n in range(actions.MAX_ACTIVE - 1)]
    assert rows

    def define(number):
        return outcome_of(lambda: actions.define(actor=mona, slug=f"m{number}", name=f"M{number}", about="x").slug)

    at_once([lambda n=n: define(n) for n in range(4)])
    assert Label.objects.active().count() == actions.MAX_ACTIVE
