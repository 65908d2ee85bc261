"""Judge one report: whether it concerns the network, whom, and why. Pure: no database, no clock."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any, Literal

from bot.contracts import Details
from bot.intake.relevance.rules import Group, Part, Rules, beginnings, folded
from bot.network import Network

MOST_READ = 4_000
"""Letters of a body that are looked through: what a call is stands at its beginning."""

_ADDRESS = re.compile(
    r"(?:katu|kadun|tie|kuja|polku|aukio|tori|kaari|ranta|raitti|rinne|portti|puisto|esplanadi|bulevardi"
    r"|gatan|vagen|torget|esplanaden|street|road) \d+(?:[-–]\d+)?(?: ?[a-z]\b)?(?: \d+)?(?:,? (?:fi-)?\d{5})?,? [\w-]+"
    r"|\b(?:fi-)?\d{5} [\w-]+"
    r"|(?:-keskus|elinvoimakeskus|liitto|virasto|centralen|centret|forbund), [\w-]+"
)
"""Where somebody sits, in folded text: a street and number, a postal code or an office, with the town behind it."""

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
        named = self._named(texts["title"], "title")
        for_all = self._for_all(texts, "title") or ([] if named else self._for_all(texts, "body"))
        if for_all:
            return (), for_all
        if named:
            return tuple(each[1] for each in named), named
        own = tuple(city for city in group.cities if city in self._known)
        if own:
            return own, [("group", group.name, ",".join(own))]
        # What a text names in passing may add to what its authority finances, and never take from it.
        named = self._named(texts["body"], "body")
        financed = tuple(city.slug for city in self.network.cities if city.council in councils)
        because: list[Why] = [("council", ",".join(councils), ",".join(financed))] if financed else []
        named = [each for each in named if each[1] not in financed]
        reached = (*financed, *(each[1] for each in named))
        return reached, [*because, *named] or [("no city",)]

    def _for_all(self, texts: dict[Part, str], part: Literal["title", "body"]) -> list[Why]:
        sought = self.rules.national.get(part)
        found = sought.search(texts[part]) if sought else None
        return [("everywhere", _word(texts[part], found.start(), found.end()), part)] if found else []

    def _named(self, text: str, part: str) -> list[Why]:
        """The cities that a text names, but in an address and in what is called after one."""
        text = _ADDRESS.sub("_ ", text)  # what is left of a street's name is no word
        if self.rules.nowhere:
            text = self.rules.nowhere.sub(" ", text)
        return [
            ("city", city, _word(text, found.start()), part)
            for city, sought in self.rules.places.items()
            if city in self._known and (found := sought.search(text))
        ]

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
