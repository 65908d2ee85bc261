"""Mails that would be too big, made smaller: summaries go first, then what a link leads to anyway.

Gmail shows no more than 102 KB of a mail's HTML and hides the rest, the way out included.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.contracts import Action, Entry, Fact, Message, Section
from integrations.email.neutral import shortened


@dataclass(frozen=True, slots=True)
class _Cut:
    """How much is left: entries a section, personal links an entry, and lengths in characters."""

    entries: int
    links: int
    body: int
    lines: int
    line: int


_CUTS = (
    _Cut(entries=1_000, links=20, body=50_000, lines=200, line=2_000),
    _Cut(entries=1_000, links=1, body=20_000, lines=100, line=1_000),
    _Cut(entries=10, links=1, body=8_000, lines=40, line=500),
    _Cut(entries=5, links=1, body=4_000, lines=20, line=300),
    _Cut(entries=2, links=0, body=1_200, lines=8, line=150),
)
SECTIONS = 12


def smaller(messages: tuple[Message, ...]) -> Iterator[tuple[Message, ...]]:
    """The messages as they are, then smaller and smaller; the last is small whatever they held."""
    yield messages
    for cut in _CUTS:
        yield tuple(_message(message, cut) for message in messages)


def _message(message: Message, cut: _Cut) -> Message:
    changed: dict[str, Any] = {
        "body": shortened(message.body, cut.body),
        "changes": _lines(message.changes, cut),
        "facts": _facts(message.facts, cut),
        "notes": _lines(message.notes, cut),
        "actions": tuple(_action(action, cut) for action in message.actions[: cut.lines]),
        "sections": tuple(_section(section, message, cut) for section in message.sections[:SECTIONS]),
    }
    return message.model_copy(update=changed)


def _section(section: Section, message: Message, cut: _Cut) -> Section:
    more = section.more
    if more is None and len(section.entries) > cut.entries:
        more = Action(label=message.words.more, url="/items", personal="page")
    entries = tuple(_entry(entry, cut) for entry in section.entries[: cut.entries])
    return Section(title=shortened(section.title, cut.line), entries=entries, more=more)


def _entry(entry: Entry, cut: _Cut) -> Entry:
    return Entry(
        title=shortened(entry.title, cut.line),
        label=shortened(entry.label, cut.line),
        url=_whole(entry.url, cut),
        facts=_facts(entry.facts[:8], cut),
        notes=_lines(entry.notes[:4], cut),
        actions=tuple(_action(action, cut) for action in entry.actions[: cut.links]),
    )


def _action(action: Action, cut: _Cut) -> Action:
    label = shortened(action.label, cut.line)
    return action.model_copy(update={"label": label, "url": _whole(action.url, cut) or ""})


def _whole(url: str | None, cut: _Cut) -> str | None:
    """An address cannot be cut: one that is too long is left out."""
    return url if url is None or len(url) <= max(cut.line, 1_000) else None


def _facts(facts: tuple[Fact, ...], cut: _Cut) -> tuple[Fact, ...]:
    return tuple(
        Fact(label=shortened(fact.label, cut.line), text=shortened(fact.text, cut.line), when=fact.when)
        for fact in facts[: cut.lines]
    )


def _lines(lines: tuple[str, ...], cut: _Cut) -> tuple[str, ...]:
    return tuple(shortened(line, cut.line) for line in lines[: cut.lines])
