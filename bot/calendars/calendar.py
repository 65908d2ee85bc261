"""Whole calendars that programs subscribe to, and one item as a file for a mail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from icalendar import Calendar, vText
from icalendar import Event as VEvent

from bot.calendars.entries import Entry, Voice, events, plain
from bot.calendars.zones import timezone
from bot.clock import DEFAULT_ZONE
from bot.contracts import Attachment, Details, Language
from bot.network import Network

PRODUCT = "-//Silta//Silta//EN"
REFRESH = timedelta(hours=6)
MEDIA_TYPE = "text/calendar; charset=utf-8"


def calendar(
    entries: Iterable[Entry], name: str, language: Language, network: Network, zone: str = DEFAULT_ZONE
) -> bytes:
    """A calendar of these items, to subscribe to: programs ask again after six hours (RFC 7986, 5.7)."""
    made = _empty()
    for title in ("name", "x-wr-calname"):
        made.add(title, vText(plain(name)))
    made.add("x-wr-timezone", zone)
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT6H")
    voice = Voice(language, network, zone)
    return _written(made, [event for entry in entries for event in events(entry, voice)], zone)


def attachment(
    item_id: int,
    revision: int,
    details: Details,
    language: Language,
    network: Network,
    *,
    changed_at: datetime,
    withdrawn: bool = False,
    zone: str = DEFAULT_ZONE,
) -> Attachment | None:
    """An item's moments as one file for a mail (METHOD:PUBLISH, RFC 5546, 3.2.1); None when it has none.

    UIDs are those of the shared calendars, so that a program which has both shows one entry. `changed_at`
    is when this revision was made (`item.updated_at`), UTC. Name and type are safe in a header.
    """
    entry = Entry(item_id, revision, details, changed_at, withdrawn)
    made = list(events(entry, Voice(language, network, zone)))
    if not made:
        return None
    shell = _empty()
    shell.add("method", "PUBLISH")
    text = _written(shell, made, zone).decode()
    return Attachment(name=f"silta-{item_id}.ics", media_type=f"{MEDIA_TYPE}; method=PUBLISH", text=text)


def _empty() -> Calendar:
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    return made


def _written(made: Calendar, found: Sequence[VEvent], zone: str) -> bytes:
    """The calendar with these events, and the clock changes of their years when one of them has a clock time."""
    years = [at.year for event in found for at in _instants(event) if at.tzinfo is not UTC]
    if years:
        made.add_component(timezone(zone, min(years) - 1, max(years) + 1))
    for event in found:
        made.add_component(event)
    return bytes(made.to_ical())


def _instants(event: Any) -> list[datetime]:
    """The times of an event that have a clock time."""
    stated = [event[name].dt for name in ("dtstart", "dtend") if name in event]
    return [at for at in stated if isinstance(at, datetime)]
