"""The letter's list at an outside newsletter service, as the house asks it. Addresses are as the service has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.contracts.words import Language

Standing = Literal["active", "unsubscribed", "bounced", "spamreport", "deleted"]
"""How a subscriber stands at the service."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An address and how it stands; of a suppressed one the reason that the service gives."""

    email: str
    standing: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of a list; `last` when no page follows."""

    listed: Sequence[Listed]
    last: bool


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody to be put on the list."""

    email: str
    name: str
    language: Language


class ListFault(Exception):
    """The service did not do it. `retry_after`: seconds to wait, None when waiting does not help."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class NewsletterList(Protocol):
    """One list of one service. Each call is one request; all raise ListFault."""

    def subscribers(self, page: int) -> Leaf:
        """A page of the subscribers, from 1, also of those who left."""

    def suppressions(self, page: int) -> Leaf:
        """A page of the addresses that the service sends nothing to, from 1."""

    def suppress(self, email: str) -> None:
        """Have the service send nothing to an address any more."""

    def take(self, people: Sequence[Newcomer]) -> None:
        """Put people on the list, at most `IMPORT_LIMIT` at once."""

    def close(self) -> None:
        """Give the connection back."""


IMPORT_LIMIT = 500
"""People in one request that puts them on a list (Creamailer's own limit)."""
