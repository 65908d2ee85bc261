"""The forecast in a sentence: "Goes out now to 20, Wed 25 Nov, 08:00 to 41"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.planning.forecast import Forecast
from bot.planning.letter_readers import Readers
from bot.web import prose

MOST_TIMES = 3
BY: Mapping[str, str] = {"email": "by mail", "slack": "in Slack"}


def spoken(said: Forecast, zone: str, mode: str, at: datetime | None = None) -> str:
    """To how many it goes, when and how. `at` is when it is released, if that is not about now."""
    if said.over:
        return "Goes to nobody: it is over by then."
    if not said.total:
        return "Goes to nobody: no contact and no conversation fits it."
    parts = [f"{prose.moment(at, zone) if at else 'now'} to {said.now}"] if said.now else []
    parts += [f"{prose.moment(when, zone)} to {count}" for when, count in said.later[:MOST_TIMES]]
    if rest := sum(count for _, count in said.later[MOST_TIMES:]):
        parts.append(f"later to {rest}")
    parts += [
        f"in the {rhythm} digest to {count}"
        for rhythm, count in (("daily", said.daily), ("weekly", said.weekly))
        if count
    ]
    whom = [_counted(said.people, "person", "people")] if said.people else []
    whom += [_counted(said.conversations, "conversation", "conversations")] if said.conversations else []
    ways = ", ".join(f"{count} {BY.get(sender, sender)}" for sender, count in said.senders.items())
    return f"Goes out {', '.join(parts)}. That is {' and '.join(whom)}: {ways}.{_mode(mode)}"


def spoken_letter(readers: Readers, at: datetime, zone: str, mode: str) -> str:
    """To how many a letter goes, when and how."""
    ways = ", ".join(f"{count} {BY.get(sender, sender)}" for sender, count in readers.by_sender.items())
    parts = [f"Goes out {prose.moment(at, zone)} to {readers.copies}{f': {ways}' if ways else ''}."]
    if readers.weekly:
        parts.append(f"{readers.weekly} read its opening in their weekly digest.")
    if readers.listed:
        parts.append(f"{readers.listed} get it from the list at Creamailer.")
    return " ".join(parts) + _mode(mode)


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _mode(mode: str) -> str:
    return {
        "preview": " Preview mode: nothing leaves.",
        "allowlist": " Allow-list mode: most are only shown.",
    }.get(mode, "")
