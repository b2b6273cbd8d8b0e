"""The governed parameters: what they are at the start and which are in force in an epoch."""

from dataclasses import replace

from rewards.engine import DEFAULT_PARAMS, Params
from rewards.epochs.models import Parameters

# Weights, reach of trust and splits are the engine's. Three values depend on what a community is:
FIRST = replace(
    DEFAULT_PARAMS,
    # An epoch with a thousand active members releases the whole of its base. A community of thirty releases three in a
    # hundred, so that the first weeks of a few people do not take what was meant for all who come later.
    activity_target=1_000,
    # Nobody gets more than a twentieth of a day. Only where fewer than twenty people are paid does it leave a rest,
    # which is carried and not lost; on the graphs the engine was tried on the largest share was below a hundredth.
    member_cap_bp=500,
    # 1 MET: below it an entry in the tree, and the member's own transaction, cost more attention than they bring.
    minimum_payout=1_000_000_000,
)


def ensure_first() -> None:
    """Notes the parameters of the start, once; on a site without GENESIS_DATE that day is genesis."""
    Parameters.objects.get_or_create(from_epoch=0, defaults={"values": FIRST.to_json()})


def in_force(number: int) -> Params:
    """The parameters of an epoch: the newest noted at or before it. Raises InputError when they break a bound."""
    row = Parameters.objects.filter(from_epoch__lte=number).order_by("-from_epoch").first()
    return Params.from_json(row.values) if row else FIRST
