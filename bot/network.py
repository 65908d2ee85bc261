"""The network: cities, topics, programme areas and authorities, as one JSON file states them.

The shipped file is `bot/data/network.json`; `NETWORK_FILE` replaces it. docs/network.md says where each
fact comes from and how to write a file of one's own. Nothing here knows the database.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from bot.contracts import Language
from bot.network_check import NetworkFault, fold, form_problems, reference_problems

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Link = Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=300)]
Noun = Literal["city", "topic", "authority"]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Names(_Entry):
    """One name in the network's three languages: `names["sv"]`."""

    fi: Text
    sv: Text
    en: Text

    def __getitem__(self, language: Language) -> str:
        return {"fi": self.fi, "sv": self.sv, "en": self.en}[language]

    def each(self) -> tuple[str, str, str]:
        """The name in every language: fi, sv, en."""
        return (self.fi, self.sv, self.en)


class Focus(_Entry):
    """A city's focus areas as its agreement words them: the same list in three languages."""

    fi: tuple[Text, ...] = ()
    sv: tuple[Text, ...] = ()
    en: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _same_in_each_language(self) -> Self:
        if not len(self.fi) == len(self.sv) == len(self.en):
            raise ValueError("must have as many focus areas in fi, sv and en")
        return self


class Area(_Entry):
    """A programme area of the structural funds (Southern, Western, Eastern, Northern Finland)."""

    slug: Slug
    names: Names


class Topic(_Entry):
    """A word of the vocabulary. `labels` stand inside a sentence ("Tampere follows {label}").

    `words` are beginnings of words, lower case, by which a text may be seen to be about the topic.
    """

    slug: Slug
    labels: Names
    words: dict[Language, tuple[Text, ...]] = {}


class City(_Entry):
    """One of the network's agreement regions. `council` is the authority that finances it.

    The council is stated and never derived from the region: Lahti and Turku are financed by another
    region's council. `topics` are what the focus areas amount to; `note` says what is inferred.
    """

    slug: Slug
    names: Names
    municipalities: tuple[Names, ...] = Field(min_length=1)
    focus: Focus = Focus()
    topics: tuple[Slug, ...] = Field(min_length=1)
    council: Slug
    area: Slug
    note: Text | None = None


class Authority(_Entry):
    """A body that gives or passes on money, under the name it has from `valid_from` to `valid_to`.

    Both days are included; None leaves that side open. `successor` carries on its EU funding.
    """

    slug: Slug
    kind: Literal["council", "ministry", "agency", "centre", "eu", "other"]
    names: Names
    aliases: tuple[Text, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    successor: Slug | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _days_make_sense(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("valid_to lies before valid_from")
        if self.successor and not self.valid_to:
            raise ValueError("a successor needs valid_to, the last day of the one before it")
        return self

    def called(self) -> tuple[str, ...]:
        """Everything it answers to: its slug, its names and its aliases."""
        return (self.slug, *self.names.each(), *self.aliases)


class Network(_Entry):
    """The whole network. `load_network` makes it from a file and checks the references."""

    name: Names
    coordinator: Names
    url: Link
    areas: tuple[Area, ...]
    topics: tuple[Topic, ...] = Field(min_length=1)
    cities: tuple[City, ...] = Field(min_length=1)
    authorities: tuple[Authority, ...]

    def city(self, slug: str) -> City:
        """The city of that slug. Raises KeyError when there is none."""
        return self._city[slug]

    def topic(self, slug: str) -> Topic:
        """The topic of that slug. Raises KeyError when there is none."""
        return self._topic[slug]

    def authority(self, slug: str) -> Authority:
        """The authority of that slug. Raises KeyError when there is none."""
        return self._authority[slug]

    def city_names(self) -> Mapping[str, tuple[str, ...]]:
        """All that each city is called: its names and its municipalities' in three languages, by slug."""
        return {
            city.slug: _once((*city.names.each(), *(n for town in city.municipalities for n in town.each())))
            for city in self.cities
        }

    def topic_words(self) -> Mapping[str, tuple[str, ...]]:
        """The labels and words of each topic, in three languages, by slug."""
        return {
            topic.slug: _once((*topic.labels.each(), *(w for words in topic.words.values() for w in words)))
            for topic in self.topics
        }

    def council_names(self) -> Mapping[str, tuple[str, ...]]:
        """All that each regional council is called, by slug."""
        return {each.slug: each.called() for each in self.authorities if each.kind == "council"}

    def authority_on(self, name: str, day: date) -> Authority | None:
        """Whom a text means by `name` on that day, or None when nobody is called so.

        Names, aliases and slugs count in any case; a remark in brackets at the end is left out. An
        authority that has ended is answered with the one that came after it.
        """
        folded = fold(name)
        found = self._called.get(folded) or self._called.get(_REMARK.sub("", folded))
        for _ in self.authorities:  # never more steps than authorities, should rows of two files form a ring
            if found is None or found.valid_to is None or found.valid_to >= day or not found.successor:
                break
            found = self._authority.get(found.successor)
        return found

    def nearest(self, slug: str, noun: Noun) -> list[str]:
        """Up to three slugs that someone who wrote `slug` may have meant, the likeliest first."""
        names: Mapping[str, tuple[str, ...]]
        if noun == "city":
            names = self.city_names()
        elif noun == "topic":
            names = {topic.slug: topic.labels.each() for topic in self.topics}
        else:
            names = {authority.slug: authority.called() for authority in self.authorities}
        spoken = {fold(name): key for key, each in names.items() for name in (key, *each)}
        close = get_close_matches(fold(slug[:64]), spoken, n=9)
        return list(_once(spoken[name] for name in close))[:3]

    @cached_property
    def _city(self) -> Mapping[str, City]:
        return {city.slug: city for city in self.cities}

    @cached_property
    def _topic(self) -> Mapping[str, Topic]:
        return {topic.slug: topic for topic in self.topics}

    @cached_property
    def _authority(self) -> Mapping[str, Authority]:
        return {authority.slug: authority for authority in self.authorities}

    @cached_property
    def _called(self) -> Mapping[str, Authority]:
        return {fold(name): authority for authority in self.authorities for name in authority.called()}


_REMARK = re.compile(r" ?\([^()]*\)$")


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


SHIPPED = Path(__file__).parent / "data" / "network.json"


def load_network(path: Path | None = None) -> Network:
    """Read a network's file (UTF-8 JSON), or the shipped one for None.

    Raises NetworkFault with every fault of the file at once: of form, of reference, doubled, circular.
    """
    source = path or SHIPPED
    try:
        document = json.loads(source.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as fault:
        raise NetworkFault(str(source), [("", f"it cannot be read as UTF-8 JSON: {fault}")]) from fault
    problems = list(reference_problems(document))
    try:
        network = Network.model_validate(document)
    except ValidationError as fault:
        raise NetworkFault(str(source), [*form_problems(fault.errors()), *problems]) from fault
    if problems:
        raise NetworkFault(str(source), problems)
    return network
