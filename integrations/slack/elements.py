"""The small parts that Slack's blocks are made of. Text comes in raw and leaves escaped and short enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.contracts import Action, Fact, Message
from integrations.slack import limits, mrkdwn
from integrations.slack.plain import clean, escape, line, shorten, size, web_url

Block = dict[str, Any]
Links = Mapping[str, str]
Offer = tuple[Action, str]

NAMELESS = "–"


def offers(actions: Sequence[Action], links: Links) -> list[Offer]:
    """The actions whose address may stand in a button; a `javascript:` of some feed may not.

    A personal one leads behind the reader's own link, and is left out where there is none: a conversation.
    """
    found = [(action, _address(action, links)) for action in actions]
    return [(action, url) for action, url in found if url]


def _address(action: Action, links: Links) -> str | None:
    if not action.personal:
        return web_url(action.url, limits.URL)
    own = links.get(action.personal, "")
    return web_url(own + line(action.url), limits.URL) if own else None


def buttons(offered: Sequence[Offer], name: str) -> list[Block]:
    """A row of link buttons, the first primary one in colour. `name` begins their ids; none may have it too."""
    elements: list[Block] = []
    for number, (action, url) in enumerate(offered):
        label = shorten(line(action.label) or url, limits.BUTTON, escaped=False)
        button = {"type": "button", "text": plain(label), "url": url, "action_id": f"{name}.{number}"}
        if action.primary and not any("style" in element for element in elements):
            button["style"] = "primary"
        elements.append(button)
    return [{"type": "actions", "elements": elements}] if elements else []


def moment_or_text(fact: Fact, message: Message, zone: str, limit: int) -> str:
    """What a fact says, as mrkdwn."""
    said = brief(fact.text, limit)
    if fact.when is not None:
        said = f"{said} {mrkdwn.date(fact.when, message.language, zone)}".strip()
    return said or NAMELESS


def brief(said: str, limit: int) -> str:
    """A few words from outside as mrkdwn of at most `limit` units, addresses linked if that fits."""
    short = shorten(clean(said).strip(), limit)
    linked = mrkdwn.prose(short)
    return linked if size(linked) <= limit else escape(short)


def listed(lines: Sequence[str], limit: int) -> str:
    """Lines from outside as a list in mrkdwn of at most `limit` units."""
    return brief("\n".join(f"• {clean}" for each in lines if (clean := line(each))), limit)


def header(said: str) -> Block:
    """A heading; Slack's end at 150 characters."""
    return {"type": "header", "text": plain(shorten(said, limits.HEADER, escaped=False))}


def section(written: str) -> Block:
    """A paragraph of mrkdwn."""
    return {"type": "section", "text": marked(written)}


def context(written: str) -> Block:
    """A small line of mrkdwn."""
    return {"type": "context", "elements": [marked(written)]}


def marked(written: str) -> Block:
    """A text object of mrkdwn."""
    # Without `verbatim`, Slack makes mentions of a plain @here or #channel by itself.
    return {"type": "mrkdwn", "text": written, "verbatim": True}


def plain(said: str) -> Block:
    """A text object without marks."""
    return {"type": "plain_text", "text": clean(said), "emoji": False}


def total(made: Sequence[Block]) -> int:
    """Characters in all the texts of some blocks."""
    return sum(size(found["text"]) for block in made for found in limits.texts(block))
