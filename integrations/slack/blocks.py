"""One message as Slack's blocks, and the same as text for screen readers and notifications.

A post is made of: the title, the label with the facts, the body, notes, buttons; and once, the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.contracts import Action, Fact, Message, Outgoing
from integrations.slack import limits, mrkdwn
from integrations.slack.plain import clean, escape, line, shorten, size, web_url
from integrations.slack.prose import paragraphs

Block = dict[str, Any]

# Shares of the whole, so that the sum stays under `limits.TOTAL` whatever a message holds.
BODY = 2_900
TITLE = 1_500
NOTES = 800
REASON = 400
LINK = 500
WHY = REASON + 2 * LINK + 100
LABEL = 150
FACTS = 20
FACT = 300
BUTTONS = 10
NAMELESS = "–"


def blocks(message: Message, zone: str) -> list[Block]:
    """The blocks of one message in one language, without the reason. Never beyond Slack's limits."""
    made = _title(message) + _facts(message, zone)
    after = _notes(message) + _buttons(message)
    room = min(BODY, limits.TOTAL - WHY - total([*made, *after]))
    body = mrkdwn.body(paragraphs(message.body), room, _more(message))
    return [*made, *([_section(body)] if body.strip() else []), *after]


def why(outgoing: Outgoing) -> list[Block]:
    """The line that ends a post: whose network, why it came, and where to change that."""
    words = outgoing.messages[0].words
    said = [_brief(words.network, REASON // 4), _brief(line(outgoing.reason), REASON * 3 // 4)]
    for name, label in (("page", words.preferences), ("unsubscribe", words.unsubscribe)):
        url = web_url(outgoing.links.get(name, ""))
        said.append(mrkdwn.link(url, shorten(label, limits.BUTTON)) if url else "")
    written = "  ·  ".join(part for part in said if 0 < size(part) <= LINK)
    return [{"type": "context", "elements": [_mrkdwn(written)]}] if written else []


def text(message: Message, zone: str, limit: int) -> str:
    """The whole message as mrkdwn without marks, at most `limit` units long; the body gives way first.

    Screen readers read this and may ignore the blocks, so it says all of it, links and zones included.
    """
    head = ": ".join(part for part in (line(message.label), line(message.title)) if part)
    facts = [f"{line(fact.label)}: {_plainly(fact, message, zone)}" for fact in message.facts[:FACTS]]
    notes = [line(note) for note in message.notes]
    links = [f"{line(action.label)}: {url}" for action, url in _offers(message)]
    body = mrkdwn.words(paragraphs(message.body))
    parts = ["\n".join([head or NAMELESS, *facts]), body, "\n".join(notes), "\n".join(links)]
    others = "\n\n".join(part for part in (parts[0], *parts[2:]) if part)
    parts[1] = shorten(body, max(limit - size(escape(others)) - 4, 0))
    return escape(shorten("\n\n".join(part for part in parts if part), limit))


def reason_text(outgoing: Outgoing) -> str:
    """The reason as mrkdwn without marks, for the end of `text`."""
    return escape(shorten(line(outgoing.reason), REASON))


def total(made: Sequence[Block]) -> int:
    """Characters in all the texts of some blocks."""
    return sum(size(found["text"]) for block in made for found in limits.texts(block))


def _title(message: Message) -> list[Block]:
    title = line(message.title) or line(message.label) or NAMELESS
    head = shorten(title, limits.HEADER, escaped=False)
    made: list[Block] = [{"type": "header", "text": _plain(head)}]
    if head != title:
        # Slack's headers end at 150 characters; the title is given in full below its beginning.
        made.append(_section(f"*{escape(shorten(title, TITLE))}*"))
    return made


def _facts(message: Message, zone: str) -> list[Block]:
    label = shorten(line(message.label), LABEL)
    facts = [_field(fact, message, zone) for fact in message.facts[:FACTS]]
    made: list[Block] = [_section(f"*{escape(label)}*")] if label else []
    for start in range(0, len(facts), limits.FIELDS):
        fields = [_mrkdwn(fact) for fact in facts[start : start + limits.FIELDS]]
        if made and "fields" not in made[-1]:
            made[-1]["fields"] = fields
        else:
            made.append({"type": "section", "fields": fields})
    return made


def _field(fact: Fact, message: Message, zone: str) -> str:
    most = FACT if len(message.facts) <= limits.FIELDS else FACT // 2
    label = shorten(line(fact.label), limits.BUTTON)
    said = _brief(fact.text, most - limits.BUTTON)
    if fact.when is not None:
        said = f"{said} {mrkdwn.date(fact.when, message.language, zone)}".strip()
    return f"*{escape(label)}*\n{said or NAMELESS}" if label else said or NAMELESS


def _plainly(fact: Fact, message: Message, zone: str) -> str:
    said = shorten(line(fact.text), FACT)
    if fact.when is not None:
        said = f"{said} {mrkdwn.moment(fact.when, message.language, zone)}".strip()
    return said or NAMELESS


def _notes(message: Message) -> list[Block]:
    notes = _brief("\n".join(line(note) for note in message.notes if line(note)), NOTES)
    return [_section(notes)] if notes else []


def _buttons(message: Message) -> list[Block]:
    elements: list[Block] = []
    for number, (action, url) in enumerate(_offers(message)[:BUTTONS]):
        label = shorten(line(action.label) or url, limits.BUTTON, escaped=False)
        button = {"type": "button", "text": _plain(label), "url": url}
        button["action_id"] = f"open.{message.language}.{number}"
        if action.primary and not any("style" in element for element in elements):
            button["style"] = "primary"
        elements.append(button)
    return [{"type": "actions", "elements": elements}] if elements else []


def _offers(message: Message) -> list[tuple[Action, str]]:
    """The actions whose address may stand in a button; a `javascript:` of some feed may not."""
    found = [(action, web_url(action.url, limits.URL)) for action in message.actions]
    return [(action, url) for action, url in found if url]


def _more(message: Message) -> str:
    offers = sorted(_offers(message), key=lambda offer: not offer[0].primary)
    return mrkdwn.link(offers[0][1], message.words.more) if offers else ""


def _brief(said: str, limit: int) -> str:
    """A few words from outside as mrkdwn of at most `limit` units, addresses linked if that fits."""
    short = shorten(clean(said).strip(), limit)
    linked = mrkdwn.prose(short)
    return linked if size(linked) <= limit else escape(short)


def _section(written: str) -> Block:
    return {"type": "section", "text": _mrkdwn(written)}


def _mrkdwn(written: str) -> Block:
    # Without `verbatim`, Slack makes mentions of a plain @here or #channel by itself.
    return {"type": "mrkdwn", "text": written, "verbatim": True}


def _plain(said: str) -> Block:
    return {"type": "plain_text", "text": clean(said), "emoji": False}
