"""Two people, the exact content, no way around: QUALITY 9 and what else reviewers may and may not do."""

import threading

import pytest
from django.db import IntegrityError, close_old_connections, connection, transaction

from metya.ops.models import AuditEvent
from metya.web.errors import ActionError, Invalid, NotAllowed
from rewards import engine
from rewards.epochs import files
from rewards.epochs.errors import FilesDamaged
from rewards.epochs.models import Epoch
from rewards.ledger import reads
from rewards.ledger.accounts import TREASURY
from rewards.payouts import actions, holding, publishing
from rewards.payouts.checklist import POINTS
from rewards.payouts.errors import ContentChanged, NotReviewer, SamePerson, SecondFactorNeeded, WrongState
from rewards.payouts.models import Batch, Hold, Payout
from tests import make
from tests.rewards import village
from tests.rewards.ledger.test_many_at_once import at_once, kinds


def approve(actor, batch, **changes):
    fields = {"actor": actor, "batch": batch, "content_hash": batch.content_hash, "confirmed": True, "points": POINTS}
    return actions.approve(**{**fields, **changes})


def test_who_submitted_cannot_approve(in_review, office, fay):
    batch = office.submit(0)
    with pytest.raises(SamePerson):
        approve(fay, batch)
    assert village.batch(0).state == "submitted"


def test_the_database_itself_wants_two_people(in_review, office, fay):
    office.submit(0)
    with pytest.raises(IntegrityError), transaction.atomic():
        Batch.objects.filter(epoch=0).update(approved_by=fay)
    with pytest.raises(IntegrityError), transaction.atomic():
        Batch.objects.filter(epoch=0).update(state="approved")


def test_a_superuser_is_nobody_special(in_review, office, fay):
    root = make.member("root", roles=("admin",), is_superuser=True)
    batch = village.batch(0)
    for deed in (
        lambda: actions.submit(actor=root, batch=batch, points=POINTS),
        lambda: actions.reject(actor=root, batch=batch, reason="Because I can"),
        lambda: holding.place(actor=root, payout=village.payout(0, in_review[0]), reason="Because I can"),
    ):
        with pytest.raises(NotReviewer):
            deed()
    batch = office.submit(0)
    with pytest.raises(NotReviewer):
        approve(root, batch)
    # Nor a superuser who is a reviewer too: two people are two people.
    fay.is_superuser = True
    fay.save()
    with pytest.raises(SamePerson):
        approve(fay, batch)


@pytest.mark.parametrize("role", ["moderator", "manager", "admin", ""])
def test_other_roles_do_nothing(in_review, office, role):
    other = make.member("other", roles=(role,) if role else ())
    batch = office.submit(0)
    for deed in (
        lambda: actions.submit(actor=other, batch=batch, points=POINTS),
        lambda: approve(other, batch),
        lambda: actions.reject(actor=other, batch=batch, reason="Because I can"),
        lambda: holding.place(actor=other, payout=village.payout(0, in_review[0]), reason="Because I can"),
    ):
        with pytest.raises(NotReviewer):
            deed()
    assert village.batch(0).state == "submitted"


def test_a_suspended_reviewer_does_nothing(in_review, office, fay):
    fay.suspended_until = village.after(10_000)
    with pytest.raises(NotReviewer):
        actions.submit(actor=fay, batch=village.batch(0), points=POINTS)


def test_approving_needs_the_second_factor_and_what_was_seen(in_review, office, finn):
    batch = office.submit(0)
    with pytest.raises(SecondFactorNeeded):
        approve(finn, batch, confirmed=False)
    for seen in ("", "0" * 64):
        with pytest.raises(ContentChanged):
            approve(finn, batch, content_hash=seen)
    approve(finn, batch)
    assert AuditEvent.objects.get(verb="batch.approved").actor == finn


def test_nothing_is_done_twice(in_review, office, fay, finn):
    draft = village.batch(0)
    batch = office.submit(0)
    with pytest.raises(WrongState):
        actions.submit(actor=finn, batch=draft, points=POINTS)
    approve(finn, batch)
    for deed in (
        lambda: approve(finn, batch),
        lambda: actions.submit(actor=fay, batch=batch, points=POINTS),
        lambda: actions.reject(actor=fay, batch=batch, reason="Too late for that"),
        lambda: holding.place(actor=fay, payout=village.payout(0, in_review[0]), reason="Too late for that"),
    ):
        with pytest.raises(WrongState):
            deed()


@pytest.mark.parametrize("column", ["amount", "owed", "cumulative", "influence", "earned"])
def test_a_row_changed_after_submission_is_noticed(in_review, office, finn, column):
    batch = office.submit(0)
    row = village.payout(0, in_review[0])
    Payout.objects.filter(pk=row.pk).update(**{column: getattr(row, column) + 1})
    with pytest.raises(ContentChanged):
        approve(finn, batch)
    Payout.objects.filter(pk=row.pk).update(**{column: getattr(row, column)})
    approve(finn, batch)


def test_a_row_added_or_removed_is_noticed(in_review, office, finn):
    batch = office.submit(0)
    row = village.payout(0, in_review[0])
    Payout.objects.filter(pk=row.pk).delete()
    with pytest.raises(ContentChanged, match=row.wallet):
        approve(finn, batch)
    row.save(force_insert=True)
    extra = Payout.objects.create(epoch_id=0, wallet="0x" + "ee" * 20, amount=1, cumulative=1)
    with pytest.raises(ContentChanged, match="0xeeee"):
        approve(finn, batch)
    extra.delete()
    approve(finn, batch)


def test_changed_files_are_noticed(in_review, office, finn):
    batch = office.submit(0)
    path = files.directory(0) / "payouts.csv"
    whole = path.read_text()
    path.write_text(whole.replace(",", ",1", 1))
    with pytest.raises(FilesDamaged):
        approve(finn, batch)
    path.write_text(whole)
    approve(finn, batch)


def test_a_hold_changed_in_the_database_is_noticed(in_review, office, fay, finn):
    hold = holding.place(actor=fay, payout=village.payout(0, in_review[1]), reason="Under investigation")
    batch = office.submit(0)
    Hold.objects.filter(pk=hold.pk).update(amount=hold.amount - 1)
    with pytest.raises(ContentChanged):
        approve(finn, batch)
    Hold.objects.filter(pk=hold.pk).update(amount=hold.amount)


def test_what_was_edited_after_approval_is_neither_published_nor_booked(in_review, office):
    office.review(0)
    row = village.payout(0, in_review[0])
    root = village.batch(0).tree_root
    assert publishing.refuse_if_edited(0, root) == ""
    assert "not the approved one" in publishing.refuse_if_edited(0, "0x" + "11" * 32)
    Payout.objects.filter(pk=row.pk).update(amount=row.amount + 1)
    assert "not what payouts.csv says" in publishing.refuse_if_edited(0, root)
    with pytest.raises(ContentChanged):
        publishing.root_accepted(0, root, village.after(0))
    assert Epoch.objects.get(pk=0).state == "approved"
    Payout.objects.filter(pk=row.pk).update(amount=row.amount)
    office.accept(0)


def test_a_foreign_root_books_nothing(in_review, office):
    office.review(0)
    with pytest.raises(ContentChanged):
        publishing.root_accepted(0, "0x" + "11" * 32, village.after(0))
    assert village.batch(0).state == "approved"


@pytest.mark.django_db(transaction=True)
def test_two_approvers_at_once_and_one_wins(in_review, office, finn):
    third = make.member("third", roles=("reviewer",))
    batch = office.submit(0)
    gate, answers = threading.Barrier(2), []

    def press(actor):
        try:
            gate.wait(30)
            answers.append(approve(actor, batch).approved_by)
        except ActionError as refusal:
            answers.append(refusal.code)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=press, args=(actor,)) for actor in (finn, third)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    winner = village.batch(0).approved_by
    assert winner in (finn, third)
    assert sorted(map(str, answers)) == sorted([str(winner), "wrong-state"])
    assert AuditEvent.objects.filter(verb="batch.approved").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_hold_and_an_approval_at_once_leave_no_contradiction(in_review, office, fay, finn):
    batch = office.submit(0)
    payout = village.payout(0, in_review[0])
    gate, answers = threading.Barrier(2), []

    def run(deed):
        try:
            gate.wait(30)
            deed()
            answers.append("done")
        except ActionError as refusal:
            answers.append(refusal.code)
        finally:
            close_old_connections()
            connection.close()

    deeds = (
        lambda: approve(finn, batch),
        lambda: holding.place(actor=fay, payout=payout, reason="Under investigation"),
    )
    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers.count("done") == 1, answers
    held = Hold.objects.count() == 1
    assert village.batch(0).state == ("draft" if held else "approved")
    assert village.payout(0, in_review[0]).state == ("held" if held else "approved")


@pytest.mark.parametrize("reason", ["", "  ", "x", "y" * 501, "\x00\x07"])
def test_a_reason_says_something(in_review, office, fay, reason):
    with pytest.raises(Invalid):
        actions.reject(actor=fay, batch=village.batch(0), reason=reason)
    with pytest.raises(Invalid):
        holding.place(actor=fay, payout=village.payout(0, in_review[0]), reason=reason)
    assert village.batch(0).version == 1


def test_a_reason_becomes_one_clean_line_of_the_public_file(in_review, office, fay):
    reason = 'Said "=HYPERLINK(1)",\r\n\tand\x00 more \u202egnp'
    hold = holding.place(actor=fay, payout=village.payout(0, in_review[0]), reason=reason)
    assert hold.reason == 'Said "=HYPERLINK(1)", and more gnp'
    office.review(0)
    assert engine.read_holds(files.directory(0))[0].reason == f"epoch 0: {hold.reason}"


def test_nobody_decides_about_their_own_payout(everyone, office, fay, finn):
    village.deed(everyone[0], finn, "repost", 0, 3)
    village.deed(everyone[1], finn, "repost", 0, 3)
    village.close(0)
    hold = holding.place(actor=fay, payout=village.payout(0, finn), reason="Under investigation")
    for verb in (holding.release, holding.forfeit):
        with pytest.raises(NotAllowed):
            verb(actor=finn, hold=hold, note="I am innocent")
    holding.release(actor=fay, hold=hold, note="Nothing was found")


def test_a_hold_is_decided_once(in_review, office, fay, finn):
    hold = holding.place(actor=fay, payout=village.payout(0, in_review[0]), reason="Under investigation")
    with pytest.raises(WrongState):
        holding.place(actor=finn, payout=village.payout(0, in_review[0]), reason="Once more")
    holding.release(actor=finn, hold=hold, note="Nothing was found")
    for verb in (holding.release, holding.forfeit):
        with pytest.raises(WrongState):
            verb(actor=finn, hold=hold, note="And again")


def test_below_the_minimum_there_is_nothing_to_hold(in_review, office, fay):
    Payout.objects.filter(pk=village.payout(0, in_review[0]).pk).update(amount=0, state="owed")
    with pytest.raises(WrongState):
        holding.place(actor=fay, payout=village.payout(0, in_review[0]), reason="Under investigation")


def test_files_of_an_interrupted_approval_are_written_later(in_review, office, monkeypatch):
    monkeypatch.setattr(publishing, "write_files", lambda epoch: None)
    office.review(0)
    monkeypatch.undo()
    assert not (files.directory(0) / "tree.json").exists()
    assert publishing.finish_interrupted() == 1
    assert publishing.finish_interrupted() == 0
    assert engine.verify(files.directory(0)).tree_checked
    assert "tree.json" in Epoch.objects.get(pk=0).files


def test_a_state_changed_by_hand_is_noticed_before_the_approval(in_review, office, fay, finn):
    hold = holding.place(actor=fay, payout=village.payout(0, in_review[1]), reason="Under investigation")
    batch = office.submit(0)
    for member, state in ((in_review[0], "held"), (in_review[0], "owed"), (in_review[1], "in review")):
        row = village.payout(0, member)
        Payout.objects.filter(pk=row.pk).update(state=state)
        with pytest.raises(ContentChanged, match=row.wallet):
            approve(finn, batch)
        Payout.objects.filter(pk=row.pk).update(state=row.state)
    Hold.objects.filter(pk=hold.pk).update(amount=10**18)
    with pytest.raises(ContentChanged):
        approve(finn, batch)
    Hold.objects.filter(pk=hold.pk).update(amount=hold.amount)
    approve(finn, batch)


def test_a_state_changed_by_hand_after_the_approval_books_nothing(in_review, office):
    office.review(0)
    row = village.payout(0, in_review[0])
    Payout.objects.filter(pk=row.pk).update(state="claimable")
    with pytest.raises(ContentChanged, match="not in the state"):
        office.accept(0)
    assert village.batch(0).state == "approved"
    Payout.objects.filter(pk=row.pk).update(state="approved")
    office.accept(0)


def test_a_row_that_is_no_wallet_is_refused_in_words(in_review, office):
    Payout.objects.filter(pk=village.payout(0, in_review[0]).pk).update(wallet="nobody")
    with pytest.raises(ContentChanged, match="no wallet"):
        office.submit(0)


@pytest.mark.parametrize("failure", [OSError("No space left on device"), FilesDamaged("lost meanwhile")])
def test_an_approval_stands_when_the_disk_is_full(in_review, office, monkeypatch, failure):
    def full(*_args):
        raise failure

    monkeypatch.setattr(engine, "write_holds", full)
    office.review(0)
    assert village.batch(0).state == "approved"
    monkeypatch.undo()
    assert publishing.finish_interrupted() == 1
    assert engine.verify(files.directory(0)).tree_checked


def test_a_batch_with_a_lost_file_is_refused_in_words(in_review, office, fay):
    path = files.directory(0) / "payouts.csv"
    path.unlink()
    with pytest.raises(FilesDamaged, match="payouts.csv"):
        actions.reject(actor=fay, batch=village.batch(0), reason="Look at it again")
    assert village.batch(0).state == "draft"


@pytest.mark.django_db(transaction=True)
def test_a_hold_is_placed_and_decided_once_by_however_many_at_once(in_review, office, fay, finn):
    payout = village.payout(0, in_review[0])
    placed = at_once(6, lambda _: holding.place(actor=fay, payout=payout, reason="Under investigation"))
    assert kinds(placed) == {"Hold": 1, "wrong-state": 5}
    hold = Hold.objects.get()
    verbs = (holding.release, holding.forfeit)
    decided = at_once(6, lambda number: verbs[number % 2](actor=finn, hold=hold, note="Looked into it"))
    assert kinds(decided) == {"Hold": 1, "wrong-state": 5}
    state = village.payout(0, in_review[0]).state
    left = reads.balances_of(payout.wallet)
    assert (left.held, left.owed) == (0, payout.amount if state == "in review" else 0)
    assert reads.balance(TREASURY) - village.batch(0).epoch.splits["treasury"] == payout.amount - left.owed


@pytest.mark.django_db(transaction=True)
def test_a_hold_and_a_close_at_once_agree(in_review, office, fay, finn):
    """The next day closes while holds of the day before are placed, released and forfeited."""
    payouts = [village.payout(0, member) for member in in_review]
    held = [holding.place(actor=fay, payout=payout, reason="Under investigation") for payout in payouts[:2]]
    deeds = (
        lambda: village.close(1),
        lambda: holding.place(actor=fay, payout=payouts[2], reason="Under investigation"),
        lambda: holding.release(actor=finn, hold=held[0], note="Nothing was found"),
        lambda: holding.forfeit(actor=finn, hold=held[1], note="Two accounts"),
    )
    assert set(kinds(at_once(4, lambda number: deeds[number]()))) == {"Epoch", "Hold"}
    office.review(0, 1)
    office.accept(1)
    village.close(2)
    office.review(2)
    office.accept(2)
    for payout in payouts:
        found = reads.balances_of(payout.wallet)
        leaf = office.leaf(2, payout.member)
        assert found.payable == leaf
        row = Payout.objects.get(epoch=2, wallet=payout.wallet)
        assert found.owed == row.owed
