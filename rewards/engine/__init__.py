"""The reward engine: an epoch's public input files in, exact payouts and a Merkle tree out.

It knows nothing of the site (numpy, scipy and a keccak only), so that the site, the tests and any node run the very
same rules. The life of an epoch's folder:

    root = write_inputs(folder, wallets=…, interactions=…, seeds=…, balances=…, earnings=…, params=…, epoch=…)
    result = score(read_inputs(folder))     # a Score: influence, pool, allocations, payouts
    write_result(folder, result)            # payouts.csv, result.json; returns the result root
    write_explanations(folder, result)      # side files for read_explanation(folder, wallet)
    write_holds(folder, holds)              # after review; may be left out
    tree = write_tree(folder)               # tree.json and side files for read_proof(folder, wallet)
    verify(folder)                          # what anyone can do: compute it all again and compare

All amounts are whole numbers of grains (10⁻⁹ MET), except in the tree and its proofs: wei. Wallets are 0x and 40
lower-case hex digits; arrays of them have dtype S42. What breaks a rule raises InputError(file, line, reason).
"""

from rewards.engine.allocation import allocate
from rewards.engine.emission import Year, emission_schedule, year_budget
from rewards.engine.emission import base as base_release
from rewards.engine.emission import release as epoch_release
from rewards.engine.errors import EmptyTreeError, EngineError, InputError
from rewards.engine.explain import Contribution, read_explanation, write_explanations
from rewards.engine.holds import Hold, read_holds, write_holds
from rewards.engine.inputs import INPUT_FILES, inputs_root, read_inputs
from rewards.engine.limits import INFLUENCE_SUPPLY, TOTAL_SUPPLY, VERSION, WEI_PER_GRAIN
from rewards.engine.merkle import Proof, Tree, verify_proof
from rewards.engine.params import BOUNDS, DEFAULT_PARAMS, LIMIT_BOUNDS, POINTS_BOUNDS, Kind, Params, Splits
from rewards.engine.records import EARNING_SOURCES, Balances, Earnings, Epoch, Inputs, Interactions, as_wallets
from rewards.engine.results import read_payouts, read_result, result_root, write_result
from rewards.engine.rings import Ring, find_rings
from rewards.engine.scoring import Pool, Score, score
from rewards.engine.settle import PayoutRow, Payouts
from rewards.engine.trees import build_tree, open_tree, read_proof, write_tree
from rewards.engine.verification import Difference, Verification, verify
from rewards.engine.writing import write_inputs

__all__ = [
    "BOUNDS",
    "DEFAULT_PARAMS",
    "EARNING_SOURCES",
    "INFLUENCE_SUPPLY",
    "INPUT_FILES",
    "LIMIT_BOUNDS",
    "POINTS_BOUNDS",
    "TOTAL_SUPPLY",
    "VERSION",
    "WEI_PER_GRAIN",
    "Balances",
    "Contribution",
    "Difference",
    "Earnings",
    "EmptyTreeError",
    "EngineError",
    "Epoch",
    "Hold",
    "InputError",
    "Inputs",
    "Interactions",
    "Kind",
    "Params",
    "PayoutRow",
    "Payouts",
    "Pool",
    "Proof",
    "Ring",
    "Score",
    "Splits",
    "Tree",
    "Verification",
    "Year",
    "allocate",
    "as_wallets",
    "base_release",
    "build_tree",
    "emission_schedule",
    "epoch_release",
    "find_rings",
    "inputs_root",
    "open_tree",
    "read_explanation",
    "read_holds",
    "read_inputs",
    "read_payouts",
    "read_proof",
    "read_result",
    "result_root",
    "score",
    "verify",
    "verify_proof",
    "write_explanations",
    "write_holds",
    "write_inputs",
    "write_result",
    "write_tree",
    "year_budget",
]
