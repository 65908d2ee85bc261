"""A message as both parts of a mail show it: harmless text, moments spoken, links that may be followed."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.contracts import Action, Entry, Fact, Message, Picture, Section, Words
from integrations.email.links import Link, Slots, followable, link_of, plain_url
from integrations.email.neutral import one_line, paragraphs, shortened

URGENT = "❗"
"""Marks urgency in every language, and not by colour alone (WCAG 1.4.1)."""
ALT_LIMIT = 1_500

Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """One item of a digest or a letter. `url` is the title's link."""

    title: str
    label: str
    url: str | None
    summary: str
    made_by: str
    facts: Facts
    notes: tuple[str, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a digest or a letter under its heading."""

    title: str
    pieces: tuple[Piece, ...]
    more: Link | None


@dataclass(frozen=True, slots=True)
class Inline:
    """A picture that travels with the mail and is shown where its `cid` stands (RFC 2392)."""

    png: bytes
    alt: str
    width: int
    height: int

    @property
    def cid(self) -> str:
        """Its Content-ID, without the angle brackets: the same for the same picture."""
        return f"{hashlib.sha256(self.png).hexdigest()[:32]}@silta"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One message in one language. `body` is Markdown, everything else plain text on one line.

    `shown` are pictures that stand elsewhere: address, and what they show in words.
    """

    language: str
    purpose: str
    label: str
    title: str
    urgent: bool
    preheader: str
    changes: tuple[str, ...]
    facts: Facts
    body: str
    notes: tuple[str, ...]
    links: tuple[Link, ...]
    parts: tuple[Part, ...]
    picture: Inline | None
    shown: tuple[tuple[str, str], ...]
    words: Words

    @property
    def subject(self) -> str:
        """What stands in the mail's subject. The titles of digests and letters say what they are."""
        named = self.label and self.purpose not in {"digest", "letter"}
        said = f"{self.label}: {self.title}" if named else self.title
        return f"{URGENT} {said}" if self.urgent else said

    @property
    def heading(self) -> str:
        """The line above the title."""
        return f"{URGENT} {self.label}".strip() if self.urgent else self.label

    @property
    def button(self) -> Link | None:
        """The main thing to do."""
        return next((link for link in self.links if link.primary), None)

    @property
    def answers(self) -> tuple[Link, ...]:
        """What the reader may answer, by a link of their own."""
        return tuple(link for link in self.links if link.answer and link is not self.button)

    @property
    def others(self) -> tuple[Link, ...]:
        """All other links."""
        return tuple(link for link in self.links if not link.answer and link is not self.button)


def sheet(message: Message, zone: str, slots: Slots) -> Sheet:
    """Read a message for a reader in that time zone.

    Raises ValueError for a zone that is none and for a picture that is no PNG.
    """
    return Sheet(
        language=message.language,
        purpose=message.purpose,
        label=one_line(message.label),
        title=one_line(message.title),
        urgent=message.urgent,
        preheader=one_line(message.preheader),
        changes=_lines(message.changes),
        facts=_facts(message.facts, message.language, zone),
        body=paragraphs(message.body),
        notes=_lines(message.notes),
        links=_links(message.actions, slots),
        parts=tuple(_part(section, message, zone, slots) for section in message.sections),
        picture=_picture(message.picture) if message.picture else None,
        shown=tuple(
            (url, shortened(one_line(each.alt), ALT_LIMIT))
            for each in message.shown
            if (url := plain_url(each.url))
        ),
        words=Words.model_validate({name: one_line(said) for name, said in message.words}),
    )


def _part(section: Section, message: Message, zone: str, slots: Slots) -> Part:
    return Part(
        title=one_line(section.title),
        pieces=tuple(_piece(entry, message, zone, slots) for entry in section.entries),
        more=link_of(section.more, slots) if section.more else None,
    )


def _piece(entry: Entry, message: Message, zone: str, slots: Slots) -> Piece:
    url = plain_url(entry.url or "")
    return Piece(
        title=one_line(entry.title) or "–",
        label=one_line(entry.label),
        url=url if followable(url) else None,
        summary=one_line(entry.summary),
        made_by=_marked(entry.made_by, message.words) if entry.summary else "",
        facts=_facts(entry.facts, message.language, zone),
        notes=_lines(entry.notes),
        links=_links(entry.actions, slots),
    )


def _marked(model: str, words: Words) -> str:
    return (
        " · ".join(filter(None, (one_line(words.made_by), shortened(one_line(model), 60)))) if model else ""
    )


def _links(actions: Iterable[Action], slots: Slots) -> tuple[Link, ...]:
    return tuple(link for action in actions if (link := link_of(action, slots)) is not None)


def _lines(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(clean for text in texts if (clean := one_line(text)))


def _facts(facts: Sequence[Fact], language: str, zone: str) -> Facts:
    return tuple(
        (
            one_line(fact.label),
            " · ".join(
                filter(None, (one_line(fact.text), fact.when.spoken(language, zone) if fact.when else ""))
            ),
        )
        for fact in facts
    )


def _picture(picture: Picture) -> Inline:
    try:
        png = base64.b64decode(picture.png, validate=True)
    except (ValueError, binascii.Error) as fault:
        raise ValueError("the picture is not base64") from fault
    if not png.startswith(b"\x89PNG\r\n\x1a\n"):
        raise ValueError("the picture is not a PNG")
    return Inline(png, shortened(one_line(picture.alt), ALT_LIMIT), picture.width, picture.height)
