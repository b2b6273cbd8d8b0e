"""Polls: what makes one, who votes, what is counted, what happens at the end."""

from datetime import timedelta

import pytest
from django.utils import timezone

from metya.web.errors import ActionError
from social.interactions.models import Interaction
from social.polls import actions, reads
from social.polls.drafting import PollDraft
from social.polls.models import Poll, PollVote
from social.posts import actions as posts
from tests import make


def ask(author, *choices, multiple=False, hours=24, **fields):
    draft = PollDraft.clean(choices or ("Ridge", "Ferry", "Neither"), multiple, hours)
    return posts.publish(actor=author, text="Which way?", poll=draft, **fields)


def end(post):
    Poll.objects.filter(pk=post.pk).update(ends_at=timezone.now() - timedelta(seconds=1))


def counts(post):
    poll = Poll.objects.get(pk=post.pk)
    return poll.counts, poll.voters


@pytest.mark.parametrize(
    ("choices", "hours", "field"),
    [
        (["only one"], 24, "choice"),
        (["same", "Same "], 24, "choice"),
        (list("abcdefg"), 24, "choice"),
        (["a", "x" * 61], 24, "choice"),
        (["a", "b\nc"], 24, "choice"),
        (["a", "b\u202e"], 24, "choice"),
        (["a", "b"], 5, "poll_hours"),
        (["a", "b"], 10**9, "poll_hours"),
    ],
)
def test_bad_polls_name_their_field(choices, hours, field):
    with pytest.raises(ActionError) as refused:
        PollDraft.clean(choices, False, hours)
    assert refused.value.data["field"] == field


def test_lines_left_empty_are_no_choices():
    assert PollDraft.clean(["", "  ", ""], False, 24) is None
    assert PollDraft.clean(["a", "", "b"], False, 24).choices == ["a", "b"]


def test_one_vote_each_and_for_good(alice, bob, carol):
    post = ask(alice)
    actions.vote(actor=bob, post=post, choices=[1])
    actions.vote(actor=bob, post=post, choices=[1])
    actions.vote(actor=carol, post=post, choices=[1])
    assert counts(post) == ([0, 2, 0], 2)
    with pytest.raises(ActionError) as refused:
        actions.vote(actor=bob, post=post, choices=[0])
    assert refused.value.code == "voted" and counts(post) == ([0, 2, 0], 2)
    assert not Interaction.objects.exclude(kind="follow").exists(), "a vote is never scored"


def test_several_choices_where_they_are_possible(alice, bob, carol):
    post = ask(alice, multiple=True)
    actions.vote(actor=bob, post=post, choices=[2, 0, 2])
    assert counts(post) == ([1, 0, 1], 1)
    card = reads.poll_of(bob, post.pk)
    assert [bar.share for bar in card.bars] == [1, 0, 1] and [bar.mine for bar in card.bars] == [True, False, True]
    with pytest.raises(ActionError, match="Only one choice"):
        actions.vote(actor=carol, post=ask(alice), choices=[0, 1])


@pytest.mark.parametrize("choices", [[], [3], [-1], [0, 9]])
def test_votes_for_what_is_not_there(alice, bob, choices):
    post = ask(alice)
    with pytest.raises(ActionError) as refused:
        actions.vote(actor=bob, post=post, choices=choices)
    assert refused.value.status == 422 and not PollVote.objects.exists()


def test_who_may_not_vote(alice, bob, carol):
    with pytest.raises(ActionError, match="cannot vote"):
        actions.vote(actor=alice, post=ask(alice), choices=[0])
    secret = ask(alice, visibility="followers")
    actions.vote(actor=bob, post=secret, choices=[0])
    with pytest.raises(ActionError) as refused:
        actions.vote(actor=carol, post=secret, choices=[0])
    assert refused.value.status == 404
    with pytest.raises(ActionError) as refused:
        actions.vote(actor=bob, post=make.post(alice), choices=[0])
    assert refused.value.status == 404
    bob.suspended_until = timezone.now() + timedelta(days=1)
    with pytest.raises(ActionError, match="cannot vote"):
        actions.vote(actor=bob, post=ask(alice), choices=[0])


def test_results_show_to_who_voted_to_the_author_and_at_the_end(alice, bob, carol):
    post = ask(alice)
    assert not reads.poll_of(bob, post.pk).results and reads.poll_of(bob, post.pk, asked=True).results
    assert reads.poll_of(alice, post.pk).results and reads.poll_of(None, post.pk).results
    actions.vote(actor=bob, post=post, choices=[0])
    assert reads.poll_of(bob, post.pk).results and not reads.poll_of(carol, post.pk).results
    end(post)
    assert reads.poll_of(carol, post.pk).results
    with pytest.raises(ActionError) as refused:
        actions.vote(actor=carol, post=post, choices=[0])
    assert refused.value.code == "over"


def test_those_concerned_are_told_once_of_the_end(alice, bob, carol):
    post, gone, secret = ask(alice), ask(alice), ask(alice, visibility="followers")
    for each in (post, gone, secret):
        actions.vote(actor=bob, post=each, choices=[0])
    assert actions.tell_ended() == 0
    for each in (post, gone, secret):
        end(each)
    posts.delete(actor=alice, post=gone)
    bob.following.all().delete()
    assert actions.tell_ended() == 2  # a deleted post has no poll any more
    assert actions.tell_ended() == 0
    assert [row.target_url for row in bob.notifications.filter(kind="notice")] == [f"/posts/{post.pk}/"]
    assert alice.notifications.filter(kind="notice").count() == 2
    assert not carol.notifications.exists()


def test_deleting_the_post_deletes_poll_and_votes(alice, bob):
    post = ask(alice)
    actions.vote(actor=bob, post=post, choices=[0])
    posts.delete(actor=alice, post=post)
    make.past_undoing(post)
    assert not Poll.objects.exists() and not PollVote.objects.exists()
