"""What comes where in a digest, and what comes first: one section for each item, ranked for the reader."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from bot.clock import When
from bot.clock import zone as zone_of
from bot.contracts import Details
from bot.planning.calls import CLOSING, deadlines, next_deadline

Place = Literal["new", "changed", "closing", "events", "workspace", "cities", "waiting"]
PLACES: tuple[Place, ...] = ("new", "changed", "closing", "events", "workspace", "cities", "waiting")
"""The sections in their order; an item that belongs to several comes in the first."""

MOST_IN_SECTION = 10
MOST = 30
FRESH = timedelta(days=2)
_BY_DATE = {"closing", "events", "waiting"}


@dataclass(frozen=True, slots=True)
class Told:
    """An item that a digest tells: its newest content, and what changed in sentences by language."""

    item_id: int
    revision: int
    details: Details
    created_at: datetime
    place: Place
    changes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A section's items as they are shown, and how many more there are."""

    place: Place
    told: tuple[Told, ...]
    more: int


def place_of(details: Details, purposes: Collection[str], now: datetime, zone: str) -> Place:
    """The section of an item that is told for these purposes (notice, change, reminder)."""
    found: set[Place] = set()
    if "notice" in purposes:
        found.add(_new(details))
    if "change" in purposes:
        found.add("changed")
    if not found:
        found.add(_reminded(details, now, zone))
    return min(found, key=PLACES.index)


def _new(details: Details) -> Place:
    by_kind: Mapping[str, Place] = {"event": "events", "discussion": "workspace"}
    if details.kind == "news" and details.cities:
        return "cities"
    return by_kind.get(details.kind, "new")


def _reminded(details: Details, now: datetime, zone: str) -> Place:
    if details.kind == "event":
        return "events"
    closes = next_deadline(details, now, zone)
    today = now.astimezone(zone_of(zone)).date()
    if closes is not None and days_to(closes, today, zone) <= CLOSING.days:
        return "closing"
    soon = [moment for about, moment in deadlines(details, zone) if about in {"opens", "briefing", "starts"}]
    return "events" if any(now <= moment.ends(zone) <= now + CLOSING for moment in soon) else "waiting"


def moment_of(details: Details, now: datetime, zone: str) -> When | None:
    """The moment of an item that a reader goes by: the next deadline of a call, the beginning of an event."""
    if details.kind == "event":
        return details.starts_at
    return next_deadline(details, now, zone)


def days_to(moment: When, today: date, zone: str) -> int:
    """Whole days from a day to the local day of a moment, negative when it is past."""
    day = moment.day or moment.begins(zone).astimezone(zone_of(zone)).date()
    return (day - today).days


def shelve(
    told: Sequence[Told], cities: Collection[str], topics: Collection[str], now: datetime, zone: str
) -> list[Shelf]:
    """The sections of a reader's digest, ranked for them, at most ten entries each and about thirty in all."""
    ranked = sorted(told, key=lambda each: (-_score(each, cities, topics, now, zone), -each.item_id))
    filled = [(place, [each for each in ranked if each.place == place]) for place in PLACES]
    filled = [(place, those) for place, those in filled if those]
    shelves, room = [], MOST
    for at, (place, those) in enumerate(filled):
        left = len(filled) - at - 1
        count = min(len(those), MOST_IN_SECTION, max(1, room - left))
        room -= count
        shown = those[:count]
        if place in _BY_DATE:
            shown.sort(key=lambda each: _ends(each.details, now, zone))
        shelves.append(Shelf(place, tuple(shown), len(those) - count))
    return shelves


def _score(told: Told, cities: Collection[str], topics: Collection[str], now: datetime, zone: str) -> float:
    """The reader's city weighs most, then their topics, a near deadline, urgency, and that it is new."""
    details = told.details
    score = 8.0 if set(details.cities) & set(cities) else 0.0
    score += 4.0 if set(details.topics) & set(topics) else 0.0
    score += 2.0 if details.urgent else 0.0
    moment = moment_of(details, now, zone)
    if moment is not None and moment.ends(zone) > now:
        days = (moment.ends(zone) - now) / timedelta(days=1)
        score += 3.0 / (1.0 + days / 7.0)
    return score + (1.0 if now - told.created_at < FRESH else 0.0)


def _ends(details: Details, now: datetime, zone: str) -> datetime:
    moment = moment_of(details, now, zone)
    return now + timedelta(days=36_500) if moment is None else moment.ends(zone)
