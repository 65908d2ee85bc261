"""How Silta behaves as a guest: robots.txt is obeyed (RFC 9309).

What it says is kept for the whole process; `integrations.reading` says whom it is for, and waits for the host's turn.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from protego import Protego

from bot import clock
from integrations.http_faults import BadStatus, RobotsForbid, RobotsUnread

AGENT = "Silta"
"""The name that robots.txt files know us by."""

_DAY = 86_400.0
_MOST_HOSTS = 1_000
_MOST_RULES = 512 * 1024  # bytes; RFC 9309 2.5 wants 500 KiB at least to be read


class Robots:
    """What robots.txt files say, each remembered for a day."""

    def __init__(self, monotonic: Callable[[], float] = clock.monotonic) -> None:
        self._monotonic = monotonic
        self._rules: dict[str, tuple[float, Protego]] = {}

    def forget(self) -> None:
        """Ask every host again."""
        self._rules.clear()

    def check(self, url: str, fetch: Callable[[str], bytes]) -> None:
        """Raise RobotsForbid when the address must not be read; `fetch` reads a robots.txt, if need be.

        Without a robots.txt (4xx) all is allowed; while it cannot be read (5xx) nothing is: RobotsUnread.
        Raises HttpFault when its host cannot be reached at all.
        """
        parts = urlsplit(url)
        place = f"{parts.scheme}://{parts.netloc}".lower()
        until, rules = self._rules.get(place, (0.0, None))
        if rules is None or until < self._monotonic():
            rules = Protego.parse(_asked(f"{place}/robots.txt", fetch))
            if len(self._rules) >= _MOST_HOSTS:
                self._rules.clear()
            self._rules[place] = (self._monotonic() + _DAY, rules)
        if not rules.can_fetch(url, AGENT):
            raise RobotsForbid("the site's robots.txt forbids programs like ours to read this address")


def _asked(address: str, fetch: Callable[[str], bytes]) -> str:
    try:
        return fetch(address)[:_MOST_RULES].decode("utf-8-sig", "replace")
    except BadStatus as fault:
        if fault.status == 429 or fault.status >= 500:
            raise RobotsUnread(fault.status, fault.retry_after) from fault
        return ""
