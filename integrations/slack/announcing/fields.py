"""The inputs of a modal, and what stands in them: Slack's `view.state` read into plain values by field.

https://docs.slack.dev/reference/block-kit/block-elements
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot import clock
from bot.contracts.announcing import Options
from integrations.slack.elements import Block, plain
from integrations.slack.plain import line, shorten

COUNTED = "announce.count"
"""How the actions begin of inputs that change whom it reaches; the field follows."""

PLAIN = "announce.field"
CHOSEN = 100
"""The most options of a select, or of one group of it; and the most groups."""

FILE_TYPES = ("png", "jpg", "jpeg", "gif", "webp", "pdf", "docx", "xlsx", "pptx", "odt", "csv", "txt", "ics")
"""What is offered to be chosen; the house looks at the contents."""

LABEL, HINT, TEXT = 2_000, 2_000, 3_000


def text(
    name: str, label: str, value: str, *, lines: bool = False, most: int = TEXT, hint: str = ""
) -> Block:
    """A field to write in. Slack holds no more than `most` characters of it."""
    element: Block = {"type": "plain_text_input", "action_id": f"{PLAIN}.{name}", "max_length": most}
    if lines:
        element["multiline"] = True
    if value:
        element["initial_value"] = shorten(value, most, escaped=False)
    return _input(name, label, element, hint)


def select(name: str, label: str, options: Options, chosen: str) -> Block:
    """One of some options."""
    element: Block = {"type": "static_select", "action_id": f"{COUNTED}.{name}", **_offered(options)}
    if found := [option for option in map(_option, options) if option["value"] == (chosen or NONE)]:
        element["initial_option"] = found[0]
    return _input(name, label, element) | {"optional": not found}


def several(name: str, label: str, options: Options, chosen: Sequence[str], hint: str = "") -> Block:
    """Any of some options, in groups when there are more than Slack has in one list."""
    element: Block = {"type": "multi_static_select", "action_id": f"{COUNTED}.{name}", **_offered(options)}
    if found := [option for option in map(_option, options) if option["value"] in chosen]:
        element["initial_options"] = found[:CHOSEN]
    return _input(name, label, element, hint)


def tick(name: str, label: str, words: str, ticked: bool) -> Block:
    """A box to tick."""
    option = _option((name, words))
    element: Block = {"type": "checkboxes", "action_id": f"{COUNTED}.{name}", "options": [option]}
    if ticked:
        element["initial_options"] = [option]
    return _input(name, label, element)


def moment(name: str, label: str, value: str) -> Block:
    """A day and a time, which Slack shows in the zone of whoever chooses."""
    element: Block = {"type": "datetimepicker", "action_id": f"{COUNTED}.{name}"}
    when = clock.When.parse(value) if value else None
    if when and when.at:
        element["initial_date_time"] = int(when.at.timestamp())
    return _input(name, label, element)


def files(name: str, label: str, hint: str, taken: int) -> Block:
    """Files from the person's own machine; the app needs the scope files:read for it to be shown at all.

    `taken` is how often some were taken from it: under another id the field is empty again.
    """
    element: Block = {
        "type": "file_input", "action_id": f"{PLAIN}.{name}.{taken}", "filetypes": list(FILE_TYPES), "max_files": 10,
    }  # fmt: skip
    return _input(name, label, element, hint)


def typed(view: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the fields of a view that was handed in, by field."""
    states = view.get("state", {}).get("values", {})
    return {name: _value(next(iter(inner.values()))) for name, inner in states.items() if inner}


NONE = "-"
"""What stands for an option without a value: Slack knows no empty one."""


def _value(state: Mapping[str, Any]) -> Any:
    match state.get("type"):
        case "static_select":
            chosen = (state.get("selected_option") or {}).get("value", "")
            return "" if chosen == NONE else chosen
        case "multi_static_select":
            return [option["value"] for option in state.get("selected_options") or ()]
        case "file_input":
            return list(state.get("files") or ())
        case "checkboxes":
            return bool(state.get("selected_options"))
        case "datetimepicker":
            chosen = state.get("selected_date_time")
            return clock.When(at=datetime.fromtimestamp(chosen, UTC)).isoformat() if chosen else ""
        case _:
            return state.get("value") or ""


def _input(name: str, label: str, element: Block, hint: str = "") -> Block:
    block: Block = {
        "type": "input", "block_id": name, "optional": True, "label": plain(shorten(label, LABEL)),
        "element": element, "dispatch_action": element["action_id"].startswith(COUNTED),
    }  # fmt: skip
    return block | ({"hint": plain(shorten(hint, HINT))} if hint else {})


def _offered(options: Options) -> Block:
    made = [_option(option) for option in options]
    if len(made) <= CHOSEN:
        return {"options": made}
    parts = [made[start : start + CHOSEN] for start in range(0, len(made), CHOSEN)][:CHOSEN]
    return {"option_groups": [{"label": plain(_from_to(part)), "options": part} for part in parts]}


def _from_to(part: Sequence[Block]) -> str:
    first, last = (part[at]["text"]["text"] for at in (0, -1))
    return f"{shorten(first, 30, escaped=False)} – {shorten(last, 30, escaped=False)}"


def _option(option: tuple[str, str]) -> Block:
    value, words = option
    return {"text": plain(shorten(line(words) or value, 75, escaped=False)), "value": value or NONE}
