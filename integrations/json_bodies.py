"""JSON from outside that can be relied on: nothing twice in one object, no NaN, no halves of characters."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

from integrations.problems import Refused

_LONE_SURROGATE_MAY_FOLLOW = re.compile(r"\\u[dD][89a-fA-F]")


def is_json(content_type: str) -> bool:
    """Whether a Content-Type says JSON in UTF-8."""
    media, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = [
        value.strip('"') for part in parameters if part.startswith("charset=") for value in [part[8:]]
    ]
    return media == "application/json" and all(charset in {"utf-8", "utf8"} for charset in charsets)


def parsed(text: str) -> object:
    """The document of a text. Raises Refused (400)."""
    try:
        document = _DECODER.decode(text)
        if _LONE_SURROGATE_MAY_FOLLOW.search(text):
            document = _whole(document)
    except json.JSONDecodeError as fault:
        raise Refused(400, f"The body is not JSON: {fault}.") from fault
    except ValueError as fault:
        raise Refused(400, f"The body is not JSON that can be relied on: {fault}.") from fault
    except RecursionError as fault:
        raise Refused(400, "The body is not JSON that can be relied on: it is nested too deeply.") from fault
    return document


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise ValueError(f"{twice[:100]!r} stands twice in one object")
    return members


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is not a number in JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_number)


def _whole(value: Any) -> Any:
    """The same value with U+FFFD for halves of surrogate pairs: an emoji that a sender cut in two."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole(entry) for entry in value]
    if isinstance(value, dict):
        return {_whole(name): _whole(entry) for name, entry in value.items()}
    return value
