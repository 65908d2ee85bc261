"""What goes out: messages, what came of sending them, and the senders that carry them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict

from bot.contracts.words import Language, Moment, Purpose


class Fact(BaseModel):
    """One labelled line: a text, or a moment that each sender shows as its medium does best."""

    model_config = ConfigDict(frozen=True)

    label: str
    text: str = ""
    when: Moment | None = None


class Action(BaseModel):
    """A link offered to the reader. The first primary one is the main thing to do.

    With `personal`, `url` is what follows the reader's own link of that name (`Outgoing.links`), such as
    `/answer/12?as=interested` after `page`; where there is no such link (a conversation) it is left out.
    """

    model_config = ConfigDict(frozen=True)

    label: str
    url: str
    primary: bool = False
    personal: Literal["", "page", "sign_in"] = ""


class Entry(BaseModel):
    """One item in a digest or a letter. `summary` is plain text; `made_by` names the model that wrote it."""

    model_config = ConfigDict(frozen=True)

    title: str
    label: str = ""
    url: str | None = None
    summary: str = ""
    made_by: str = ""
    facts: tuple[Fact, ...] = ()
    notes: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()


class Section(BaseModel):
    """A part of a digest or a letter under a heading; `more` says what was left out and where it is."""

    model_config = ConfigDict(frozen=True)

    title: str
    entries: tuple[Entry, ...]
    more: Action | None = None


class Attachment(BaseModel):
    """A text file that goes with a mail, such as an iCalendar file. `media_type` has its parameters."""

    model_config = ConfigDict(frozen=True)

    name: str
    media_type: str
    text: str


class Picture(BaseModel):
    """A picture inside a message: PNG in base64, and what it shows in words."""

    model_config = ConfigDict(frozen=True)

    png: str
    alt: str
    width: int
    height: int


class Words(BaseModel):
    """The fixed words round a message, in the reader's language, so that senders need no catalogue.

    `changed` heads what is different now; `made_by` marks a summary that a language model wrote.
    """

    model_config = ConfigDict(frozen=True)

    why: str
    preferences: str
    unsubscribe: str
    network: str
    more: str
    changed: str = ""
    made_by: str = ""


class Message(BaseModel):
    """A channel-neutral message in one language. `body` is Markdown from outside: data, never markup.

    `changes` say what is different now, a sentence each; `sections` are those of a digest or a letter;
    `preheader` is what a mail program shows beside the subject.
    """

    model_config = ConfigDict(frozen=True)

    language: Language
    purpose: Purpose = "notice"
    label: str
    title: str
    preheader: str = ""
    body: str = ""
    changes: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    actions: tuple[Action, ...] = ()
    notes: tuple[str, ...] = ()
    urgent: bool = False
    sections: tuple[Section, ...] = ()
    picture: Picture | None = None
    attachments: tuple[Attachment, ...] = ()
    words: Words


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One delivery as a sender sees it.

    `messages` holds one message, or several (one a language) for a conversation with several
    languages. `key` is opaque, the same at every attempt, and all that may be shown to the medium.
    `links` are personal (`page`, `unsubscribe`, in sign-in mails `sign_in`), empty for a conversation.
    """

    key: str
    address: str
    messages: tuple[Message, ...]
    reason: str
    name: str = ""
    zone: str = "Europe/Helsinki"
    links: Mapping[str, str] = field(default_factory=dict)
    thread: str | None = None


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
    """This one message was refused for good; the destination is well."""

    reason: str


@dataclass(frozen=True, slots=True)
class Misconfigured:
    """The sender itself cannot work: stop it and tell the administrator. Nothing is lost meanwhile."""

    reason: str


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
    rest. `connections`: threads a worker opens. `batch`: deliveries claimed at once.
    """

    per_destination: float = 0.0
    account_rate: float | None = None
    account_burst: int = 1
    connections: int = 1
    batch: int = 100


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

    def find(self, address: str, key: str, since: datetime, thread: str | None) -> Found | Absent | Unknown:
        """Say whether a message in doubt is there. Media that cannot be asked answer Absent
        when a second copy under the same key is harmless (mail: same `Message-ID`)."""

    def render(self, outgoing: Outgoing) -> Rendering:
        """Show what would be sent, byte for byte where that makes sense, without sending."""

    def check(self) -> Sequence[str]:
        """Ask the medium whether we could send (token, scopes, login); returns faults with remedies."""

    def close(self) -> None:
        """Give the connection back."""
