"""The fake Slack's own reading of Block Kit's elements and composition objects.

Source: docs.slack.dev/reference/block-kit/block-elements and /composition-objects.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.slack_text import length

Node = dict[str, Any]

_SELECTS = {
    f"{many}{kind}_select"
    for many in ("", "multi_")
    for kind in ("static", "external", "users", "conversations", "channels")
}
_PICKERS = {"datepicker", "timepicker", "datetimepicker", "checkboxes", "radio_buttons"}
_TYPED = {"plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input"}
IN_ACTIONS = {"button", "overflow"} | _SELECTS | _PICKERS
ACCESSORIES = IN_ACTIONS
INPUTS = _SELECTS | _PICKERS | _TYPED | {"file_input"}

_EVERY = {"type", "action_id"}
_KEYS: dict[str, set[str]] = {
    "button": {"text", "url", "value", "style", "confirm", "accessibility_label"},
    "overflow": {"options", "confirm"},
    "datepicker": {"placeholder", "initial_date", "confirm", "focus_on_load"},
    "timepicker": {"placeholder", "initial_time", "confirm", "focus_on_load", "timezone"},
    "datetimepicker": {"initial_date_time", "confirm", "focus_on_load"},
    "checkboxes": {"options", "initial_options", "confirm", "focus_on_load"},
    "radio_buttons": {"options", "initial_option", "confirm", "focus_on_load"},
    "plain_text_input": {
        "initial_value", "multiline", "min_length", "max_length", "dispatch_action_config",
        "focus_on_load", "placeholder",
    },
    "file_input": {"filetypes", "max_files"},
}  # fmt: skip
_TEXT = {"initial_value", "dispatch_action_config", "focus_on_load", "placeholder"}
_NUMBER = _TEXT | {"is_decimal_allowed", "min_value", "max_value"}
_CHOICE = {
    "placeholder", "options", "option_groups", "initial_option", "initial_options", "confirm", "focus_on_load",
    "max_selected_items", "min_query_length", "initial_user", "initial_users", "initial_conversation",
    "initial_conversations", "initial_channel", "initial_channels", "response_url_enabled", "filter",
    "default_to_current_conversation",
}  # fmt: skip
_PLAIN = {"plain_text"}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_HOUR = re.compile(r"[0-2]\d:[0-5]\d")


def check_element(element: Any, allowed: set[str], seen: set[str]) -> list[str]:
    """All that is wrong with an element in a place where these kinds are `allowed`."""
    if not isinstance(element, dict) or element.get("type") not in allowed:
        return ["unsupported type of element"]
    kind = element["type"]
    known = _CHOICE if kind in _SELECTS else _KEYS.get(kind, _NUMBER if kind == "number_input" else _TEXT)
    faults = strange(element, known | _EVERY) + known_id(element, "action_id", seen)
    faults += check_text(element["placeholder"], 150, _PLAIN) if "placeholder" in element else []
    faults += _confirm(element["confirm"]) if "confirm" in element else []
    if kind == "button":
        faults += _button(element)
    elif kind in ("static_select", "multi_static_select"):
        faults += _menu(element)
    elif kind in ("overflow", "checkboxes", "radio_buttons"):
        faults += each(
            element.get("options"), 5 if kind == "overflow" else 10, lambda one: _option(one, kind)
        )
        faults += _initial(element, element.get("options") or [])
    return faults + _typed(element)


def _button(button: Node) -> list[str]:
    faults = check_text(button.get("text"), 75, _PLAIN)
    for name, most in (("value", 2000), ("accessibility_label", 75)):
        faults += bounded(button[name], most) if name in button else []
    if button.get("style") not in (None, "primary", "danger"):
        faults.append("style must be primary or danger")
    if "url" in button:
        address = str(button["url"])
        faults += bounded(button["url"], 3000)
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"\s", address):
            faults.append("Invalid URL")
    return faults


def _menu(menu: Node) -> list[str]:
    if ("options" in menu) == ("option_groups" in menu):
        return ["needs options or option_groups"]
    if "options" in menu:
        faults = each(menu["options"], 100, lambda one: _option(one, "select"))
        return faults + _initial(menu, menu["options"])
    groups = menu["option_groups"]
    faults = each(groups, 100, lambda group: check_text(group.get("label"), 75, _PLAIN))
    for group in groups:
        faults += each(group.get("options"), 100, lambda one: _option(one, "select"))
    return faults + _initial(menu, [one for group in groups for one in group.get("options", [])])


def _option(option: Any, kind: str) -> list[str]:
    if not isinstance(option, dict):
        return ["must be an option"]
    marked = kind in ("checkboxes", "radio_buttons")
    faults = check_text(option.get("text"), 75, None if marked else _PLAIN)
    faults += bounded(option.get("value"), 150)
    if "description" in option:
        faults += check_text(option["description"], 75, None if marked else _PLAIN)
    return faults + strange(
        option, {"text", "value", "description"} | ({"url"} if kind == "overflow" else set())
    )


def _initial(element: Node, options: list[Node]) -> list[str]:
    chosen = [element["initial_option"]] if "initial_option" in element else []
    if "initial_options" in element:
        if not element["initial_options"]:
            return ["initial_options must have 1 item or more"]
        chosen += element["initial_options"]
    return [] if all(one in options for one in chosen) else ["an initial option is none of the options"]


def _typed(element: Node) -> list[str]:
    faults = []
    most, least = element.get("max_length"), element.get("min_length", 0)
    if most is not None and not 1 <= most <= 3000:
        faults.append("max_length must lie between 1 and 3000")
    if not 0 <= least <= (most or 3000):
        faults.append("min_length is out of range")
    value = element.get("initial_value")
    if isinstance(value, str) and element["type"] == "plain_text_input" and length(value) > (most or 3000):
        faults.append("initial_value is too long")
    if element["type"] == "number_input" and "is_decimal_allowed" not in element:
        faults.append("missing required field: is_decimal_allowed")
    if "initial_date" in element and not _DAY.fullmatch(str(element["initial_date"])):
        faults.append("initial_date must be YYYY-MM-DD")
    if "initial_time" in element and not _HOUR.fullmatch(str(element["initial_time"])):
        faults.append("initial_time must be HH:mm")
    moment = element.get("initial_date_time")
    if moment is not None and (not isinstance(moment, int) or len(str(moment)) != 10):
        faults.append("initial_date_time must be a timestamp of 10 digits")
    return faults


def _confirm(confirm: Any) -> list[str]:
    if not isinstance(confirm, dict):
        return ["must be a confirmation dialog"]
    faults = strange(confirm, {"title", "text", "confirm", "deny", "style"})
    for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        faults += check_text(confirm.get(name), most, None if name == "text" else _PLAIN)
    return faults


def check_text(text: Any, most: int, kinds: set[str] | None = None) -> list[str]:
    """All that is wrong with a text object."""
    if not isinstance(text, dict) or text.get("type") not in (kinds or {"plain_text", "mrkdwn"}):
        return ["must be a text object of an allowed type"]
    known = {"type", "text", "emoji"} if text["type"] == "plain_text" else {"type", "text", "verbatim"}
    return strange(text, known) + bounded(text.get("text"), most)


def bounded(text: Any, most: int) -> list[str]:
    """All that is wrong with a text of 1 to `most` characters."""
    if not isinstance(text, str) or not text:
        return ["must be more than 0 characters"]
    return [f"must be less than {most + 1} characters"] if length(text) > most else []


def each(entries: Any, most: int, check: Any) -> list[str]:
    """All that is wrong with 1 to `most` entries."""
    if not isinstance(entries, list) or not 1 <= len(entries) <= most:
        return [f"must have 1 to {most} items"]
    return [fault for entry in entries for fault in check(entry)]


def known_id(node: Node, name: str, seen: set[str]) -> list[str]:
    """All that is wrong with a node's id, which no other may have."""
    if name not in node:
        return []
    faults = bounded(node[name], 255)
    mark = f"{name}:{node[name]}"
    faults += [f"{name} already exists"] if mark in seen else []
    seen.add(mark)
    return faults


def strange(node: Node, known: set[str]) -> list[str]:
    """What stands in a node that Slack does not know."""
    return [f"additional property {key}" for key in node.keys() - known]
