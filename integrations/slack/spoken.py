"""The whole message as text, for screen readers and notifications, which may ignore the blocks."""

from __future__ import annotations

from bot.contracts import Fact, Message, Outgoing
from integrations.slack import mrkdwn
from integrations.slack.elements import NAMELESS, Links, offers
from integrations.slack.entries import entry_words
from integrations.slack.plain import escape, line, shorten, size
from integrations.slack.prose import paragraphs

REASON = 400
FACTS = 20
FACT = 300
CHANGES = 10


def text(message: Message, zone: str, limit: int, links: Links) -> str:
    """The message as mrkdwn without marks, at most `limit` units long.

    It says all of it, links and zones included; the body gives way first, then the sections.
    """
    head = ": ".join(part for part in (line(message.label), line(message.title)) if part)
    changes = [shorten(line(change), FACT) for change in message.changes[:CHANGES]]
    facts = [f"{line(fact.label)}: {_plainly(fact, message, zone)}" for fact in message.facts[:FACTS]]
    notes = [line(note) for note in message.notes]
    urls = [f"{line(action.label)}: {url}" for action, url in offers(message.actions, links)]
    body, sections = mrkdwn.words(paragraphs(message.body)), entry_words(message, zone)
    first, last = "\n".join([head or NAMELESS, *changes, *facts]), ["\n".join(notes), "\n".join(urls)]
    room = limit - size(escape("\n\n".join(part for part in (first, *last) if part)))
    sections = shorten(sections, max(room - 4, 0))
    body = shorten(body, max(room - size(escape(sections)) - 8, 0))
    return escape(shorten("\n\n".join(part for part in (first, body, *last, sections) if part), limit))


def reason_text(outgoing: Outgoing) -> str:
    """The reason as mrkdwn without marks, for the end of `text`."""
    return escape(shorten(line(outgoing.reason), REASON))


def roster_text(outgoing: Outgoing) -> str:
    """Who answered, as mrkdwn without marks."""
    return escape("\n".join(shorten(line(each), FACT) for each in outgoing.roster))


def _plainly(fact: Fact, message: Message, zone: str) -> str:
    said = shorten(line(fact.text), FACT)
    if fact.when is not None:
        said = f"{said} {mrkdwn.moment(fact.when, message.language, zone)}".strip()
    return said or NAMELESS
