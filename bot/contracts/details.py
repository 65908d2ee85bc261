"""What is said about a thing: the content of a report, and of the item that is made of reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from bot.contracts.enclosures import Enclosure
from bot.contracts.words import Body, Kind, Language, Moment, Role, Title, Visibility

Identifier = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class SourceLink(BaseModel):
    """Where a source, or a language version of it, can be read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    language: Language | None = None
    label: str = ""


class Figure(BaseModel):
    """One figure as one source or language version states it; `name` is the field it belongs to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Literal["amount_eur", "support_percent"]
    value: float
    language: Language | None = None
    source: str = ""
    url: str | None = None

    @classmethod
    def side_by_side(
        cls,
        name: Literal["amount_eur", "support_percent"],
        values: Mapping[Language | Literal[""], float],
        links: Sequence[SourceLink] = (),
    ) -> tuple[float | None, tuple[Figure, ...]]:
        """One value when all language versions state the same, else None and a figure for each of them.

        The key "" is a value of no language; `links` say where each version can be read.
        """
        if len(set(values.values())) <= 1:
            return next(iter(values.values()), None), ()
        urls: dict[str, str] = {link.language: link.url for link in links if link.language}
        return None, tuple(
            cls(name=name, value=value, language=language or None, url=urls.get(language))
            for language, value in values.items()
        )


class StatedDeadline(BaseModel):
    """A deadline as one source states it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    when: Moment
    source: str = ""
    url: str | None = None


class Details(BaseModel):
    """What is said about a thing: the content of a report, and of the item made from it.

    `title` and `body` map a language to its text; bodies are Markdown. `cities` and `topics` are
    slugs of the network, empty meaning all; so are `roles`, and what is for some roles only is never public.
    Moments are a `When`: an instant, or a bare date.

    Of a call: `fund` and `authority` as the source names them (`authority` may be a slug, or a name that
    changed since), `councils` that pass on the money (slugs), specific `objectives`, the last deadline
    `closes_at` with earlier `cutoffs`, the full application of a two-stage call `second_stage_at`,
    `continuous` when there is no deadline, `may_close_early`, the `briefing_at` and whom to ask
    (`contact_role`). `figures` are money and shares that differ between languages or sources: they are
    shown side by side and never merged. `stated_state` is what the source itself says of it. `identifier` is
    the call's own number, as its funder writes it. `stated_deadlines` are filled in by the house where
    sources differ: `closes_at` is then the first source's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    title: dict[Language, Title]
    body: dict[Language, Body] = {}
    url: str | None = None
    cities: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    urgent: bool = False
    visibility: Visibility = "network"
    opens_at: Moment | None = None
    closes_at: Moment | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    location: str | None = None
    fund: str | None = None
    authority: str | None = None
    amount_eur: float | None = None
    support_percent: float | None = None
    published_at: Moment | None = None
    councils: tuple[str, ...] = ()
    objectives: tuple[str, ...] = ()
    cutoffs: tuple[Moment, ...] = ()
    second_stage_at: Moment | None = None
    continuous: bool = False
    may_close_early: bool = False
    briefing_at: Moment | None = None
    contact_role: str | None = None
    links: tuple[SourceLink, ...] = ()
    figures: tuple[Figure, ...] = ()
    stated_state: Literal["upcoming", "open", "closed"] | None = None
    identifier: Identifier | None = None
    roles: tuple[Role, ...] = ()
    files: tuple[Enclosure, ...] = ()
    stated_deadlines: tuple[StatedDeadline, ...] = ()
