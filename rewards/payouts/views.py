"""A member's own rewards: what there is, why it is that much, and claiming it."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from metya.web.errors import ActionError, Unavailable
from metya.web.http import member_of
from metya.web.paging import cursor_from
from rewards.chain import reads as chain
from rewards.engine import EngineError
from rewards.epochs.errors import FilesDamaged
from rewards.epochs.models import Epoch
from rewards.payouts import claims, reads

logger = logging.getLogger(__name__)
_HASH = re.compile(r"0x[0-9a-fA-F]{64}")
_WEI = re.compile(r"[0-9]{0,78}")


@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What the member has in each state, and the history of their payouts."""
    before = cursor_from(request.GET.get("before"))
    page = reads.mine(member_of(request), before)
    context = {"page": page, "first": before is None, "health": chain.chain_health()}
    template = "rewards/payouts/_lines.html" if request.headers.get("HX-Request") else "rewards/payouts/mine.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@never_cache
@require_safe
def chip(request: HttpRequest) -> HttpResponse:
    """The small card in the right column of other pages."""
    return render(request, "rewards/payouts/_chip.html", {"page": reads.mine(member_of(request))})


@never_cache
@require_safe
def why(request: HttpRequest, number: int) -> HttpResponse:
    """Why the member's payout of an epoch is that much."""
    if not Epoch.objects.scored().filter(pk=number).exists():
        raise Http404
    with _files_of_epochs():
        page = reads.why(member_of(request), number)
    if page is None:
        return render(request, "rewards/payouts/why_nothing.html", {"number": number}, status=404)
    return render(request, "rewards/payouts/why.html", {"page": page})


@never_cache
@require_safe
def claim(request: HttpRequest) -> HttpResponse:
    """What can be claimed now, and the button that lets the member's wallet do it."""
    with _files_of_epochs():
        page = claims.page(member_of(request))
    return render(request, "rewards/payouts/claim.html", {"page": page})


@never_cache
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """How far the claim of a wallet is; the page asks again until it is final."""
    wallet, tx = request.GET.get("wallet", "").lower(), request.GET.get("tx", "")
    member = member_of(request)
    if wallet not in reads.wallets_of(member):
        raise Http404
    if not _HASH.fullmatch(tx):
        raise ActionError(_("That is not the hash of a transaction."), code="bad-hash")
    cumulative = request.GET.get("cumulative", "")
    if not _WEI.fullmatch(cumulative):
        raise ActionError(_("That is not an amount in wei."), code="bad-amount")
    found = chain.claim_step(wallet, tx, int(cumulative) if cumulative else None)
    context = {
        "wallet": wallet,
        "tx": found.tx_hash,
        "cumulative": cumulative,
        "step": found.step,
        "health": chain.chain_health(),
    }
    return render(request, "rewards/payouts/_claim_status.html", context)


@never_cache
@require_safe
def proof(request: HttpRequest) -> HttpResponse:
    """The proof of one of the member's wallets as a file, to claim without this site."""
    wallet = request.GET.get("wallet", "").lower()
    if wallet not in reads.wallets_of(member_of(request)):
        raise Http404
    epoch = chain.accepted_epoch()
    with _files_of_epochs():
        found = claims.proof_of(wallet, epoch)
    if found is None or epoch is None:
        raise Http404
    contracts = chain.contracts()
    body = {
        "epoch": epoch,
        "chain_id": contracts.chain_id if contracts else None,
        "distributor": contracts.distributor if contracts else None,
        **found.to_json(),
    }
    response = JsonResponse(body, json_dumps_params={"indent": 2})
    response["Content-Disposition"] = f'attachment; filename="proof-epoch-{epoch}-{wallet[:10]}.json"'
    return response


@contextmanager
def _files_of_epochs() -> Iterator[None]:
    """Around what reads an epoch's files: when they are lost or damaged the member is told, and the log says which."""
    try:
        yield
    except (OSError, EngineError, FilesDamaged) as lost:
        logger.exception("the files of an epoch cannot be read")
        raise Unavailable(
            _("The files of this epoch cannot be read right now. Nothing is lost; please try again later.")
        ) from lost
