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
    """How much is left: sections, entries in each, personal links and facts of an entry, lines of a list, and
    lengths in characters of the body, of a line and of an address (which is left out when it is longer)."""

    sections: int
    entries: int
    links: int
    facts: int
    lines: int
    body: int
    line: int
    url: int


_CUTS = (
    _Cut(sections=30, entries=1_000, links=20, facts=8, lines=200, body=50_000, line=2_000, url=2_000),
    _Cut(sections=20, entries=1_000, links=1, facts=8, lines=100, body=20_000, line=1_000, url=1_000),
    _Cut(sections=12, entries=10, links=1, facts=6, lines=40, body=8_000, line=500, url=500),
    _Cut(sections=12, entries=5, links=1, facts=4, lines=20, body=4_000, line=300, url=500),
    _Cut(sections=12, entries=2, links=0, facts=2, lines=8, body=1_200, line=150, url=300),
    _Cut(sections=3, entries=1, links=0, facts=1, lines=4, body=500, line=50, url=250),
)


def smaller(messages: tuple[Message, ...], limit: int) -> Iterator[tuple[Message, ...]]:
    """The messages as they are, then smaller and smaller; the last is small whatever they held.

    Those that have more letters than the mail may have bytes are not worth drawing, and left out.
    """
    if _letters(messages, limit) <= limit:
        yield messages
    for cut in _CUTS:
        fewer = tuple(_message(message, cut) for message in messages)
        if cut is _CUTS[-1] or _letters(fewer, limit) <= limit:
            yield fewer


def _letters(messages: tuple[Message, ...], enough: int) -> int:
    """How many letters a mail with these has at least; counted no further than `enough`. A body may shrink."""
    count = 0
    for text in (text for message in messages for text in _texts(message)):
        count += len(text)
        if count > enough:
            break
    return count


def _texts(message: Message) -> Iterator[str]:
    yield from (message.title, *message.changes, *message.notes)
    yield from (fact.text for fact in message.facts)
    for entry in (entry for section in message.sections for entry in section.entries):
        yield from (entry.title, entry.summary, *entry.notes)
        yield from (fact.text for fact in entry.facts)


def _message(message: Message, cut: _Cut) -> Message:
    changed: dict[str, Any] = {
        "label": shortened(message.label, cut.line),
        "title": shortened(message.title, cut.line * 4),
        "body": shortened(message.body, cut.body),
        "changes": _lines(message.changes, cut.lines, cut),
        "facts": _facts(message.facts, cut.lines, cut),
        "notes": _lines(message.notes, cut.lines, cut),
        "actions": tuple(_action(action, cut) for action in message.actions[: cut.lines]),
        "sections": tuple(_section(section, message, cut) for section in message.sections[: cut.sections]),
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
        url=entry.url if len(entry.url or "") <= cut.url else None,
        facts=_facts(entry.facts, cut.facts, cut),
        notes=_lines(entry.notes, cut.facts, cut),
        actions=tuple(_action(action, cut) for action in entry.actions[: cut.links]),
    )


def _action(action: Action, cut: _Cut) -> Action:
    url = action.url if len(action.url) <= cut.url else ""
    return action.model_copy(update={"label": shortened(action.label, cut.line), "url": url})


def _facts(facts: tuple[Fact, ...], most: int, cut: _Cut) -> tuple[Fact, ...]:
    return tuple(
        Fact(label=shortened(fact.label, cut.line), text=shortened(fact.text, cut.line), when=fact.when)
        for fact in facts[:most]
    )


def _lines(lines: tuple[str, ...], most: int, cut: _Cut) -> tuple[str, ...]:
    return tuple(shortened(line, cut.line) for line in lines[:most])
