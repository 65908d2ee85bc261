"""What goes out: deliveries, what came of sending them, and the senders that carry them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.contracts.message import Message


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One delivery as a sender sees it.

    `messages` holds one message, or several (one a language) for a conversation with several
    languages. `key` is opaque, the same at every attempt, and all that may be shown to the medium.
    `links` are personal (`page`, `unsubscribe`, in sign-in mails `sign_in`), empty for a conversation.

    `thread` is where the medium keeps the first message about the same thing (Slack: its ts); `broadcast`:
    what goes there is shown in the conversation too. `team` is the workspace, empty for the installation's
    own. Of a message that is edited in place: `struck` when it was withdrawn. `roster` are plain lines of
    ours that say who answered, shown below the buttons.
    """

    key: str
    address: str
    messages: tuple[Message, ...]
    reason: str
    name: str = ""
    zone: str = "Europe/Helsinki"
    links: Mapping[str, str] = field(default_factory=dict)
    thread: str | None = None
    team: str = ""
    broadcast: bool = False
    struck: bool = False
    roster: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """It arrived. `ref` is what the medium calls it (Slack: channel and ts), kept to find or revise it."""

    ref: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TryLater:
    """Not now. `after`: seconds, None leaving the wait to back-off. `account`: the whole sender waits."""

    reason: str
    after: float | None = None
    account: bool = False


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """This destination takes nothing any more: pause it, and go the other way."""

    reason: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """This one message was refused for good; the destination is well.

    `gone`: what was to be edited or answered is not there any more, because a person deleted it.
    """

    reason: str
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Misconfigured:
    """The sender itself cannot work: stop it and tell the administrator. Nothing is lost meanwhile.

    `team`: only in that workspace, whose lanes stop; the others are well.
    """

    reason: str
    team: str = ""


@dataclass(frozen=True, slots=True)
class InDoubt:
    """The line broke after the message may have been taken. Never resent blindly."""

    reason: str


Outcome = Sent | TryLater | Undeliverable | Rejected | Misconfigured | InDoubt


@dataclass(frozen=True, slots=True)
class Found:
    """The medium has it."""

    ref: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Absent:
    """The medium surely does not have it."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The medium cannot say (scope missing, not in the conversation, limited)."""

    reason: str


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a medium may be served.

    `per_destination`: seconds between two messages to one destination. `account_rate`: messages a
    second over all destinations, None for no limit; `account_burst`: how many may go at once after a
    rest. `connections`: threads a worker opens. `batch`: deliveries claimed at once. `edit_rate` and
    `edit_burst` are the same for edits in place, over all destinations.
    """

    per_destination: float = 0.0
    account_rate: float | None = None
    account_burst: int = 1
    connections: int = 1
    batch: int = 100
    edit_rate: float | None = None
    edit_burst: int = 1


@dataclass(frozen=True, slots=True)
class Rendering:
    """What a message will look like, for the preview. `html` is a whole document, shown in a sandbox."""

    title: str
    html: str
    text: str
    source: str = ""


class Sender(Protocol):
    """Carries messages to one medium. One object serves one thread and keeps one connection."""

    pace: Pace

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Outcome]:
        """Yield one outcome for each message, in order, sending each only when it is asked for."""

    def find(
        self, address: str, key: str, since: datetime, thread: str | None, team: str = ""
    ) -> Found | Absent | Unknown:
        """Say whether a message in doubt is there, in the thread it was meant for or beside it.
        Media that cannot be asked answer Absent when a second copy under the same key is harmless (mail:
        same `Message-ID`)."""

    def revise(self, ref: Mapping[str, str], outgoing: Outgoing) -> Outcome:
        """Edit in place what `send` called `ref`, so that it shows this. Media that cannot answer Rejected."""

    def render(self, outgoing: Outgoing) -> Rendering:
        """Show what would be sent, byte for byte where that makes sense, without sending."""

    def check(self) -> Sequence[str]:
        """Ask the medium whether we could send (token, scopes, login); returns faults with remedies."""

    def close(self) -> None:
        """Give the connection back."""
