"""In demo mode the built-in wallet reaches the demo chain through this page: a handful of methods, for members only."""

import re
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from metya.wallets import rpc
from metya.wallets.views import answers_json
from metya.web import ratelimit
from metya.web.errors import ActionError, Unavailable
from metya.web.http import member_of, read_json

METHODS = frozenset({
    "eth_blockNumber",
    "eth_call",
    "eth_chainId",
    "eth_estimateGas",
    "eth_feeHistory",
    "eth_gasPrice",
    "eth_getBalance",
    "eth_getTransactionCount",
    "eth_getTransactionReceipt",
    "eth_maxPriorityFeePerGas",
    "eth_sendRawTransaction",
})  # fmt: skip
BODY_BYTES = 64 * 1024
ANSWER_BYTES = 256 * 1024
CALLS_A_MINUTE = 240
GAS_MONEY = hex(10**18)
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")


@require_POST
@answers_json
def demo_rpc(request: HttpRequest) -> HttpResponseBase:
    """One JSON-RPC call: {id, method, params} → {jsonrpc, id, result | error}. 404 outside demo mode and on real chains."""
    if not settings.DEMO or settings.CHAIN_ID != settings.DEVELOPMENT_CHAIN_ID:
        raise Http404
    member = member_of(request)
    ratelimit.limit("demo-rpc", str(member.pk), most=CALLS_A_MINUTE, seconds=60)
    data = read_json(request, limit=BODY_BYTES)
    method, params = data.get("method"), data.get("params", [])
    if not isinstance(method, str) or method not in METHODS or not isinstance(params, list):
        raise ActionError(
            _("The demo chain answers: %(methods)s.") % {"methods": ", ".join(sorted(METHODS))},
            code="method-not-allowed",
        )
    if not settings.CHAIN_RPC_URL:
        raise Unavailable(_("The demo chain is not running; everything but claiming works without it."))
    identifier = data.get("id") if isinstance(data.get("id"), int | str) else None
    envelope: dict[str, Any] = {"jsonrpc": "2.0", "id": identifier}
    try:
        _give_gas_money(method, params)
        answer = rpc.call(settings.CHAIN_RPC_URL, method, params, limit=ANSWER_BYTES)
    except rpc.NodeError as error:
        return JsonResponse(envelope | {"error": {"code": error.code, "message": error.message}})
    except (rpc.Unreachable, TypeError, ValueError) as error:
        raise Unavailable(_("The demo chain does not answer now. Try again in a moment.")) from error
    return JsonResponse(envelope | {"result": answer})


def _give_gas_money(method: str, params: list[Any]) -> None:
    """Who is about to send a transaction on the development chain gets coins for it, if there are none."""
    if method != "eth_getTransactionCount":
        return
    address = params[0] if params else None
    if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
        return
    if int(rpc.call(settings.CHAIN_RPC_URL, "eth_getBalance", [address, "latest"]), 16) == 0:
        rpc.call(settings.CHAIN_RPC_URL, "anvil_setBalance", [address, GAS_MONEY])
