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


def count_down(
    look: Callable[[], Seen | Sorry], show: Callable[[Seen], object], goes_at: datetime, every: float = EVERY
) -> None:
    """Look and show every so often, until the approval is gone or the moment is past. Returns at once."""
    if not timedelta(0) < goes_at - clock.now() <= WINDOW:
        return
    timer = threading.Timer(every, _turn, (look, show, goes_at, every))
    timer.daemon = True
    timer.start()


def seconds_left(goes_at: datetime) -> int:
    """Whole seconds until then, for what is counted down; 0 for what is not."""
    left = goes_at - clock.now()
    return max(0, int(left.total_seconds())) if left <= WINDOW else 0


def _turn(
    look: Callable[[], Seen | Sorry], show: Callable[[Seen], object], goes_at: datetime, every: float
) -> None:
    try:
        found = look()
        over = goes_at <= clock.now()
        if isinstance(found, Seen) and (over or found.goes_at == goes_at):
            show(found)
            count_down(look, show, goes_at, every)
    except Exception:
        _log.exception("the undo window could not be shown counting")
