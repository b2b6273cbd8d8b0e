"""Detectors from making to switching, what they look at, and the signals and cases that come of it."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from metya.ops.models import AuditEvent
from metya.web.errors import Conflict, Invalid, NotAllowed
from social.appeals import actions as appeals
from social.detection import actions, forgetting, imagery, looking_on, reads, rings, signalling, trials
from social.detection.models import Detector, ImagePrint, Kind, PostPrint, RemovedImage, Signal, Trial
from social.follows.models import Follow
from social.moderation import cards, decisions, evidence
from social.moderation.models import Case, Decision, Report, due
from social.posts import actions as posts
from social.posts import editing, removal
from social.posts.models import Post, PostImage
from social.posts.pictures import picture_of
from social.rules.models import Rule
from social.transparency import statements
from social.transparency.models import LogEntry
from tests import make
from tests.social.detection.test_kinds import drawn

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def sena(db):
    return make.member("sena", roles=("senior",))


def rule(key="spam"):
    return Rule.objects.get(key=key)


def detector(sena, kind=Kind.WORDS, *, on=True, key="spam", **params):
    params = params or {"phrases": ["free crypto"]}
    made = actions.make(actor=sena, kind=kind, name=f"{kind} {Detector.objects.count()}", rule=rule(key))
    made = actions.change(actor=sena, detector=made, name=made.name, rule=made.rule, params=made.params | params)
    if on:
        trials.run(actions.ask_trial(actor=sena, detector=made).pk)
        assert actions.switch_on(actor=sena, detector=made)
        made.refresh_from_db()
    return made


def jobs(name):
    return DBTaskResult.objects.filter(task_path=f"social.detection.jobs.{name}")


def look(post):
    return looking_on.look_at(post.pk)


def age(post, moment):
    Post.objects.filter(pk=post.pk).update(created_at=moment)
    PostPrint.objects.filter(post=post).update(at=moment)


# --- making, changing, trying, switching ---------------------------------------------------------------------------------


def test_only_seniors_and_administrators_set_detectors(sena, alice, mona, cole):
    made, other = detector(sena), detector(sena, on=False)
    changed = {"name": "x", "rule": rule(), "params": {"phrases": "y"}}
    for person in (alice, mona, cole, make.member(roles=("auditor",))):
        for deed in (
            lambda who=person: actions.make(actor=who, kind=Kind.LINK, name="n", rule=rule()),
            lambda who=person: actions.change(actor=who, detector=made, **changed),
            lambda who=person: actions.ask_trial(actor=who, detector=other),
            lambda who=person: actions.switch_on(actor=who, detector=other),
            lambda who=person: actions.switch_off(actor=who, detector=made),
        ):
            with pytest.raises(NotAllowed):
                deed()
    made.refresh_from_db()
    assert made.active and made.name != "x" and Detector.objects.count() == 2
    suspended = make.member(roles=("senior",), suspended_until=timezone.now() + DAY)
    with pytest.raises(NotAllowed):
        actions.switch_off(actor=suspended, detector=made)
    boss = make.member(roles=("admin",))
    assert actions.switch_off(actor=boss, detector=made)
    made.refresh_from_db()
    assert made.changed_by == boss


def test_making_is_judged(sena):
    for fields, field in (
        ({"kind": "magic"}, "kind"),
        ({"name": " "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": "words 0"}, "name"),
    ):
        detector(sena, on=False) if not Detector.objects.exists() else None
        with pytest.raises(Invalid) as caught:
            actions.make(actor=sena, **{"kind": Kind.WORDS, "name": "New", "rule": rule()} | fields)
        assert caught.value.data == {"field": field}
    Rule.objects.filter(key="scam").update(active=False)
    with pytest.raises(Invalid):
        actions.make(actor=sena, kind=Kind.WORDS, name="New", rule=rule("scam"))


def test_it_is_switched_on_only_after_a_trial_of_this_very_version_within_a_week(sena):
    made = detector(sena, on=False)

    def refused():
        with pytest.raises(Conflict) as caught:
            actions.switch_on(actor=sena, detector=made)
        return caught.value.code

    assert refused() == "untried"
    trial = actions.ask_trial(actor=sena, detector=made)
    assert refused() == "untried" and jobs("run_trial").count() == 1
    assert actions.ask_trial(actor=sena, detector=made).pk == trial.pk and jobs("run_trial").count() == 1
    trials.run(trial.pk)
    Trial.objects.update(done_at=timezone.now() - timedelta(days=7, seconds=1))
    assert refused() == "untried"
    Trial.objects.update(done_at=timezone.now() - timedelta(days=7) + timedelta(minutes=1))
    assert actions.switch_on(actor=sena, detector=made) is True
    assert actions.switch_on(actor=sena, detector=made) is False
    verbs = list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == [f"detection.{one}" for one in ("make", "change", "try", "on")]


def test_looking_for_something_else_switches_it_off_until_it_is_tried(sena):
    made = detector(sena)
    kept = actions.change(actor=sena, detector=made, name="Renamed", rule=rule("scam"), params=made.params)
    assert kept.active and kept.version == made.version and kept.rule.key == "scam"
    events = AuditEvent.objects.count()
    assert actions.change(actor=sena, detector=made, name="Renamed", rule=rule("scam"), params=made.params)
    assert AuditEvent.objects.count() == events, "nothing changed"
    changed = actions.change(actor=sena, detector=made, name="Renamed", rule=rule("scam"), params={"phrases": "gold"})
    assert not changed.active and changed.version == made.version + 1
    with pytest.raises(Conflict):
        actions.switch_on(actor=sena, detector=made)
    with pytest.raises(Invalid) as caught:
        actions.change(actor=sena, detector=made, name="Renamed", rule=rule(), params={"phrases": ""})
    assert caught.value.data == {"field": "phrases"}


def test_what_looks_for_nothing_is_not_tried(sena):
    made = actions.make(actor=sena, kind=Kind.LINK, name="Links", rule=rule())
    with pytest.raises(Conflict) as caught:
        actions.ask_trial(actor=sena, detector=made)
    assert caught.value.code == "incomplete" and not Trial.objects.exists()


# --- trials --------------------------------------------------------------------------------------------------------------


def test_a_trial_opens_nothing_and_tells_what_it_would_find(sena, alice, bob):
    now = timezone.now()
    for ago, text in ((8, "free crypto"), (6, "free crypto here"), (1, "nothing"), (0, "Free Crypto!")):
        age(make.post(alice, text), now - ago * DAY - timedelta(minutes=1))
    make.post(bob, "free crypto", visibility="followers")
    gone = make.post(bob, "free crypto")
    removal.hide(gone)
    Post.objects.create(author=bob, repost_of=Post.objects.first())
    trial = actions.ask_trial(actor=sena, detector=detector(sena, on=False))
    trials.run(trial.pk)
    trials.run(trial.pk)
    trial.refresh_from_db()
    assert (trial.state, trial.looked, trial.matched, trial.cut) == ("done", 3, 2, False)
    assert [one.post.text for one in reads.sample(trial)] == ["Free Crypto!", "free crypto here"]
    assert reads.sample(trial)[0].reason == "It says “free crypto”."
    assert not Case.objects.exists() and not Signal.objects.exists()
    Post.objects.filter(text="Free Crypto!").update(visibility="followers")
    assert [one.post is None for one in reads.sample(trial)] == [True, False], "shown as it may be seen now"


def test_a_sample_has_fifty_and_a_long_week_is_cut(sena, alice, monkeypatch):
    Post.objects.bulk_create([Post(author=alice, text=f"free crypto {n}") for n in range(60)])
    trial = actions.ask_trial(actor=sena, detector=detector(sena, on=False))
    trials.run(trial.pk)
    trial.refresh_from_db()
    assert (trial.looked, trial.matched, len(trial.sample)) == (60, 60, 50)
    monkeypatch.setattr(trials, "MOST_POSTS", 55)
    monkeypatch.setattr(trials, "_AT_ONCE", 10)
    trial = _again(sena, trial)
    assert (trial.looked, trial.cut) == (55, True) and trial.sample[0]["post"] == Post.objects.latest("pk").pk


def _again(sena, trial):
    trial = actions.ask_trial(actor=sena, detector=trial.detector)
    trials.run(trial.pk)
    trial.refresh_from_db()
    return trial


def test_a_trial_that_fails_says_so_and_can_be_started_again(sena, alice, monkeypatch):
    make.post(alice, "free crypto")
    made = detector(sena, on=False)
    trial = actions.ask_trial(actor=sena, detector=made)
    with monkeypatch.context() as broken:
        broken.setattr(trials.kinds, "judge", lambda *args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            trials.run(trial.pk)
    trial.refresh_from_db()
    assert trial.state == "failed" and reads.standing(Detector.objects.get()) == "trial failed"
    with pytest.raises(Conflict):
        actions.switch_on(actor=sena, detector=made)
    again = _again(sena, trial)
    assert again.state == "done" and again.matched == 1
    trials.run(trial.pk)  # the one that was replaced
    assert Trial.objects.get() == again


def test_a_trial_of_an_older_version_stays_undone(sena, alice):
    made = detector(sena, on=False)
    trial = actions.ask_trial(actor=sena, detector=made)
    actions.change(actor=sena, detector=made, name="Other", rule=rule(), params={"phrases": "gold"})
    trials.run(trial.pk)
    trial.refresh_from_db()
    assert trial.state == "waiting"
    assert actions.ask_trial(actor=sena, detector=made).pk != trial.pk


def test_a_trial_counts_copies_from_before_there_were_detectors(sena, alice, bob, carol):
    text = "Buy this now, it is the best of all offers"
    for n, person in enumerate((alice, bob, carol)):
        age(make.post(person, text), timezone.now() - timedelta(minutes=30 - n))
    assert not PostPrint.objects.exists()
    made = detector(sena, Kind.DUPLICATE, members=3, times=3, minutes=60, least=30)
    assert (made.trial.looked, made.trial.matched) == (3, 1), "only the third is one too many"
    assert PostPrint.objects.count() == 3


# --- signals -------------------------------------------------------------------------------------------------------------


def test_a_match_opens_a_case_without_a_reporter_and_does_nothing_else(sena, alice, mona):
    made = detector(sena)
    post = posts.publish(actor=alice, text="Get FREE crypto")
    assert jobs("look_at_post").count() == 1
    assert look(post) == 1 and look(post) == 0
    case = Case.objects.get()
    assert (case.kind, case.subject_id, case.member, case.queue) == ("post", post.pk, alice, "spam")
    assert case.by_signal and case.priority == 25 and case.due_at == due("spam", case.opened_at)
    signal = case.signals.get()
    assert signal.reason == "It says “free crypto”." and "Get FREE crypto" in signal.snapshot
    assert (signal.detector, signal.detector_version, signal.mark) == (made, made.version, 1)
    assert not Report.objects.exists() and not Decision.objects.exists()
    post.refresh_from_db()
    assert post.present and list(Post.objects.visible_to(None)) == [post]
    card = cards.card(mona, case)
    assert card.likely == "spam" and [one.signal for one in card.signs] == [signal] and card.complaints == []


def test_the_queue_follows_the_rule_and_the_more_urgent_one_wins(sena, alice):
    detector(sena)
    detector(sena, key="illegal")
    post = make.post(alice, "free crypto")
    assert look(post) == 2
    case = Case.objects.get()
    assert case.queue == "illegal" and case.priority == 50 and case.signals.count() == 2


def test_a_signal_joins_the_case_that_people_opened(sena, alice, carol):
    detector(sena)
    post = make.post(alice, "free crypto")
    report = make.report(carol, alice, post=post)
    assert look(post) == 1
    case = Case.objects.get()
    assert report.case == case and not case.by_signal and case.priority == 50


def test_a_report_joins_the_case_that_a_signal_opened(sena, alice, carol):
    detector(sena)
    post = make.post(alice, "free crypto")
    look(post)
    assert make.report(carol, alice, post=post).case == Case.objects.get()
    assert Case.objects.get().by_signal


@pytest.mark.parametrize("visibility", ["followers", "mentioned"])
def test_what_is_not_public_is_not_looked_at(sena, alice, bob, visibility):
    detector(sena)
    post = posts.publish(actor=alice, text="free crypto @bob", visibility=visibility)
    assert not jobs("look_at_post").exists() and look(post) == 0 and not PostPrint.objects.exists()


def test_without_detectors_no_job_is_made(alice):
    posts.publish(actor=alice, text="free crypto")
    assert not jobs("look_at_post").exists()


def test_an_edit_is_looked_at_again_and_each_version_signalled_once(sena, alice, mona):
    detector(sena)
    post = posts.publish(actor=alice, text="Harmless")
    assert look(post) == 0
    editing.edit(actor=alice, post=post, text="free crypto")
    assert jobs("look_at_post").count() == 2
    assert look(post) == 1 and look(post) == 0
    editing.edit(actor=alice, post=post, text="free crypto, really")
    assert look(post) == 1 and look(post) == 0
    assert Case.objects.count() == 1 and list(Signal.objects.order_by("pk").values_list("mark", flat=True)) == [2, 3]
    decide(mona, Case.objects.get(), "approve")
    assert look(post) == 0, "approved as it stands"
    editing.edit(actor=alice, post=post, text="free crypto, more")
    assert look(post) == 1 and Case.objects.count() == 2


def decide(mona, case, kind="remove", **fields):
    made = decisions.decide(actor=mona, case=case, kind=kind, rule="" if kind == "approve" else "spam", **fields)
    Decision.objects.filter(pk=made.pk).update(effective_at=timezone.now())
    decisions.apply_due()
    made.refresh_from_db()
    return made


@pytest.mark.parametrize("gone", ["deleted", "emptied", "suspended", "left"])
def test_what_went_meanwhile_is_not_signalled(sena, alice, gone):
    detector(sena)
    post = posts.publish(actor=alice, text="free crypto")
    if gone == "deleted":
        posts.delete(actor=alice, post=post)
    elif gone == "emptied":
        removal.erase(post)
    elif gone == "suspended":
        alice.suspended_until = timezone.now() + DAY
        alice.save()
    else:
        alice.is_active = False
        alice.save()
    assert look(post) == 0 and not Case.objects.exists()
    assert looking_on.look_at(10_000) == 0


def test_what_was_deleted_before_it_was_looked_at_and_comes_back_is_looked_at(sena, alice):
    detector(sena)
    post = posts.publish(actor=alice, text="free crypto")
    posts.delete(actor=alice, post=post)
    look(post)
    posts.restore(actor=alice, post=post)
    assert jobs("look_at_post").count() == 2 and look(post) == 1


@pytest.mark.parametrize("how", ["off", "changed", "rule"])
def test_what_is_switched_off_on_the_way_signals_nothing(sena, alice, how):
    made = Detector.objects.select_related("rule").get(pk=detector(sena).pk)
    post = make.post(alice, "free crypto")
    found = looking_on.kinds.judge(made.kind, made.params, looking_on.Look(post))
    if how == "off":
        actions.switch_off(actor=sena, detector=made)
    elif how == "changed":
        Detector.objects.update(version=made.version + 1)
    else:
        Rule.objects.update(active=False)
    assert signalling.record(made, signalling.of_post(made, post), found) is None
    assert not Case.objects.exists(), "no case without anything in it"
    assert look(post) == (1 if how == "changed" else 0)


def test_one_that_fails_does_not_keep_the_others_from_looking(sena, alice):
    broken, good = detector(sena), detector(sena)
    Detector.objects.filter(pk=broken.pk).update(params={})
    post = make.post(alice, "free crypto")
    with pytest.raises(KeyError):
        look(post)
    assert Signal.objects.get().detector == good


# --- what each kind sees of a real post ----------------------------------------------------------------------------------


def test_a_link_behind_a_content_warning_counts_too(sena, alice):
    detector(sena, Kind.LINK, domains=["bad.example"])
    assert look(posts.publish(actor=alice, text="Look", warning="shop.bad.example")) == 1
    assert look(posts.publish(actor=alice, text="See https://good.example/")) == 0


def test_copies_by_several_members_are_signalled_from_the_one_that_is_too_many(sena, alice, bob, carol):
    detector(sena, Kind.DUPLICATE, members=3, times=3, minutes=60, least=30)
    text = "Buy this now, it is the best of all offers"
    first = [posts.publish(actor=one, text=f"{text}{end}") for one, end in ((alice, ""), (bob, "!"))]
    assert [look(one) for one in first] == [0, 0]
    third = posts.publish(actor=carol, text=f"@alice {text.upper()}")
    assert look(third) == 1 and Signal.objects.get().evidence == f"/posts/{first[1].pk}/\n/posts/{first[0].pk}/"
    assert [look(one) for one in first] == [0, 0], "what came later does not count against the first"


def test_copies_that_are_deleted_or_not_public_do_not_count(sena, alice):
    detector(sena, Kind.DUPLICATE, members=3, times=3, minutes=60, least=30)
    text = "Buy this now, it is the best of all offers"
    one, two, three = (posts.publish(actor=alice, text=text) for _n in range(3))
    for post in (one, two):
        look(post)
    removal.erase(one)
    assert not PostPrint.objects.filter(post=one).exists()
    Post.objects.filter(pk=two.pk).update(visibility="followers")
    assert look(three) == 0
    assert look(posts.publish(actor=alice, text=text)) == 0
    assert look(posts.publish(actor=alice, text=text)) == 1


def test_many_posts_at_once_are_one_case_about_the_member(sena, alice, mona):
    detector(sena, Kind.BURST, posts=3, minutes=10)
    made = [posts.publish(actor=alice, text=f"Post {n}") for n in range(6)]
    assert [look(one) for one in made] == [0, 0, 0, 1, 0, 0]
    case = Case.objects.get()
    assert (case.kind, case.subject_id) == ("profile", alice.pk) and "Post 3" in case.signals.get().snapshot
    decide(mona, case, "approve")
    assert [look(one) for one in made] == [0] * 6
    Signal.objects.update(decided_at=timezone.now() - timedelta(minutes=11))
    assert look(posts.publish(actor=alice, text="One more")) == 1 and Case.objects.count() == 2


def test_threads_reposts_and_what_is_not_public_are_no_burst(sena, alice, bob):
    detector(sena, Kind.BURST, posts=2, minutes=10)
    top = posts.publish_thread(actor=alice, text="One", then=["Two", "Three", "Four"])
    for post in Post.objects.filter(author=alice):
        assert look(post) == 0
    other = [posts.publish(actor=bob, text=f"{n}") for n in range(3)]
    for one in other:
        posts.repost(actor=alice, post=one)
    posts.publish(actor=alice, text="Quiet", visibility="followers")
    assert look(top) == 0
    posts.publish(actor=alice, text="Two")
    assert look(posts.publish(actor=alice, text="Three")) == 1


def test_a_new_member_who_mentions_strangers(sena, alice, bob, carol):
    """bob follows alice, so that he does not count; neither does whom she answers, nor she herself."""
    detector(sena, Kind.MENTIONS, days=7, members=2)
    _dora, edda = make.member("dora"), make.member("edda")
    assert look(posts.publish(actor=alice, text="@bob @carol @dora @alice")) == 0
    answered = posts.publish(actor=edda, text="Hello")
    assert look(posts.publish(actor=alice, text="@edda yes", in_reply_to=answered)) == 0
    Follow.objects.filter(source=bob).delete()
    post = posts.publish(actor=alice, text="@bob again")
    assert look(post) == 1
    assert Signal.objects.get().evidence == "@bob @carol @dora" and Case.objects.get().kind == "profile"


def test_mentions_of_an_older_member_or_an_hour_ago_do_not_count(sena, alice, bob, carol, mona):
    detector(sena, Kind.MENTIONS, days=7, members=1)
    post = posts.publish(actor=bob, text="@alice @carol")
    bob.joined_at = timezone.now() - timedelta(days=7, minutes=1)
    bob.save()
    assert look(post) == 0
    old = posts.publish(actor=carol, text="@alice")
    age(old, timezone.now() - timedelta(minutes=61))
    new = posts.publish(actor=carol, text="@bob")
    assert look(new) == 0
    age(old, timezone.now() - timedelta(minutes=58))
    assert look(new) == 1


def upload(image):
    out = BytesIO()
    image.save(out, "PNG")
    return SimpleUploadedFile("p.png", out.getvalue(), "image/png")


def test_a_picture_that_was_removed_is_known_again_until_the_removal_is_overturned(sena, alice, bob, carol, mona):
    detector(sena, Kind.IMAGE, distance=4)
    first = posts.publish(actor=alice, text="Look", image=upload(drawn()), alt="Dots")
    assert look(first) == 0 and ImagePrint.objects.count() == 1
    made = make.decide(mona, make.report(carol, alice, post=first), "remove")
    assert RemovedImage.objects.count() == 1
    again = posts.publish(actor=bob, text="Mine", image=upload(drawn((450, 300))), alt="Dots")
    assert look(again) == 1 and "64 points" in Signal.objects.get().reason
    same = posts.publish(actor=carol, text="Mine", image=upload(drawn()), alt="Dots")
    assert look(same) == 1 and "very picture" in Signal.objects.latest("pk").reason
    other = posts.publish(actor=carol, text="Other", image=upload(drawn().rotate(90)), alt="Dots")
    assert look(other) == 0
    nora = make.member(roles=("moderator",))
    one = appeals.appeal(actor=alice, decision=made, text="It is art.")
    appeals.claim(actor=nora, appeal=one)
    appeals.decide(actor=nora, appeal=one, outcome="overturned", reasons="It is.")
    assert look(posts.publish(actor=bob, text="Again", image=upload(drawn()), alt="Dots")) == 0


def test_a_picture_that_is_removed_alone_is_remembered_and_a_hidden_post_is_not(sena, alice, carol, mona):
    """Also one from before there was a detector, whose prints are made before the file goes."""
    one, two = (posts.publish(actor=alice, text=f"{n}", image=upload(drawn()), alt="Dots") for n in range(2))
    image = PostImage.objects.get(post=one)
    make.decide(mona, make.report(carol, alice, post=two), "hide")
    assert not RemovedImage.objects.exists()
    from_case = make.report(carol, alice, post=one, about=cards.Case(kind="image", subject_id=image.pk).about)
    make.decide(mona, from_case, "remove")
    assert RemovedImage.objects.count() == 1 and not PostImage.objects.filter(pk=image.pk).exists()


def test_a_picture_whose_file_is_lost_keeps_no_decision_from_its_effect(alice, carol, mona):
    post = make.post(alice)
    image = make.picture(alice, post, data=b"no picture")
    assert imagery.keep(image) is None
    assert make.decide(mona, make.report(carol, alice, post=post), "remove").applied_at
    assert not RemovedImage.objects.exists()


# --- rings ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def flagged(monkeypatch, alice, bob):
    class Source:
        found = (rings.Ring(5, (alice.pk, bob.pk, 10_000), 96),)

        def of_epoch(self, epoch):
            return [one for one in self.found if one.epoch == epoch]

        def since(self, moment):
            return list(self.found)

    source = Source()
    monkeypatch.setattr(rings, "_sources", [source])
    return source


def test_members_of_a_flagged_ring_are_signalled_with_reason_and_epoch(sena, alice, bob, mona, flagged):
    assert looking_on.look_at_rings(5) == 0, "no detector"
    made = detector(sena, Kind.RING, days=7, key="trading")
    assert (made.trial.looked, made.trial.matched) == (2, 2)
    assert looking_on.look_at_rings(4) == 0
    assert looking_on.look_at_rings(5) == 2 and looking_on.look_at_rings(5) == 0
    assert {case.subject_id for case in Case.objects.filter(kind="profile", queue="spam")} == {alice.pk, bob.pk}
    signal = Signal.objects.filter(member=alice).get()
    assert "In epoch 5" in signal.reason and "96 %" in signal.reason and signal.evidence == "@alice @bob"
    flagged.found = (rings.Ring(6, (alice.pk, bob.pk), 90),)
    assert looking_on.look_at_rings(6) == 0, "an open case about them stands"
    decide(mona, signal.case, "approve")
    assert looking_on.look_at_rings(6) == 0, "quiet after a decision"
    Signal.objects.filter(member=alice).update(decided_at=timezone.now() - timedelta(days=8))
    assert looking_on.look_at_rings(6) == 1 and looking_on.look_at_rings(6) == 0
    assert look(make.post(alice)) == 0, "a detector of rings looks at no post"


def test_who_is_gone_or_suspended_is_left_alone(sena, alice, bob, flagged):
    detector(sena, Kind.RING)
    bob.is_active = False
    bob.save()
    alice.suspended_until = timezone.now() + DAY
    alice.save()
    assert looking_on.look_at_rings(5) == 0


# --- decided, appealed, forgotten ----------------------------------------------------------------------------------------


def test_a_decision_on_what_a_machine_found_says_so_everywhere(sena, alice, mona):
    detector(sena)
    post = make.post(alice, "free crypto")
    look(post)
    made = decide(mona, Case.objects.get())
    signal = Signal.objects.get()
    assert made.automated_detection and not made.automated_decision
    assert signal.state == "upheld" and signal.decided_at
    entry = LogEntry.objects.decisions().get()
    assert entry.automated_detection is True and '"source":"signal"' in entry.body and '"reports":0' in entry.body
    assert '"rule":"spam"' in entry.body
    row = statements.statement(entry, {})
    assert (row["automated_detection"], row["source_type"]) == ("Yes", "SOURCE_VOLUNTARY")
    assert reads.accuracies([signal.detector_id]) == {signal.detector_id: reads.Accuracy(1, 1)}


def test_a_decision_on_what_people_found_first_does_not(sena, alice, carol, mona):
    detector(sena)
    post = make.post(alice, "free crypto")
    make.report(carol, alice, post=post)
    look(post)
    made = decide(mona, Case.objects.get(), "approve")
    assert not made.automated_detection and Signal.objects.get().state == "dismissed"
    entry = LogEntry.objects.decisions().get()
    assert entry.automated_detection is False and '"source":"reports"' in entry.body


def test_a_signal_weighs_more_the_more_often_its_detector_was_right(sena, alice, mona):
    detector(sena)
    for n in range(4):
        post = make.post(alice, f"free crypto {n}")
        look(post)
        case = Case.objects.open().get()
        assert case.priority == (n + 1) * 100 // (n + 2) // 2
        decide(mona, case, "warn")
    (sign,) = reads.signs(case)
    assert sign.accuracy == reads.Accuracy(4, 4)


def test_an_overturned_decision_counts_against_the_detector(sena, alice, mona):
    detector(sena)
    look(make.post(alice, "free crypto"))
    made = decide(mona, Case.objects.get())
    nora = make.member(roles=("moderator",))
    one = appeals.appeal(actor=alice, decision=made, text="A joke.")
    appeals.claim(actor=nora, appeal=one)
    appeals.decide(actor=nora, appeal=one, outcome="overturned", reasons="It was.")
    assert Signal.objects.get().state == "dismissed"


def test_a_decision_that_is_taken_back_leaves_its_signals_open(sena, alice, mona):
    detector(sena)
    look(make.post(alice, "free crypto"))
    made = decisions.decide(actor=mona, case=Case.objects.get(), kind="warn", rule="spam")
    decisions.undo(actor=mona, decision=made)
    assert Signal.objects.get().state == "open" and Case.objects.get().state == "open"


def test_evidence_goes_ninety_days_after_the_decision(sena, alice, mona):
    detector(sena, Kind.DUPLICATE, members=2, times=2, minutes=60, least=10)
    for _n in range(2):
        look(posts.publish(actor=alice, text="Buy this now, please"))
    case = Case.objects.get()
    decide(mona, case, "warn")
    Signal.objects.update(decided_at=timezone.now() - timedelta(days=89))
    assert evidence.forget() == 0
    Signal.objects.update(decided_at=timezone.now() - timedelta(days=91))
    one = appeals.appeal(actor=alice, decision=Decision.objects.get(), text="No.")
    assert evidence.forget() == 0, "an appeal waits"
    nora = make.member(roles=("moderator",))
    appeals.claim(actor=nora, appeal=one)
    appeals.decide(actor=nora, appeal=one, outcome="upheld", reasons="Yes.")
    assert evidence.forget() == 1 and evidence.forget() == 0
    signal = Signal.objects.get()
    assert (signal.evidence, signal.snapshot, signal.state) == ("", "", "upheld") and signal.reason


def test_prints_and_samples_are_kept_for_a_week(sena, alice):
    made = detector(sena, on=True)
    post = posts.publish(actor=alice, text="A text that is long enough")
    look(post)
    trial = Trial.objects.get(detector=made)
    Trial.objects.update(sample=[{"post": post.pk}])
    assert forgetting.forget() == 0
    PostPrint.objects.update(at=timezone.now() - timedelta(days=8, minutes=1))
    Trial.objects.update(asked_at=timezone.now() - timedelta(days=8, minutes=1))
    assert forgetting.forget() == 2 and forgetting.forget() == 0
    trial.refresh_from_db()
    assert trial.sample == [] and not PostPrint.objects.exists()


def test_moderators_see_the_pictures_of_what_is_signalled(sena, alice, mona, carol):
    detector(sena)
    post = posts.publish(actor=alice, text="free crypto", image=upload(drawn()), alt="Dots")
    image = PostImage.objects.get()
    removal.hide(post)
    assert picture_of(mona, image.pk, confirmed=True) is None
    removal.restore(post)
    look(post)
    removal.hide(post)
    assert picture_of(mona, image.pk, confirmed=True) == image
    assert picture_of(mona, image.pk, confirmed=False) is None and picture_of(carol, image.pk, confirmed=True) is None
