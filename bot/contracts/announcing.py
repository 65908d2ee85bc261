"""Announcements in a chat: the form that a coordinator fills in, and the draft that another one decides on.

The chat shows forms and hands back what stands in them; the house knows who may do what, and says everything in
the person's language. Each call opens and closes its own transaction and calls nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from bot.contracts.chat import ChatPerson
from bot.contracts.message import Message
from bot.contracts.words import Language

Act = Literal["approve", "return", "undo", "submit", "take_back", "drop", "withdraw"]
"""What can be done with a draft. `edit` is a form of its own."""

Options = tuple[tuple[str, str], ...]
"""What can be chosen: (value, its words)."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was chosen in a form; `body` is None where the chat did not give it out."""

    name: str
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands in a form. `form` is the chat's own id of it, the same however often it is handed in.

    `values` are the fields that were shown, by name: `title_fi`, `body_fi` and so on, `kind`, `cities`,
    `topics`, `urgent`, `visibility`, `url`, `links` (an address and its words a line), `location`, `starts_at`,
    `closes_at`, `send_at` (ISO, or empty), `repeat`, `roles`, `kept` (the files to keep, by key) and `alts` (what each
    picture shows, a line each). Those of other tabs the house keeps. `uploads` are files chosen now. `draft` and
    `version` are what is edited, 0 for a new one.
    """

    form: str
    tab: Language
    draft: int = 0
    version: int = 0
    values: Mapping[str, Any] = field(default_factory=dict)
    uploads: tuple[Upload, ...] = ()


@dataclass(frozen=True, slots=True)
class Writing:
    """A form as it is shown: all its fields, whom it would reach (`count`), and what is wrong, by field.

    `words` are the labels, by name, in the person's `language`; `notice` what else is to be known.
    """

    language: Language
    words: Mapping[str, str]
    tab: Language
    values: Mapping[str, Any]
    choices: Mapping[str, Options]
    draft: int = 0
    version: int = 0
    count: tuple[str, ...] = ()
    notice: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """A draft to look at. `done` says what was just done; `lines` what is to be known; `acts` what may be done.

    `messages` are how it reads, one a language; `changed` what is different since the last approval, each a label
    with its pieces (`same`, `old` or `new`, and the text). `goes_at` is when it goes out, once approved.
    """

    language: Language
    words: Mapping[str, str]
    zone: str
    draft: int
    version: int
    title: str
    messages: tuple[Message, ...]
    done: str = ""
    lines: tuple[str, ...] = ()
    changed: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    acts: tuple[Act | Literal["edit"], ...] = ()
    goes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sorry:
    """Something was not done; why, in the person's language."""

    language: Language
    title: str
    text: str


class Announcing(Protocol):
    """The house's side. Whoever acts is known by team and user, and their role is asked anew at each act."""

    def begin(self, person: ChatPerson, *, said: str = "", draft: int = 0, item: int = 0) -> Writing | Sorry:
        """An empty form, one that begins with what was `said`, that of a draft, or of an item to be corrected."""

    def turn(self, person: ChatPerson, sheet: Sheet, tab: Language) -> Writing | Sorry:
        """Keep what stands in a form, count whom it would reach, and turn to a tab."""

    def preview(self, person: ChatPerson, sheet: Sheet) -> Seen | Writing | Sorry:
        """How it would read, in each language; the form with its faults when it cannot be read yet."""

    def hand_in(self, person: ChatPerson, sheet: Sheet, *, forward: bool) -> Seen | Writing | Sorry:
        """Keep the draft, and put it `forward` for approval. The same form twice makes one draft."""

    def look(self, person: ChatPerson, draft: int) -> Seen | Sorry:
        """A draft: how it reads, whom it reaches, what changed, what this person may do."""

    def decide(self, person: ChatPerson, draft: int, version: int, act: Act, note: str = "") -> Seen | Sorry:
        """Do something with a draft that was seen as `version`. Twice does it once."""
