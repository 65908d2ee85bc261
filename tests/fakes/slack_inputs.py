"""What a person does with the elements of a message or a view: find one, choose in it, fill it in."""

from __future__ import annotations

from typing import Any

Node = dict[str, Any]
_CHOSEN = {"datepicker": "date", "timepicker": "time", "datetimepicker": "date_time"}
_PICKS = {"users": "user", "conversations": "conversation", "channels": "channel"}


def elements(blocks: list[Node]) -> list[tuple[str, Node]]:
    """Every element that can be used, with the id of its block."""
    found = []
    for block in blocks:
        held = [block.get("element"), block.get("accessory")]
        held += block.get("elements") or [] if block["type"] == "actions" else []
        found += [(block.get("block_id", ""), each) for each in held if each and each["type"] != "image"]
    return found


def find(blocks: list[Node], wanted: str, block: str = "") -> tuple[str, Node]:
    """The element with this action_id, label, value or placeholder. Raises AssertionError with what there is."""
    there = elements(blocks)
    for names in (("action_id",), ("text",), ("value", "placeholder")):
        for home, element in there:
            if block in ("", home) and any(_named(element, name) == wanted for name in names):
                return home, element
    seen = [f"{_named(each, 'text') or each['type']} ({each.get('action_id')})" for _, each in there]
    raise AssertionError(f"nothing is called {wanted!r}; there are: {', '.join(seen) or 'no elements'}")


def _named(element: Node, name: str) -> str:
    held = element.get(name)
    return str(held.get("text", "")) if isinstance(held, dict) else str(held or "")


def state_of(element: Node, chosen: Any) -> Node:
    """The state of an element in which this is chosen; an option is named by its value or its words."""
    kind = element["type"]
    if kind in _CHOSEN:
        return {"type": kind, f"selected_{_CHOSEN[kind]}": chosen}
    if kind in ("static_select", "radio_buttons", "overflow", "external_select"):
        return {"type": kind, "selected_option": None if chosen is None else option_of(element, chosen)}
    if kind in ("multi_static_select", "checkboxes", "multi_external_select"):
        return {"type": kind, "selected_options": [option_of(element, each) for each in chosen or ()]}
    if kind.endswith("_select"):
        name = _PICKS[kind.removeprefix("multi_").removesuffix("_select")]
        many = kind.startswith("multi_")
        return {"type": kind, f"selected_{name}{'s' if many else ''}": list(chosen or ()) if many else chosen}
    if kind == "rich_text_input":
        return {"type": kind, "rich_text_value": chosen}
    if kind == "file_input":
        return {"type": kind, "files": list(chosen or ())}
    return {"type": kind, "value": None if chosen is None else str(chosen)}


def option_of(element: Node, wanted: Any) -> Node:
    """The option with this value or these words; an external one is taken as it is."""
    if isinstance(wanted, dict):
        return wanted
    there = list(element.get("options") or ())
    for group in element.get("option_groups") or ():
        there += group["options"]
    for option in there:
        if wanted in (option["value"], option["text"]["text"]):
            return option
    words = [f"{option['text']['text']} ({option['value']})" for option in there]
    raise AssertionError(f"no option {wanted!r} in {element.get('action_id')}: {', '.join(words)}")


def first_values(blocks: list[Node]) -> dict[str, dict[str, Node]]:
    """The values that a view has before anybody touches it."""
    filled: dict[str, dict[str, Node]] = {}
    for block, element in elements(blocks):
        if element["type"] in ("button", "overflow"):
            continue
        filled.setdefault(block, {})[element["action_id"]] = state_of(element, _initial(element))
    return filled


def _initial(element: Node) -> Any:
    for name, value in element.items():
        if name.startswith("initial_"):
            return value
    return None


def unfilled(blocks: list[Node], filled: dict[str, dict[str, Node]]) -> list[str]:
    """The labels of inputs that Slack itself does not let go: empty, too short or too long."""
    wrong = []
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        state = filled.get(block["block_id"], {}).get(element["action_id"], {})
        value = next((found for name, found in state.items() if name != "type"), None)
        if not value:
            wrong += [] if block.get("optional") else [block["label"]["text"]]
        elif element["type"] == "plain_text_input" and not _fits(element, value):
            wrong.append(block["label"]["text"])
    return wrong


def _fits(element: Node, value: str) -> bool:
    return bool(element.get("min_length", 0) <= len(value) <= element.get("max_length", 3000))


def action_of(block: str, element: Node, state: Node, at: str) -> Node:
    """What a `block_actions` payload says of one thing that was done."""
    done = {"action_id": element["action_id"], "block_id": block, "type": element["type"], "action_ts": at}
    if element["type"] == "button":
        for name in ("text", "value", "style", "url"):
            if name in element:
                done[name] = element[name]
        return done
    for name, held in element.items():
        if name == "placeholder" or name.startswith("initial_"):
            done[name] = held
    return done | {name: value for name, value in state.items() if name != "type"}
