"""The one door through which grains move. Nothing else changes a balance."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from rewards.ledger import bulk
from rewards.ledger.accounts import Ref
from rewards.ledger.errors import BadTransfer, InsufficientFunds, KeyReused
from rewards.ledger.models import TOTAL_SUPPLY, Account, AccountKind, Transfer

_CHUNK = 5_000


class Movement(NamedTuple):
    """One transfer to be made: ``amount`` in grains; ``key`` (up to 120 characters) names the event it stands for."""

    source: Ref
    target: Ref
    amount: int
    key: str


def transfer(*, source: Ref, target: Ref, amount: int, key: str) -> Transfer:
    """Moves ``amount`` grains once and for all; the same call again returns the first transfer and moves nothing.

    Raises BadTransfer, KeyReused when ``key`` stands for other content, InsufficientFunds when ``source`` holds less
    (only emission may go below zero, by at most the total supply). Safe from any number of threads and processes at once.
    """
    movement = Movement(source, target, amount, key)
    _check(movement)
    with transaction.atomic():
        accounts = _accounts([source, target])
        made = Transfer(source_id=accounts[source], target_id=accounts[target], amount=amount, key=key)
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError:
            first = Transfer.objects.select_related("source", "target").filter(key=key).first()
            if first is None:
                raise
            return _same(first, movement)
        changes = {accounts[source]: -amount, accounts[target]: amount}
        for account in sorted(changes):
            if not _move(account, changes[account]):
                short = Account.objects.get(pk=accounts[source])
                raise InsufficientFunds(short.code, short.balance, amount)
    return made


def transfer_many(movements: Iterable[Movement]) -> int:
    """Makes all of the transfers or none, as if at one moment; how many were new.

    What was made before under the same key with the same content is left out; other content raises KeyReused.
    Raises BadTransfer, InsufficientFunds when an account would end below zero. 100,000 take seconds.
    """
    wanted = _unique(movements)
    with transaction.atomic():
        accounts = _accounts({place for move in wanted.values() for place in (move.source, move.target)})
        for last_try in (False, True):
            fresh = _not_made_yet(wanted)
            changes = _changes(fresh, accounts)
            try:
                with transaction.atomic():
                    _insert(fresh, accounts)
                    _move_many(changes)
                break
            except IntegrityError:
                _refuse_if_short(changes)
                if last_try:
                    raise
                # Somebody else made some of them a moment ago: leave those out.
    return len(fresh)


def _check(movement: Movement) -> None:
    source, target, amount, key = movement
    if not 0 < amount <= TOTAL_SUPPLY:
        raise BadTransfer(f"{key}: {amount} is not an amount of grains above 0.")
    if source == target:
        raise BadTransfer(f"{key}: source and target are both {source}.")
    for place in (source, target):
        if not place.well_formed:
            raise BadTransfer(f"{key}: there can be no account {place!s}.")
    if not 0 < len(key) <= 120:
        raise BadTransfer("A transfer needs a key of up to 120 characters.")


def _same(first: Transfer, movement: Movement) -> Transfer:
    """The transfer made before, if it is the one that is wanted again."""
    source, target = Ref(first.source.kind, first.source.wallet), Ref(first.target.kind, first.target.wallet)
    if (source, target, first.amount) != movement[:3]:
        raise KeyReused(movement.key)
    return first


def _move(account: int, change: int) -> bool:
    """Whether the balance could be moved; a target that would pass the total supply means that the source is short."""
    rows = Account.objects.filter(pk=account)
    if change < 0:
        enough = Q(balance__gte=-change) | Q(kind=AccountKind.EMISSION, balance__gte=-change - TOTAL_SUPPLY)
        rows = rows.filter(enough)
    else:
        rows = rows.filter(balance__lte=TOTAL_SUPPLY - change)
    return bool(rows.update(balance=F("balance") + change))


def _accounts(places: Iterable[Ref]) -> dict[Ref, int]:
    """Primary keys of the accounts; those that do not exist are made. The balances of new ones are 0."""
    wanted = set(places)
    found = _known(wanted)
    missing = sorted(wanted - found.keys())
    if missing:
        _make(missing)
        found |= _known(set(missing))
    return found


def _make(missing: Sequence[Ref]) -> None:
    """New accounts with nothing in them; some may have been made by somebody else a moment ago."""
    try:
        with transaction.atomic():
            rows = ((place.kind, place.wallet, 0) for place in missing)
            bulk.insert(Account, ("kind", "wallet", "balance"), rows)
    except IntegrityError:
        new = [Account(kind=place.kind, wallet=place.wallet) for place in missing]
        Account.objects.bulk_create(new, ignore_conflicts=True, batch_size=_CHUNK)


def _known(places: set[Ref]) -> dict[Ref, int]:
    """Primary keys of the accounts among ``places`` that exist."""
    kinds = {place.kind for place in places}
    wallets = sorted({place.wallet for place in places})
    found: dict[Ref, int] = {}
    for low in range(0, len(wallets), _CHUNK):
        rows = Account.objects.filter(kind__in=kinds, wallet__in=wallets[low : low + _CHUNK])
        found |= {Ref(kind, wallet): pk for pk, kind, wallet in rows.values_list("pk", "kind", "wallet")}
    return {place: pk for place, pk in found.items() if place in places}


def _unique(movements: Iterable[Movement]) -> dict[str, Movement]:
    wanted: dict[str, Movement] = {}
    for movement in movements:
        _check(movement)
        if wanted.setdefault(movement.key, movement) != movement:
            raise KeyReused(movement.key)
    # One order for everybody who inserts: two workers with the same keys wait for each other, never in a circle.
    return dict(sorted(wanted.items()))


def _not_made_yet(wanted: dict[str, Movement]) -> list[Movement]:
    made: set[str] = set()
    keys = list(wanted)
    for low in range(0, len(keys), _CHUNK):
        rows = Transfer.objects.filter(key__in=keys[low : low + _CHUNK]).select_related("source", "target")
        made |= {_same(row, wanted[row.key]).key for row in rows}
    return [movement for key, movement in wanted.items() if key not in made]


def _changes(fresh: Sequence[Movement], accounts: dict[Ref, int]) -> dict[int, int]:
    """By how much each account changes in the end."""
    changes: dict[int, int] = defaultdict(int)
    for source, target, amount, _key in fresh:
        changes[accounts[source]] -= amount
        changes[accounts[target]] += amount
    return changes


def _insert(fresh: Sequence[Movement], accounts: dict[Ref, int]) -> None:
    now = bulk.moment(timezone.now())
    rows = ((accounts[source], accounts[target], amount, key, now) for source, target, amount, key in fresh)
    bulk.insert(Transfer, ("source", "target", "amount", "key", "at"), rows)


def _move_many(changes: dict[int, int]) -> None:
    """One UPDATE per account in the order of primary keys; the CHECK on the table refuses a negative end."""
    rows = [(change, account) for account, change in sorted(changes.items()) if change]
    with connection.cursor() as cursor:
        table = connection.ops.quote_name(Account._meta.db_table)
        cursor.executemany(f"UPDATE {table} SET balance = balance + %s WHERE id = %s", rows)  # noqa: S608


def _refuse_if_short(changes: dict[int, int]) -> None:
    """After a refusal by the database: raises InsufficientFunds naming the first account that is short, if one is."""
    short = {account: -change for account, change in changes.items() if change < 0}
    keys = sorted(short)
    for low in range(0, len(keys), _CHUNK):
        for account in Account.objects.filter(pk__in=keys[low : low + _CHUNK]).order_by("pk"):
            limit = TOTAL_SUPPLY if account.kind == AccountKind.EMISSION else 0
            if account.balance + limit < short[account.pk]:
                raise InsufficientFunds(account.code, account.balance, short[account.pk])
