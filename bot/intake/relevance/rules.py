"""The rules of what concerns the network, as one JSON file states them (docs/sources.md, *What concerns us*).

The shipped file is `bot/data/relevance.json`; `RELEVANCE_FILE` replaces it.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.network import Network, Slug
from bot.network_check import form_problems

SHIPPED = Path(__file__).parents[2] / "data" / "relevance.json"

Word = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^=?\w", min_length=3, max_length=100)
]
Named = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Part = Literal["title", "body", "authority", "fund"]


class RulesFault(ValueError):
    """The file of the rules cannot be used: the message has a line for every fault."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Group(_Entry):
    """What is known by the same words. The first group that fits decides.

    `words` are beginnings of words or phrases, in any case and with or without accents; one that begins with
    `=` is a whole word, and `~` ends a word in any Finnish case (`oulu~`: Oulun, Oulussa). They are looked for in
    `fields`. `identifiers` are patterns with `*` and `?`. Where a word of `unless` stands, the group does not fit.
    `whom`: `all` cities, or the `cities` that the title names; when it names none, those that are listed here, else
    those that the authority finances and the text names. `topics` are implied; with `read_topics` those that the
    title names are.
    """

    name: Named
    words: tuple[Word, ...] = Field((), max_length=200)
    fields: tuple[Part, ...] = ("title", "body")
    identifiers: tuple[Named, ...] = Field((), max_length=50)
    unless: tuple[Word, ...] = Field((), max_length=200)
    whom: Literal["all", "cities"] = "cities"
    cities: tuple[Slug, ...] = ()
    topics: tuple[Slug, ...] = ()
    read_topics: bool = False

    @cached_property
    def sought(self) -> re.Pattern[str] | None:
        """The words as one expression for folded text."""
        return beginnings(self.words)

    @cached_property
    def excluded(self) -> re.Pattern[str] | None:
        """The words of `unless` likewise."""
        return beginnings(self.unless)


class Rules(_Entry):
    """All rules. `never` are words in a title that put it aside whatever else it says; `cities` are the words
    by which a text names each city, unless they are part of what `no_cities` has. The words of `everywhere` in a
    title or body say that a call is for all cities."""

    groups: tuple[Group, ...] = Field(min_length=1, max_length=100)
    never: tuple[Word, ...] = Field((), max_length=200)
    cities: dict[Slug, tuple[Word, ...]] = {}
    no_cities: tuple[Word, ...] = Field((), max_length=200)
    everywhere: dict[Literal["title", "body"], tuple[Word, ...]] = {}

    @cached_property
    def version(self) -> str:
        """Sixteen letters that are others when the rules are."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    @cached_property
    def forbidden(self) -> re.Pattern[str] | None:
        """The words of `never` as one expression."""
        return beginnings(self.never)

    @cached_property
    def places(self) -> dict[str, re.Pattern[str]]:
        """An expression for each city that has words."""
        return {city: found for city, words in self.cities.items() if (found := beginnings(words))}

    @cached_property
    def nowhere(self) -> re.Pattern[str] | None:
        """The words of `no_cities` as one expression."""
        return beginnings(self.no_cities)

    @cached_property
    def national(self) -> dict[str, re.Pattern[str]]:
        """An expression for each part that may say that a call is for all."""
        return {part: found for part, words in self.everywhere.items() if (found := beginnings(words))}

    def unknown(self, network: Network) -> Iterator[str]:
        """A sentence for each slug that this network does not have."""
        cities = {city.slug for city in network.cities}
        topics = {topic.slug for topic in network.topics}
        for at, group in enumerate(self.groups):
            for noun, slugs, known in (("city", group.cities, cities), ("topic", group.topics, topics)):
                yield from (
                    f"groups[{at}]: there is no {noun} {slug!r}" for slug in slugs if slug not in known
                )
        yield from (f"cities: there is no city {slug!r}" for slug in self.cities if slug not in cities)


def folded(text: str) -> str:
    """Text as it is compared: any case, without accents and what is not seen (soft hyphens), single spaces."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(_BEYOND_ASCII.sub(lambda found: "".join(filter(_seen, found[0])), plain).split())


_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")


def _seen(letter: str) -> bool:
    return not unicodedata.combining(letter) and unicodedata.category(letter) != "Cf"


_CASES = (
    r"(?:[aeiouy]{0,2}n|t|i?(?:ssa|sta|lla|lta|lle|ksi|na|ta|tta)|a|h[aeiouy]n|seen|s|"
    r"lai(?:nen|s\w*)|n?seu[td]\w*|region\w*)?(?:kin|kaan|han|ko)?(?!\w)"
)
"""How a Finnish name goes on in a text without accents: its cases, its people and its surroundings; `s` is Swedish."""


def beginnings(words: Sequence[str]) -> re.Pattern[str] | None:
    """One expression for words or their beginnings; None for no words."""
    said = [_CASES.join(map(re.escape, folded(word.removeprefix("=")).split("~"))) for word in words]
    ends = [r"(?!\w)" if word.startswith("=") else "" for word in words]
    either = "|".join(map("".join, zip(said, ends, strict=True)))
    return re.compile(rf"(?<!\w)(?:{either})") if said else None


def load_rules(path: Path | None = None, network: Network | None = None) -> Rules:
    """Read a file of rules (UTF-8 JSON), or the shipped one for None.

    Raises RulesFault with every fault of form or, when the network is given, every slug that it lacks.
    """
    source = path or SHIPPED
    try:
        read = Rules.model_validate(json.loads(source.read_text(encoding="utf-8-sig")))
    except ValidationError as fault:
        raise _fault(source, [f"{at}: {what}" for at, what in form_problems(fault.errors())]) from fault
    except (OSError, ValueError, RecursionError) as fault:
        raise _fault(source, [f"it cannot be read as UTF-8 JSON: {fault}"]) from fault
    missing = list(read.unknown(network)) if network else []
    if missing:
        raise _fault(source, missing)
    return read


def _fault(source: Path, lines: Sequence[str]) -> RulesFault:
    return RulesFault("\n".join((f"The rules in {source} cannot be used:", *(f"  {line}" for line in lines))))


_used: list[Rules] = []


def use(chosen: Rules) -> None:
    """Judge by these rules in this process from now on."""
    _used[:] = [chosen]


def rules() -> Rules:
    """The rules that are used: the shipped ones unless others were chosen."""
    if not _used:
        use(load_rules())
    return _used[0]
