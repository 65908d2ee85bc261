"""A message as both parts of a mail show it: harmless text, moments spoken, links that may be followed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.contracts import Action, Fact, Message
from integrations.email.neutral import one_line, paragraphs

URL_SCHEMES = frozenset({"http", "https", "mailto"})
URGENT = "❗"
"""Marks urgency in every language, and not by colour alone (WCAG 1.4.1)."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link with its words; the address is http, https or mailto."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Section:
    """One message in one language. `body` is Markdown, everything else plain text on one line."""

    language: str
    network: str
    label: str
    title: str
    urgent: bool
    facts: tuple[tuple[str, str], ...]
    body: str
    notes: tuple[str, ...]
    button: Link | None
    links: tuple[Link, ...]

    @property
    def subject(self) -> str:
        """What stands in the mail's subject."""
        words = f"{self.label}: {self.title}" if self.label else self.title
        return f"{URGENT} {words}" if self.urgent else words

    @property
    def heading(self) -> str:
        """The line above the title."""
        return f"{URGENT} {self.label}".strip() if self.urgent else self.label


@dataclass(frozen=True, slots=True)
class Slots:
    """Where the personal parts go, and the fixed words beside them. A link that nobody has is None."""

    reader: str
    reason: str
    page: str | None
    unsubscribe: str | None
    why: str
    preferences: str
    stop: str


def section(message: Message, zone: str) -> Section:
    """Read a message for a reader in that time zone. Raises ValueError for a zone that is none."""
    links = [(action.primary, link) for action in message.actions if (link := _link(action)) is not None]
    button = next((link for primary, link in links if primary), None)
    return Section(
        language=message.language,
        network=one_line(message.words.network),
        label=one_line(message.label),
        title=one_line(message.title),
        urgent=message.urgent,
        facts=_facts(message.facts, message.language, zone),
        body=paragraphs(message.body),
        notes=tuple(clean for note in message.notes if (clean := one_line(note))),
        button=button,
        links=tuple(link for _, link in links if link is not button),
    )


def followable(url: str) -> bool:
    """Whether a link may stand in a mail: an absolute http, https or mailto address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in URL_SCHEMES and bool(parts.netloc or parts.scheme == "mailto")


def _link(action: Action) -> Link | None:
    url = "".join(one_line(action.url).split())
    return Link(one_line(action.label) or url, url) if followable(url) else None


def _facts(facts: Sequence[Fact], language: str, zone: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (one_line(fact.label), fact.when.spoken(language, zone) if fact.when else one_line(fact.text))
        for fact in facts
    )
