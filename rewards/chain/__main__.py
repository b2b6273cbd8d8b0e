"""`python -m rewards.chain HOME PORT STATE`: the development chain in the foreground, for the supervisor.

Prints one line when it answers; ends with 3 and one line when it cannot be had here.
"""

import signal
import sys
import time
from pathlib import Path
from types import FrameType

from rewards.chain import anvil


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


def main(arguments: list[str]) -> int:
    """Start, wait for a signal, stop cleanly so that the state is written."""
    home, port, state = Path(arguments[0]), int(arguments[1]), Path(arguments[2])
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    try:
        chain = anvil.start(home, port, state)
    except anvil.AnvilUnavailable as error:
        print(error, flush=True)
        return 3
    try:
        print(f"ready {chain.note}".strip(), flush=True)
        while chain.process.poll() is None:
            time.sleep(0.2)
        return chain.process.returncode
    finally:
        chain.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
