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
ROW = 5
"""Buttons that stand beside each other on a usual screen."""


def offers(actions: Sequence[Action], links: Links, *, interactive: bool = False) -> list[Offer]:
    """The actions that can stand in a button, each with its address; a `javascript:` of some feed cannot.

    A personal one leads behind the reader's own link, and is left out where there is none: a conversation.
    Where pressing comes back to us (`interactive`) what an action does needs no address: that is empty then.
    """
    found = [(action, _address(action, links, interactive)) for action in actions]
    return [(action, url) for action, url in found if url is not None]


def _address(action: Action, links: Links, interactive: bool) -> str | None:
    if interactive and action.does:
        return "" if size(action.does) <= limits.VALUE else None
    if not action.personal:
        return web_url(action.url, limits.URL)
    own = links.get(action.personal, "")
    return web_url(own + line(action.url), limits.URL) if own else None


def buttons(offered: Sequence[Offer], name: str) -> list[Block]:
    """A row of buttons, the first primary one in colour. `name` ends their ids; none may have it too."""
    elements: list[Block] = []
    for number, (action, url) in enumerate(offered):
        label = shorten(line(action.label) or url or NAMELESS, limits.BUTTON, escaped=False)
        way = {"url": url} if url else {"value": action.does}
        button = {
            "type": "button",
            "text": plain(label),
            "action_id": f"{_deed(action, url)}.{name}.{number}",
            **way,
        }
        if action.primary and not any("style" in element for element in elements):
            button["style"] = "primary"
        elements.append(button)
    return [{"type": "actions", "elements": elements}] if elements else []


def _deed(action: Action, url: str) -> str:
    """How the id begins: `open` a link, `open.modal.remind`, or `do`, by which a press finds who listens."""
    if url:
        return "open"
    first, _, rest = action.does.partition(":")
    return f"open.modal.{rest.partition(':')[0]}" if first == "open" else "do"


def rows(offered: Sequence[Offer], most: int, name: str) -> list[Block]:
    """Buttons in rows: the main link with what is done here, then the rest of that, then other links.

    Without any that does something it is one row. The ids stay unique: each row adds its own number.
    """
    done = [offer for offer in offered if not offer[1]]
    if not done:
        return buttons(offered[:most], name)
    links = [offer for offer in offered if offer[1]]
    main = [offer for offer in links if offer[0].primary][:1]
    others = [offer for offer in links if offer not in main]
    first = ROW - len(main)
    parts = ([*main, *done[:first]], done[first:], others[:most])
    return [
        block
        for number, part in enumerate(parts)
        for block in buttons(part[: limits.ACTIONS], f"{name}.{number}")
    ]


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
