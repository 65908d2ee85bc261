"""Mail that comes back: what a letter is, as far as it concerns us, and the mailbox that brings it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail of ours did not arrive (RFC 3464). `lasting`: the address will never take one.

    `keys` are what may be our delivery's key, the likeliest first; `recipients` the addresses it failed for.
    """

    keys: tuple[str, ...]
    recipients: tuple[str, ...]
    lasting: bool
    diagnostic: str = ""


@dataclass(frozen=True, slots=True)
class Complaint:
    """A reader called a mail of ours unwanted (RFC 5965). Some providers hide the recipient: then there is none."""

    keys: tuple[str, ...]
    recipients: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class MailReply:
    """A reader wrote back. `text` is only what they wrote themselves, without what they quote."""

    keys: tuple[str, ...]
    sender: str
    text: str


@dataclass(frozen=True, slots=True)
class Automatic:
    """A machine wrote (a holiday answer, a list, a bounce that says nothing): nothing is done, nothing answered."""

    why: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter. `digest` is the same whenever this letter is seen; `about` is None for any other mail."""

    digest: str
    about: Bounce | Complaint | MailReply | Automatic | None


@dataclass(frozen=True, slots=True)
class Arrived:
    """A letter as it lies in a mailbox: its number there, and as much of its bytes as is read."""

    number: str
    raw: bytes


class MailboxFault(Exception):
    """The mailbox cannot be read; the text says what is wrong and what to do."""


class Mailbox(Protocol):
    """A mailbox that is read, one connection."""

    def unseen(self) -> Iterator[Arrived]:
        """The letters not marked as seen, oldest first. Marks nothing. Raises MailboxFault."""

    def mark_seen(self, numbers: Sequence[str], *, flag: bool = False) -> None:
        """Mark letters as seen, after what they asked is committed; with `flag` also for a person to look at."""

    def check(self) -> Sequence[str]:
        """Whether the mailbox can be read: faults with remedies."""

    def close(self) -> None:
        """Give the connection back."""
