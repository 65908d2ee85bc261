"""The sections of a digest or a letter as blocks: a heading, then a paragraph for each item.

Slack takes 50 blocks and some 12,000 characters. What does not fit goes in this order: the answers beside
each item, the summaries, and the last items of long sections, with the link to the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from bot.contracts import Entry, Message, Section
from integrations.slack import limits, mrkdwn
from integrations.slack.elements import (
    Block,
    Links,
    brief,
    buttons,
    context,
    header,
    moment_or_text,
    offers,
    section,
    total,
)
from integrations.slack.plain import escape, line, shorten, size, web_url

TITLE = 200
META = 400
NOTES = 300
SUMMARY = 320
ANSWERS = 5


@dataclass(frozen=True, slots=True)
class _Cut:
    answers: bool
    summaries: bool
    entries: int
    sections: int = 20
    interactive: bool = False


_CUTS = (
    _Cut(answers=True, summaries=True, entries=1_000),
    _Cut(answers=False, summaries=True, entries=1_000),
    _Cut(answers=False, summaries=False, entries=1_000),
    *(_Cut(answers=False, summaries=False, entries=most) for most in (8, 5, 3, 2)),
    _Cut(answers=False, summaries=False, entries=1, sections=6),
)


def entry_blocks(
    message: Message, zone: str, links: Links, most: int, room: int, *, interactive: bool = False
) -> list[Block]:
    """At most `most` blocks of at most `room` characters; [] where not even one item of each would fit."""
    for cut in _CUTS if message.sections else ():
        asked = replace(cut, interactive=interactive)
        drawn = (
            block
            for number, part in enumerate(message.sections[: cut.sections])
            for block in _part(part, message, zone, links, asked, f"{message.language}.s{number}")
        )
        # One more than may stand there tells that it is too many: the rest of a long letter is not drawn in vain.
        made = list(islice(drawn, max(most + 1, 0)))
        if len(made) <= most and total(made) <= room:
            return made
    return []


def entry_words(message: Message, zone: str) -> str:
    """The sections as plain words, not escaped."""
    return "\n\n".join(
        "\n".join([line(part.title), *(_words(entry, message, zone) for entry in part.entries)])
        for part in message.sections
    )


def _words(entry: Entry, message: Message, zone: str) -> str:
    facts = (
        f"{line(fact.label)}: "
        + (mrkdwn.moment(fact.when, message.language, zone) if fact.when else line(fact.text))
        for fact in entry.facts
    )
    said = " · ".join([line(entry.title), *facts, *map(line, entry.notes)])
    url = web_url(entry.url or "")
    return f"• {said}" + (f" {url}" if url else "")


def _part(part: Section, message: Message, zone: str, links: Links, cut: _Cut, name: str) -> Iterator[Block]:
    if title := line(part.title):
        yield header(title)
    for number, entry in enumerate(part.entries[: cut.entries]):
        yield section(_entry(entry, message, zone, cut))
        if cut.answers:
            yield from buttons(
                offers(entry.actions, links, interactive=cut.interactive)[:ANSWERS], f"{name}.{number}"
            )
    if part.more is not None:
        offered = offers((part.more,), links, interactive=cut.interactive)
        label = shorten(line(part.more.label), limits.BUTTON)
        if offered and not offered[0][1]:
            yield from buttons(offered, f"{name}.more")
        else:
            yield context(mrkdwn.link(offered[0][1], label) if offered else escape(label) or "…")
    elif len(part.entries) > cut.entries:
        page = web_url(links["page"] + "/items") if links.get("page") else None
        yield context(mrkdwn.link(page, shorten(line(message.words.more), limits.BUTTON)) if page else "…")


def _entry(entry: Entry, message: Message, zone: str, cut: _Cut) -> str:
    title = shorten(line(entry.title) or "–", TITLE)
    url = web_url(entry.url or "", 500)
    lines = [f"*{mrkdwn.link(url, title) if url else escape(title)}*", _meta(entry, message, zone)]
    lines.append(brief("\n".join(map(line, entry.notes)), NOTES))
    if cut.summaries and entry.summary:
        lines.append(brief(line(entry.summary), SUMMARY))
        if entry.made_by and message.words.made_by:
            lines.append(f"_{escape(shorten(line(message.words.made_by), limits.BUTTON))}_")
    return "\n".join(each for each in lines if each)


def _meta(entry: Entry, message: Message, zone: str) -> str:
    """The label and as many facts as fit: a date's token cannot be cut."""
    written = escape(shorten(line(entry.label), limits.BUTTON))
    for fact in entry.facts:
        label = escape(shorten(line(fact.label), limits.BUTTON))
        said = moment_or_text(fact, message, zone, META // 2)
        longer = " · ".join(filter(None, (written, f"{label}: {said}" if label else said)))
        if size(longer) > META:
            break
        written = longer
    return written
