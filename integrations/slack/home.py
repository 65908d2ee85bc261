"""A person's own page, the app's Home tab in Slack.

https://docs.slack.dev/surfaces/app-home: at most 100 blocks, and some 250 kB, of a view of type `home`.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from bot.contracts import Message, Words
from bot.contracts.chat import Choice, Home
from integrations.slack import limits
from integrations.slack.elements import Block, brief, buttons, context, header, offers, plain, section
from integrations.slack.entries import entry_blocks
from integrations.slack.plain import escape, line, shorten, size

BLOCKS = 100
BYTES = 240_000
TEXTS = 60_000
LINE = 400
LINES = 10
LABEL = 300

_WORDS = Words(why="", preferences="", unsubscribe="", network="", more="…")


def view(home: Home) -> dict[str, Any]:
    """The view for `views.publish`; never beyond Slack's limits, whatever the page holds."""
    head = _head(home)
    tail = _tail(home)
    shown = Message(language=home.language, label="", title="", sections=home.sections, words=_WORDS)
    body = entry_blocks(shown, home.zone, {}, BLOCKS - len(head) - len(tail), TEXTS, interactive=True)
    made = {"type": "home", "blocks": [*head, *body, *tail]}
    if len(json.dumps(made)) > BYTES:
        made["blocks"] = [*head, *tail]
    return made


def _head(home: Home) -> list[Block]:
    made = [header(line(home.title) or "–")]
    lines = [brief(line(each), LINE) for each in home.lines[:LINES] if line(each)]
    made += [section("\n".join(lines))] if lines else []
    offered = offers(home.actions, {}, interactive=True)[: limits.ACTIONS]
    return made + buttons(offered, f"{home.language}.head")


def _tail(home: Home) -> list[Block]:
    chosen = [block for number, choice in enumerate(home.choices) if (block := _choice(choice, number))]
    made: list[Block] = [{"type": "divider"}, *chosen] if chosen else []
    return made + [context(brief(line(note), LINE)) for note in home.notes if line(note)]


def _choice(choice: Choice, number: int) -> Block | None:
    """A list to choose from. Slack keeps what was picked in a block of the same id, so that names the choice."""
    options = [_option(value, label) for value, label in choice.options if size(value) <= limits.OPTION_VALUE]
    options = options[: limits.OPTIONS]
    if not options:
        return None
    label = shorten(line(choice.label), LABEL)
    select: Block = {
        "type": "static_select",
        "action_id": f"do.choice.{number}",
        "options": options,
        "placeholder": plain(shorten(line(choice.hint), limits.HEADER, escaped=False) or "…"),
    }
    now = next((each for each in options if each["value"] == choice.chosen), None)
    mark = hashlib.sha256(json.dumps([choice.chosen, options]).encode()).hexdigest()[:12]
    select |= {"initial_option": now} if now else {}
    return section(f"*{escape(label)}*") | {"block_id": f"choice.{number}.{mark}", "accessory": select}


def _option(value: str, label: str) -> Block:
    return {"text": plain(shorten(line(label) or value, limits.OPTION, escaped=False)), "value": value}
