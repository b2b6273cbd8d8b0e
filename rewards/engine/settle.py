"""From allocations to payouts: what is due, what is put into the tree now, and what stays owed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from rewards.engine.errors import InputError
from rewards.engine.limits import TOTAL_SUPPLY
from rewards.engine.records import Inputs, Int64Array, WalletArray


class PayoutRow(NamedTuple):
    """One line of `payouts.csv`; amounts in grains. `cumulative` is what the tree shows before holds."""

    wallet: str
    influence: int
    amount: int
    owed: int
    cumulative: int


@dataclass(frozen=True, slots=True)
class Payouts:
    """All lines of `payouts.csv` as columns, sorted by wallet. Iterating gives PayoutRows."""

    wallet: WalletArray
    influence: Int64Array
    amount: Int64Array
    owed: Int64Array
    cumulative: Int64Array

    def __len__(self) -> int:
        return len(self.wallet)

    def __iter__(self) -> Iterator[PayoutRow]:
        numbers = (self.influence, self.amount, self.owed, self.cumulative)
        columns = (column.tolist() for column in numbers)
        for wallet, *values in zip(self.wallet.tolist(), *columns, strict=True):
            yield PayoutRow(wallet.decode(), *values)

    def find(self, wallet: str) -> PayoutRow | None:
        """The line of a wallet, or None."""
        place = int(np.searchsorted(self.wallet, wallet.encode()))
        if place == len(self) or self.wallet[place] != wallet.encode():
            return None
        values = (column[place] for column in (self.influence, self.amount, self.owed, self.cumulative))
        return PayoutRow(wallet, *(int(value) for value in values))


def settle(inputs: Inputs, influence: Int64Array, allocated: Int64Array) -> Payouts:
    """Payouts from what each wallet of `inputs.wallets` was allocated, with balances and other earnings.

    A row for every wallet with influence, a balance or earnings. What is due and reaches the minimum payout is paid
    in full and added to `cumulative`; else it stays owed. Raises InputError when a balance would pass the supply.
    """
    acting = influence > 0
    wallet = np.union1d(np.union1d(inputs.wallets[acting], inputs.balances.wallet), inputs.earnings.wallet)
    score, due, cumulative = (np.zeros(len(wallet), dtype=np.int64) for _ in range(3))
    earning = np.searchsorted(wallet, inputs.wallets[acting])
    score[earning], due[earning] = influence[acting], allocated[acting]
    known = np.searchsorted(wallet, inputs.balances.wallet)
    due[known] += inputs.balances.owed
    cumulative[known] = inputs.balances.cumulative
    np.add.at(due, np.searchsorted(wallet, inputs.earnings.wallet), inputs.earnings.amount)
    amount = np.where(due >= inputs.params.minimum_payout, due, 0)
    cumulative += amount
    _check_supply(wallet, np.maximum(due, cumulative), inputs)
    return Payouts(wallet, score, amount, due - amount, cumulative)


def _check_supply(wallet: WalletArray, amount: Int64Array, inputs: Inputs) -> None:
    beyond = wallet[amount > TOTAL_SUPPLY][:1]
    if not len(beyond):
        return
    for file, wallets in (("balances.csv", inputs.balances.wallet), ("earnings.csv", inputs.earnings.wallet)):
        row = int(np.searchsorted(wallets, beyond[0]))
        if row < len(wallets) and wallets[row] == beyond[0]:
            raise InputError(file, row + 2, "with this epoch the wallet would pass the total supply")
    raise InputError("epoch.json", 1, f"{beyond[0].decode()} would be paid more than the total supply")
