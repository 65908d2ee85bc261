"""Commands as a button carries them: a short JSON text that still means the same when it is pressed in a year.

The names are the wire format: posts stay in a chat, so none is ever given another meaning.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from functools import cache
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError

from bot.contracts import (
    Announce,
    AskCalendar,
    AskHelp,
    AskReminder,
    AskRoster,
    AskStatus,
    AskWhy,
    ChooseChannel,
    ChooseHours,
    ChooseLanguage,
    ChooseRhythm,
    Command,
    FollowTopic,
    GiveAnswer,
    ListCalls,
    ListDeadlines,
    MuteCity,
    MuteItem,
    Search,
    ShowMyName,
    StopAll,
    TakeBack,
)

_NAMES: Mapping[str, type[Any]] = {
    "answer": GiveAnswer, "remind": AskReminder, "mute": MuteItem, "take-back": TakeBack,
    "mute-city": MuteCity, "stop": StopAll, "rhythm": ChooseRhythm, "language": ChooseLanguage,
    "hours": ChooseHours, "channel": ChooseChannel, "topic": FollowTopic, "name": ShowMyName,
    "calls": ListCalls, "deadlines": ListDeadlines, "search": Search, "why": AskWhy, "roster": AskRoster,
    "calendar": AskCalendar, "status": AskStatus, "announce": Announce, "help": AskHelp,
}  # fmt: skip
_TYPES = {command: name for name, command in _NAMES.items()}


def write(command: Command, item_id: int | None = None) -> str:
    """What a button carries for a command about an item, or about none. Raises KeyError for one no button has."""
    said = {"do": _TYPES[type(command)]} | ({"item": item_id} if item_id is not None else {})
    stated = TypeAdapter(dict[str, Any]).dump_python(asdict(command), mode="json")
    usual = {each.name: each.default for each in fields(command)}
    kept = {
        name: value for name, value in stated.items() if value not in (None, "", False) or usual[name] is True
    }
    return json.dumps(said | kept, separators=(",", ":"), ensure_ascii=False)


def read(does: str) -> tuple[Command, int | None] | None:
    """The command and the item's id; None for what no button of ours carries."""
    try:
        said = json.loads(does)
    except (ValueError, RecursionError):
        return None
    name = str(said.pop("do", "")) if isinstance(said, dict) else ""
    item_id = said.pop("item", None) if name in _NAMES else None
    if name not in _NAMES or not (item_id is None or type(item_id) is int):
        return None
    try:
        return cast(Command, _adapter(name).validate_python(said)), item_id
    except ValidationError:
        return None


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(_NAMES[name])
