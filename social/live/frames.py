"""Keeps oversized WebSocket frames out of memory."""

import sys

MAX_BYTES = 64 * 1024


def limit() -> None:
    """Under daphne, refuse a frame by its announced length, before it is read; uvicorn has ``--ws-max-size`` for this.

    autobahn copies each option from its factory only where the protocol lacks it, so a class attribute decides.
    """
    daphne = sys.modules.get("daphne.ws_protocol")
    if daphne is not None:
        daphne.WebSocketProtocol.maxFramePayloadSize = MAX_BYTES  # type: ignore[attr-defined]
        daphne.WebSocketProtocol.maxMessagePayloadSize = MAX_BYTES  # type: ignore[attr-defined]
