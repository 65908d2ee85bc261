"""A message: what is said to people, in one language, before any medium has drawn it."""

from __future__ import annotations

from typing import Literal

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

    `does` is what pressing it asks of the house where the medium has buttons of its own (a chat): a command as
    `bot.buttons` writes it. Such a medium shows a button, also in a conversation, instead of
    the link: it knows who presses. Other media ignore it.
    """

    model_config = ConfigDict(frozen=True)

    label: str
    url: str
    primary: bool = False
    personal: Literal["", "page", "sign_in"] = ""
    does: str = ""


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


class Shown(BaseModel):
    """A picture that stands elsewhere: its address, its media type, and what it shows in words."""

    model_config = ConfigDict(frozen=True)

    url: str
    media_type: str
    alt: str


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
    `preheader` is what a mail program shows beside the subject; `shown` are pictures below the text.
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
    shown: tuple[Shown, ...] = ()
    words: Words
