"""Numbers that hold for every epoch and are not governed."""

VERSION = "metya-engine/1"

TOTAL_SUPPLY = 10**9 * 10**9
"""All MET there will ever be, in grains."""

INFLUENCE_SUPPLY = TOTAL_SUPPLY * 75 // 100
"""The part of the supply that is emitted, in grains."""

WEI_PER_GRAIN = 10**9

EPOCHS_PER_YEAR = 365

MAX_EPOCH = 10**6
MAX_COUNT = 2**31 - 1
MAX_WALLETS = 2**31 - 1

BASIS_POINTS = 10_000
