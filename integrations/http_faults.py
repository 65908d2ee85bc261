"""What can go wrong when an address is read, each a sentence for whoever looks after the source.

HttpFault
├── BadAddress          not an http(s) address, or it carries a user name
├── PrivateAddress      leads into a private network, or to this machine
├── Unreachable         name, connection, TLS or protocol failed, or the answer broke off
│   └── TooSlow         the whole fetch took longer than its deadline
├── TooManyRedirects    sent on more often than allowed
├── RobotsForbid        robots.txt forbids us to read it
├── TooLarge            more bytes than allowed, after decompression
└── BadStatus           an answer other than 2xx and 304; has `status` and perhaps `retry_after`
    └── RobotsUnread    to the question for robots.txt, which may forbid us
"""

from __future__ import annotations

_REASONS = {
    401: "wants a sign-in",
    403: "refuses us",
    404: "is not there",
    410: "is gone for good: pause or remove the source",
    429: "asks us to come less often",
    503: "is out of service for now",
}


class HttpFault(Exception):
    """An address could not be read. `retry_after` is the wait in seconds the server asked for, if it did."""

    retry_after: float | None = None


class BadAddress(HttpFault):
    """Not an http(s) address, or one with a user name or password in it."""


class PrivateAddress(HttpFault):
    """The address leads into a private network, and FETCH_ALLOW_PRIVATE does not except it."""


class Unreachable(HttpFault):
    """The server was not reached, or its answer broke off."""


class TooSlow(Unreachable):
    """The whole fetch took longer than its deadline."""


class TooManyRedirects(HttpFault):
    """Sent on more often than allowed."""


class RobotsForbid(HttpFault):
    """The site's robots.txt forbids us."""


class TooLarge(HttpFault):
    """The answer is larger than allowed."""


class BadStatus(HttpFault):
    """The server answered, and the answer is no."""

    def __init__(self, status: int, retry_after: float | None = None) -> None:
        reason = _REASONS.get(status) or ("is broken at its end" if status >= 500 else "cannot be read")
        super().__init__(f"the address {reason} (HTTP {status})")
        self.status = status
        self.retry_after = retry_after


class RobotsUnread(BadStatus):
    """The site's robots.txt cannot be read for now, which counts as if it forbade us (RFC 9309 2.3.1)."""

    def __init__(self, status: int, retry_after: float | None = None) -> None:
        super().__init__(status, retry_after)
        self.args = (f"the site's robots.txt cannot be read now (HTTP {status}): it may forbid us",)
