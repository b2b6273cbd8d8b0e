"""Counters of the live hub, in the memory of the process: adding one number to another is all that a delivery costs.

Once a minute the hub writes the minutes that changed, whole, so that writing one again changes nothing; processes write beside
each other. What a process counted since its last writing is lost when it is killed, and waits when its last socket leaves until
the next one comes.
"""

import secrets
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from social.live.models import LiveMinute

# A delivery that took longer is called slow: twice the pause for which hints are gathered.
SLOW_MS = 2_000
LONGEST_MS = 60_000
# Minutes that are kept for counting days again; the figures of days stay.
KEPT = timedelta(days=40)
_FIELDS = ["peak", "held", "samples", "delivered", "slow", "dropped", "delays"]


@dataclass
class Tally:
    """One minute."""

    peak: int = 0
    held: int = 0
    samples: int = 0
    delivered: int = 0
    slow: int = 0
    dropped: int = 0
    delays: dict[int, int] = field(default_factory=lambda: defaultdict(int))


def rounded(ms: float) -> int:
    """Milliseconds upwards: to 10 up to 200, to 50 up to 2,000, to 500 beyond, at most LONGEST_MS."""
    step = 10 if ms <= 200 else 50 if ms <= 2_000 else 500
    return min(LONGEST_MS, max(step, -int(-ms // step) * step))


class Meter:
    """Of one process. ``minute`` is whole minutes since 1970."""

    def __init__(self) -> None:
        self.process = secrets.token_hex(16)
        self.minutes: dict[int, Tally] = {}
        self._lock = threading.Lock()
        self.current = Tally()  # where deliveries are counted: the minute of the last look at the clock, seconds ago

    def now(self) -> Tally:
        """The minute that runs; deliveries are counted in it until the next look."""
        minute = int(time.time()) // 60
        found = self.minutes.get(minute)
        if found is None:
            with self._lock:
                found = self.minutes.setdefault(minute, Tally())
        self.current = found
        return found

    def delivered(self, hints: int, seconds: float) -> None:
        """So many hints were handed to one socket together, so long after the first of them was noted."""
        tally, ms = self.current, seconds * 1000
        tally.delivered += hints
        tally.delays[10 if ms <= 10 else rounded(ms)] += 1
        if ms > SLOW_MS:
            tally.slow += 1

    def sampled(self, sockets: int) -> None:
        """So many sockets are open now."""
        tally = self.now()
        tally.held += sockets
        tally.samples += 1
        tally.peak = max(tally.peak, sockets)

    def opened(self, sockets: int) -> None:
        """One more was opened, which makes so many."""
        tally = self.now()
        tally.peak = max(tally.peak, sockets)

    def dropped(self) -> None:
        """A socket that took nothing any more was given up."""
        self.now().dropped += 1

    def write(self) -> int:
        """Write every minute that is held; how many. The running one and the one before, in which something may still be
        counted, are held on to and written again."""
        running = int(time.time()) // 60
        with self._lock:
            held = sorted(self.minutes.items())
        rows = [
            LiveMinute(
                process=self.process,
                minute=datetime.fromtimestamp(minute * 60, UTC),
                peak=tally.peak,
                held=tally.held,
                samples=tally.samples,
                delivered=tally.delivered,
                slow=tally.slow,
                dropped=tally.dropped,
                delays={str(ms): times for ms, times in sorted(tally.delays.items())},
            )
            for minute, tally in held
        ]
        LiveMinute.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["process", "minute"], update_fields=_FIELDS
        )
        with self._lock:
            for minute, _tally in held:
                if minute < running - 1:
                    del self.minutes[minute]
        return len(rows)


meter = Meter()


def forget() -> int:
    """Minutes that no day is counted from any more; how many."""
    gone: int = LiveMinute.objects.filter(minute__lt=timezone.now() - KEPT).delete()[0]
    return gone
