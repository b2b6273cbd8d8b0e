"""Imports every feature's models, so that Django finds them; a test compares this list with the folders."""

from rewards.chain.models import Attempt, ChainBlock, ChainLog, ChainTransaction, Deployment
from rewards.epochs.models import Epoch, Parameters, Seed
from rewards.ledger.models import Account, LedgerCheck, Transfer
from rewards.payouts.models import Batch, Hold, Payout, Simulation, Touched
from rewards.reports.models import ActiveDay, DayFigure, DaySpread, DayTopic, Export, MachineAccount, ReportDay
from rewards.schedules.models import Run, Schedule
from rewards.training.models import TrainingPay

__all__ = [
    "Account", "ActiveDay", "Attempt", "Batch", "ChainBlock", "ChainLog", "ChainTransaction", "DayFigure", "DaySpread",
    "DayTopic", "Deployment", "Epoch", "Export", "Hold", "LedgerCheck", "MachineAccount", "Parameters", "Payout",
    "ReportDay", "Run", "Schedule", "Seed", "Simulation", "Touched", "TrainingPay", "Transfer",
]  # fmt: skip
