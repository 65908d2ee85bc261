"""The moments of an item that a calendar shows and that reminders go by: one list for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.clock import DEFAULT_ZONE, When, zone
from bot.contracts import Details

About = Literal["closes", "opens", "briefing", "starts"]


@dataclass(frozen=True, slots=True)
class Dated:
    """One moment. `key` names it within its item, whatever its time: `closes`, `cutoff-1`, `stage-2`.

    `until` is when an event ends, as its source states it.
    """

    about: About
    key: str
    when: When
    until: When | None = None


def moments(details: Details, zone_name: str = DEFAULT_ZONE) -> tuple[Dated, ...]:
    """Every moment of an item in order of time: opening, briefing, each cut-off and stage, the event itself.

    What says the same as another of its sort is left out: the same moment, or a bare date beside a time of
    that day. Where two are the same,
    the last deadline goes before cut-offs and stages.
    """
    kept: dict[tuple[About, str], Dated] = {}
    for each in _moments(details):
        kept.setdefault((each.about, each.when.isoformat()), each)
    timed = {(each.about, _day(each, zone_name)) for each in kept.values() if each.when.at is not None}
    told = [
        each for each in kept.values() if each.when.at is not None or (each.about, each.when.day) not in timed
    ]
    return tuple(sorted(told, key=lambda each: each.when.begins(zone_name)))


def _day(dated: Dated, zone_name: str) -> date:
    return dated.when.day or dated.when.begins().astimezone(zone(zone_name)).date()


def _moments(details: Details) -> Iterator[Dated]:
    if details.opens_at:
        yield Dated("opens", "opens", details.opens_at)
    if details.briefing_at:
        yield Dated("briefing", "briefing", details.briefing_at)
    if details.closes_at:
        yield Dated("closes", "closes", details.closes_at)
    for number, cutoff in enumerate(details.cutoffs, 1):
        yield Dated("closes", f"cutoff-{number}", cutoff)
    if details.second_stage_at:
        yield Dated("closes", "stage-2", details.second_stage_at)
    if details.starts_at:
        yield Dated("starts", "starts", details.starts_at, details.ends_at)
