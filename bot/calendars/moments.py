"""The moments of an item that a calendar shows and that reminders go by: one list for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bot.clock import When
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


def moments(details: Details) -> tuple[Dated, ...]:
    """Every moment of an item in order of time: opening, briefing, each cut-off and stage, the event itself.

    A cut-off or a second stage at the same moment as the last deadline is that deadline, not another.
    """
    found = sorted(_moments(details), key=lambda each: each.when.begins())
    seen: set[tuple[str, str]] = set()
    once = []
    for each in sorted(found, key=lambda each: each.key != "closes"):
        if (each.about, each.when.isoformat()) not in seen:
            seen.add((each.about, each.when.isoformat()))
            once.append(each)
    return tuple(sorted(once, key=lambda each: each.when.begins()))


def _moments(details: Details) -> Iterator[Dated]:
    if details.opens_at:
        yield Dated("opens", "opens", details.opens_at)
    if details.briefing_at:
        yield Dated("briefing", "briefing", details.briefing_at)
    for number, cutoff in enumerate(details.cutoffs, 1):
        yield Dated("closes", f"cutoff-{number}", cutoff)
    if details.closes_at:
        yield Dated("closes", "closes", details.closes_at)
    if details.second_stage_at:
        yield Dated("closes", "stage-2", details.second_stage_at)
    if details.starts_at:
        yield Dated("starts", "starts", details.starts_at, details.ends_at)
