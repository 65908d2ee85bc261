"""The undo window, shown counting: the modal of an approved draft is drawn anew until it has gone out.

Threads of their own look every ten seconds. What was closed meanwhile Slack does not know any more, and a process
that ends counts no more: nothing hangs on it, the window ends by the database's time.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from bot import clock
from bot.contracts.announcing import Seen, Sorry

EVERY = 10.0
WINDOW = timedelta(seconds=75)
"""What goes out later than this is not counted down: it stands there with its day."""

_log = logging.getLogger("silta.slack")


class Countdown:
    """Looks and shows every so often, until an approval is gone or its moment is past."""

    def __init__(self, every: float = EVERY) -> None:
        self._every, self._closed = every, False
        self._guard, self._timers = threading.Lock(), set[threading.Timer]()

    def begin(
        self, look: Callable[[], Seen | Sorry], show: Callable[[Seen], object], goes_at: datetime
    ) -> None:
        """Count until that moment. Returns at once."""
        if not timedelta(0) < goes_at - clock.now() <= WINDOW:
            return
        timer = threading.Timer(self._every, self._turn, (look, show, goes_at))
        timer.daemon = True
        with self._guard:
            if self._closed:
                return
            self._timers = {each for each in self._timers if each.is_alive()} | {timer}
            timer.start()

    def close(self) -> None:
        """Count no more; what is being looked at is over when this returns."""
        with self._guard:
            self._closed, timers = True, self._timers
        for each in timers:
            each.cancel()
        for each in timers:
            each.join()

    def _turn(
        self, look: Callable[[], Seen | Sorry], show: Callable[[Seen], object], goes_at: datetime
    ) -> None:
        try:
            found = look()
            over = goes_at <= clock.now()
            if isinstance(found, Seen) and (over or found.goes_at == goes_at):
                show(found)
                self.begin(look, show, goes_at)
        except Exception:
            _log.exception("the undo window could not be shown counting")


def seconds_left(goes_at: datetime) -> int:
    """Whole seconds until then, for what is counted down; 0 for what is not."""
    left = goes_at - clock.now()
    return max(0, int(left.total_seconds())) if left <= WINDOW else 0
