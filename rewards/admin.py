"""Imports every feature's admin pages."""

import rewards.chain.admin
import rewards.epochs.admin
import rewards.ledger.admin
import rewards.payouts.admin
import rewards.reports.admin
import rewards.training.admin  # noqa: F401
