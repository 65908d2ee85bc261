"""A chat: what people do in it, as the house hears of it, and what the house shows them there.

A listener hands a `ChatRequest` to the `Counter`, which commits it, and acknowledges. A worker does it and keeps
what is to be shown; the `Chat` shows it. Only what a trigger forces into three seconds is asked at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from bot.contracts.incoming import Received
from bot.contracts.message import Action, Message, Section
from bot.contracts.outgoing import Outcome
from bot.contracts.words import Language

RequestKind = Literal["say", "press", "home", "wrote", "unwrote", "person", "place", "gone", "late"]


class ChatPerson(BaseModel):
    """Whoever does something: known by the ids of their own workspace and of themselves, never by where they are."""

    model_config = ConfigDict(frozen=True)

    team: str
    user: str


class Profile(BaseModel):
    """What a chat says of a person. `foreign`: of another organisation's workspace; `left`: their account is off.

    `email` is empty where the chat does not tell it; `locale` such as `sv-SE`, `zone` an IANA name, or empty.
    """

    model_config = ConfigDict(frozen=True)

    person: ChatPerson
    name: str = ""
    email: str = ""
    locale: str = ""
    zone: str = ""
    guest: bool = False
    foreign: bool = False
    left: bool = False


class ChatRequest(BaseModel):
    """One thing that somebody did. `key` is the chat's own id of it: the same twice is done once.

    say: words, in `said`, in a command (`answer_to` is where its answer goes), a direct message or a mention.
    press: a button, whose command is `said`, under the post `ts`; `passing` when only its asker saw that post.
    home: they opened the app's page, which shows the version `view_hash`. wrote, unwrote: a reply in the thread
    of a post, and its deletion. person: `profile` changed. place: a conversation changed (`said`: archived,
    unarchived, left, renamed, joined). gone: the app was removed from the `team`, or its token revoked. late:
    the form that a button or a shortcut was to open did not open in time; `said` is that button, if there was one.
    """

    model_config = ConfigDict(frozen=True)

    key: str = Field(max_length=160)
    kind: RequestKind
    person: ChatPerson
    team: str = ""
    said: str = Field(default="", max_length=8_000)
    place: str = ""
    ts: str = ""
    thread: str = ""
    answer_to: str = ""
    view_hash: str = ""
    passing: bool = False
    profile: Profile | None = None


class Choice(BaseModel):
    """Something that can be chosen from a list. Each option is (what it asks, its words); `chosen` is one of them.

    `hint` stands in the list while nothing is chosen.
    """

    model_config = ConfigDict(frozen=True)

    label: str
    options: tuple[tuple[str, str], ...]
    chosen: str = ""
    hint: str = ""


class Home(BaseModel):
    """A person's own page in a chat, in their language: lines, choices, and sections as of a digest."""

    model_config = ConfigDict(frozen=True)

    language: Language
    zone: str
    title: str
    lines: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    sections: tuple[Section, ...] = ()
    choices: tuple[Choice, ...] = ()
    notes: tuple[str, ...] = ()


class Say(BaseModel):
    """An answer. Only its asker sees it unless `shared`; `replace`: in place of what they pressed a button in."""

    model_config = ConfigDict(frozen=True)

    what: Literal["say"] = "say"
    team: str
    user: str = ""
    message: Message
    zone: str
    answer_to: str = ""
    place: str = ""
    thread: str = ""
    shared: bool = False
    replace: bool = False


class ShowHome(BaseModel):
    """A person's page, shown in place of the version `view_hash`; of any version where that is empty."""

    model_config = ConfigDict(frozen=True)

    what: Literal["home"] = "home"
    person: ChatPerson
    home: Home
    view_hash: str = ""


Showing = Say | ShowHome


class Chat(Protocol):
    """The speaking side of a chat. One object serves one thread. Nothing waits and nothing is retried in it."""

    def show(self, showing: Showing, key: str) -> Outcome:
        """Show it. `key` is the same at every attempt."""

    def profile(self, person: ChatPerson, team: str = "") -> Profile | None:
        """What the chat says of a person, as the workspace `team` sees them (empty: as their own does).

        None when it cannot be asked now.
        """

    def close(self) -> None:
        """Give the connection back."""


class NotKept(Exception):
    """The database takes nothing in just now: what was brought was not kept."""


class Counter(Protocol):
    """Where a chat's listeners hand things in. Each call opens and closes its own transaction."""

    def take(self, request: ChatRequest) -> bool:
        """Keep a request; returns, after the commit, whether it was new. Raises NotKept."""

    def known(self, person: ChatPerson) -> Known | None:
        """Who a person is to the house; None when nobody is bound to them."""


@dataclass(frozen=True, slots=True)
class Known:
    """A contact as a listener needs them, without their name and address."""

    pseudonym: str
    language: Language
    zone: str
    role: str
    cities: Sequence[str]


@dataclass(frozen=True, slots=True)
class DoorAnswer:
    """What a chat's door answers: a status, and a body in the chat's own form (a sentence when it is refused)."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class ChatDoor(Protocol):
    """Where a chat brings what happens in it."""

    def receive(self, request: Received) -> DoorAnswer:
        """Verify, take in, and say what to answer. Nothing is acknowledged before its commit."""

    def close(self) -> None:
        """End its threads; what they are at is over when this returns, and nothing asks the house any more."""
