"""Judge one report: whether it concerns the network, whom, and why. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

from bot.contracts import Details
from bot.intake.relevance.rules import Group, Part, Rules, beginnings, folded
from bot.network import Network

MOST_READ = 4_000
"""Letters of a body that are looked through: what a call is stands at its beginning."""

Why = tuple[str, ...]
"""A rule and what it found: `("word", group, field, words)`, `("city", slug, word)`, `("council", slug, cities)` …"""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the rules of `version` say of a report: cities and topics empty mean all."""

    concerns: bool
    cities: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    councils: tuple[str, ...] = ()
    why: tuple[Why, ...] = ()
    version: str = ""

    def fill(self, details: Details) -> Details:
        """Details with what was judged, where the source does not state it itself."""
        return details.model_copy(
            update={
                "cities": details.cities or self.cities,
                "topics": details.topics or self.topics,
                "councils": details.councils or self.councils,
            }
        )


@dataclass(frozen=True)
class Sieve:
    """The rules, for one network."""

    network: Network
    rules: Rules

    def judge(self, details: Details, day: date) -> Judged:
        """What the rules say of a report; `day` decides what authorities are called."""
        texts = _texts(details)
        version = self.rules.version
        never = self.rules.forbidden.search(texts["title"]) if self.rules.forbidden else None
        if never:
            return Judged(False, why=(("never", _word(texts["title"], never.start())),), version=version)
        for group in self.rules.groups:
            why = _fits(group, texts, details.identifier or "")
            if why:
                return self._reached(group, why, details, texts, day)
        return Judged(False, why=(("nothing",),), version=version)

    def _reached(self, group: Group, why: Why, details: Details, texts: dict[Part, str], day: date) -> Judged:
        authority = self.network.authority_on(details.authority, day) if details.authority else None
        council = authority.slug if authority and authority.kind == "council" else ""
        councils = details.councils or ((council,) if council else ())
        cities, because = self._cities(group, details, texts, councils)
        topics = tuple(topic for topic in group.topics if topic in self._topics)
        if group.read_topics:
            topics += tuple(
                slug for slug, sought in self._topics.items() if sought and sought.search(texts["title"])
            )
        about = [("topic", slug) for slug in dict.fromkeys(topics)]
        return Judged(
            True, cities, tuple(dict.fromkeys(topics)), councils, (why, *because, *about), self.rules.version
        )

    def _cities(
        self, group: Group, details: Details, texts: dict[Part, str], councils: Sequence[str]
    ) -> tuple[tuple[str, ...], list[Why]]:
        if details.cities:
            return details.cities, [("stated", ",".join(details.cities))]
        if group.whom == "all":
            return (), [("all",)]
        for field in ("title", "body") if not group.cities else ("title",):
            named = self._named(texts["title" if field == "title" else "body"])
            if named:
                return tuple(named), [("city", slug, word, field) for slug, word in named.items()]
        own = tuple(city for city in group.cities if city in self._known)
        if own:
            return own, [("group", group.name, ",".join(own))]
        financed = tuple(city.slug for city in self.network.cities if city.council in councils)
        if financed:
            return financed, [("council", ",".join(councils), ",".join(financed))]
        return (), [("no city",)]

    def _named(self, text: str) -> dict[str, str]:
        return {
            city: _word(text, found.start())
            for city, sought in self.rules.places.items()
            if city in self._known and (found := sought.search(text))
        }

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(city.slug for city in self.network.cities)

    @cached_property
    def _topics(self) -> dict[str, Any]:
        return {slug: beginnings(words) for slug, words in self.network.topic_words().items()}


def _texts(details: Details) -> dict[Part, str]:
    # " | " keeps phrases from reaching over from one language to the next
    return {
        "title": folded(" | ".join(details.title.values())),
        "body": folded(" | ".join(body[:MOST_READ] for body in details.body.values())),
        "authority": folded(details.authority or ""),
        "fund": folded(details.fund or ""),
    }


def _fits(group: Group, texts: dict[Part, str], number: str) -> Why | None:
    if group.excluded and any(group.excluded.search(texts[field]) for field in group.fields):
        return None
    if any(fnmatchcase(number.upper(), pattern.upper()) for pattern in group.identifiers):
        return ("identifier", group.name, number)
    for field in group.fields:
        found = group.sought.search(texts[field]) if group.sought else None
        if found:
            return ("word", group.name, field, _word(texts[field], found.start(), found.end()))
    return None


def _word(text: str, start: int, end: int | None = None) -> str:
    """The words that were found, whole, from where they begin."""
    end = start if end is None else end
    while end < len(text) and end - start < 80 and (text[end].isalnum() or text[end] in "-:"):
        end += 1
    return text[start:end]
