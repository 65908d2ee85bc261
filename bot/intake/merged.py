"""An item's content from what its sources say: a pure function of their reports, the oldest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.clock import When
from bot.contracts import Details, Figure, SourceLink, StatedDeadline
from bot.intake.keys import canonical
from bot.planning.calls import local_day

_FIRST_STATED = (
    "url", "location", "fund", "authority", "contact_role", "identifier", "opens_at", "second_stage_at",
    "starts_at", "ends_at", "briefing_at", "cutoffs", "objectives", "councils",
)  # fmt: skip
_FIGURES = ("amount_eur", "support_percent")


@dataclass(frozen=True, slots=True)
class Part:
    """One source's word: the source's name and its newest report."""

    source: str
    details: Details


def merge(parts: Sequence[Part], zone: str) -> Details:
    """One content of several reports. The first is the primary one: kind, visibility and urgency are as it says.

    The others add what it lacks: languages, links, fields, and to its cities and topics, if it names some, more.
    What fewer may see than the primary one (the network, some roles) adds nothing. Money that differs stands
    side by side in `figures`, deadlines in `stated_deadlines` while the primary one's is `closes_at`.
    """
    primary = parts[0].details
    told = [part for part in parts if _may_add(primary, part.details)]
    if len(told) == 1:
        return primary
    said = [part.details for part in told]
    closes, stated = _deadlines(told, zone)
    update: dict[str, Any] = {
        name: next((value for each in said if (value := getattr(each, name))), getattr(primary, name))
        for name in _FIRST_STATED
    }
    figures: list[Figure] = []
    for name in _FIGURES:
        update[name], differing = _figure(told, name)
        figures += differing
    return primary.model_copy(
        update=update
        | {
            "title": {**{k: v for each in reversed(said) for k, v in each.title.items()}},
            "body": {**{k: v for each in reversed(said) for k, v in each.body.items() if v}},
            "cities": _widened([each.cities for each in said]),
            "topics": _widened([each.topics for each in said]),
            "closes_at": closes,
            "stated_deadlines": stated,
            "continuous": primary.continuous or (closes is None and any(each.continuous for each in said)),
            "may_close_early": any(each.may_close_early for each in said),
            "links": _links(told),
            "figures": tuple(figures),
        }
    )


def _may_add(primary: Details, details: Details) -> bool:
    seen_by_all = primary.visibility == "network" or details.visibility == "public"
    return seen_by_all and set(details.roles) in (set(), set(primary.roles))


def _widened(named: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """What the first names, and the others beside it. None named means all: that is neither narrowed nor added."""
    return tuple(dict.fromkeys(slug for slugs in named for slug in slugs)) if named[0] else ()


def _links(parts: Sequence[Part]) -> tuple[SourceLink, ...]:
    """A link for each source, and its language versions, each address once."""
    found: dict[str, SourceLink] = {}
    for part in parts:
        own = [SourceLink(url=part.details.url, label=part.source)] if part.details.url else []
        for link in (*own, *part.details.links):
            named = link if link.label else link.model_copy(update={"label": part.source})
            found.setdefault(canonical(link.url) + (link.language or ""), named)
    return tuple(found.values())


def _figure(parts: Sequence[Part], name: str) -> tuple[float | None, list[Figure]]:
    """The value that all state, or none and a figure for each."""
    stated: list[Figure] = []
    for part in parts:
        value = getattr(part.details, name)
        own = [figure for figure in part.details.figures if figure.name == name]
        if value is not None and all(figure.value != value for figure in own):
            own.insert(0, Figure.model_validate({"name": name, "value": value, "url": part.details.url}))
        stated += [each.model_copy(update={"source": each.source or part.source}) for each in own]
    if len({figure.value for figure in stated}) <= 1:
        return (stated[0].value if stated else None), []
    return None, stated


def _deadlines(parts: Sequence[Part], zone: str) -> tuple[When | None, tuple[StatedDeadline, ...]]:
    """The primary deadline, with its hour if any source tells it, and all of them where they differ."""
    stated = [(part, part.details.closes_at) for part in parts if part.details.closes_at is not None]
    days = {local_day(when, zone) for _, when in stated}
    instants = {when.at for _, when in stated if when.at is not None}
    closes = next((when for _, when in stated), None)
    if closes is not None and closes.day is not None:
        exact = (when for _, when in stated if when.at and local_day(when, zone) == closes.day)
        closes = next(exact, closes)
    if len(days) <= 1 and len(instants) <= 1:
        return closes, ()
    return closes, tuple(
        StatedDeadline(when=when, source=part.source, url=part.details.url) for part, when in stated
    )
