"""Several workers bring the same epoch on at once, as they may: one result, booked once."""

import threading

import pytest
from django.db import close_old_connections, connection

from rewards import engine
from rewards.epochs import actions, files
from rewards.epochs.models import Epoch
from rewards.ledger import checking
from rewards.payouts.models import Batch
from tests.rewards import village


@pytest.mark.django_db(transaction=True)
def test_four_workers_and_one_epoch():
    village.lively_day(village.people(4), 0)
    actions.open_epochs_until(village.after(0))
    gate, failures = threading.Barrier(4), []

    def work() -> None:
        try:
            gate.wait(30)
            actions.advance(Epoch.objects.get(pk=0), now=village.after(0))
        except Exception as failure:
            failures.append(failure)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not failures
    assert Epoch.objects.get(pk=0).state == "in review"
    assert Batch.objects.count() == 1
    assert engine.verify(files.directory(0)).ok
    assert [path.name for path in files.directory(0).parent.iterdir()] == ["0"]
    assert not checking.differences()


def unnamed():
    """A closed epoch whose folder has not been given its name yet: the epoch, the name, the folder."""
    village.lively_day(village.people(4), 0)
    actions.open_epochs_until(village.after(0))
    epoch = actions.close(Epoch.objects.get(pk=0), now=village.after(0))
    place = files.directory(0)
    draft = files.scratch(0)
    draft.rmdir()
    place.rename(draft)
    return epoch, place, draft


@pytest.mark.django_db
def test_who_looks_while_another_gives_the_folder_its_name_finds_nothing_damaged(monkeypatch):
    epoch, place, draft = unnamed()
    look, seen = files.is_intact, []

    def looked(epoch, where):
        seen.append(where)
        if len(seen) == 2:  # the draft was listed, and is another's before it is looked at
            draft.rename(place)
        return look(epoch, where)

    monkeypatch.setattr(files, "is_intact", looked)
    assert files.settle(epoch) == place and look(epoch, place)
    assert seen[:2] == [place, draft]


@pytest.mark.django_db
@pytest.mark.parametrize("dies", [False, True])
def test_what_another_worker_has_just_named_is_not_lost_when_it_is_put_aside(monkeypatch, dies):
    epoch, place, draft = unnamed()
    look, seen = files.is_intact, []

    def looked(epoch, where):
        seen.append(where)
        found = look(epoch, where)
        if len(seen) == 2:  # found good, and named by another at once
            draft.rename(place)
        elif dies and where.name == "was":
            raise KeyboardInterrupt
        return found

    monkeypatch.setattr(files, "is_intact", looked)
    if dies:
        with pytest.raises(KeyboardInterrupt):
            files.settle(epoch)
        monkeypatch.setattr(files, "is_intact", look)
        assert not place.exists()
    assert files.settle(epoch) == place and look(epoch, place)
    files.settle(epoch)
    assert [path.name for path in place.parent.iterdir()] == ["0"]
