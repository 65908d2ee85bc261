"""The `data` of a webhook's body: what each field takes, and which fields must agree with each other."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from bot.clock import When
from bot.contracts import Figure, Kind, Language, Role, SourceLink, Visibility
from integrations.moments import StatedMoment
from integrations.problems import nearest
from integrations.report_fields import Body, Euros, ExternalId, Line, Percent, Slugs, Title, WebAddress

_TICK = timedelta(microseconds=1)

ByLanguage = Literal["fi", "sv", "en", ""]
"""The language version that states a figure; none for a plain number."""


class Link(BaseModel):
    """Where the item, or a language version of it, can be read."""

    model_config = ConfigDict(strict=True, extra="forbid")

    url: WebAddress
    language: Language | None = None
    label: Line | None = None


class StatedFigure(BaseModel):
    """A figure as one source or language version states it."""

    model_config = ConfigDict(strict=True, extra="forbid")

    name: Literal["amount_eur", "support_percent"]
    value: Euros
    language: Language | None = None
    source: Line | None = None
    url: WebAddress | None = None

    @field_validator("value")
    @classmethod
    def _a_share_ends_at_100(cls, value: float, info: ValidationInfo) -> float:
        if info.data.get("name") == "support_percent" and value > 100:
            raise ValueError("must be at most 100 for support_percent")
        return value


class Data(BaseModel):
    """The `data` of item.published and item.updated.

    `title` and `body` may be plain, in `language`; `amount_eur` and `support_percent` plain, or by language
    where the versions of a call state different figures.
    """

    model_config = ConfigDict(strict=True, extra="forbid")

    external_id: ExternalId
    kind: Kind | None = None
    language: Language | None = None
    title: dict[Language, Title | None]
    body: dict[Language, Body | None] | None = None
    url: WebAddress | None = None
    cities: Slugs | None = None
    topics: Slugs | None = None
    urgent: bool | None = None
    visibility: Visibility | None = None
    opens_at: StatedMoment | None = None
    closes_at: StatedMoment | None = None
    cutoffs: Annotated[list[StatedMoment], Field(max_length=50)] | None = None
    second_stage_at: StatedMoment | None = None
    briefing_at: StatedMoment | None = None
    starts_at: StatedMoment | None = None
    ends_at: StatedMoment | None = None
    continuous: bool | None = None
    may_close_early: bool | None = None
    stated_state: Literal["upcoming", "open", "closed"] | None = None
    location: Line | None = None
    fund: Line | None = None
    authority: Line | None = None
    councils: Slugs | None = None
    objectives: Annotated[list[Line], Field(max_length=50)] | None = None
    contact_role: Line | None = None
    roles: Annotated[list[Role], Field(max_length=5)] | None = None
    identifier: Annotated[Line, Field(max_length=200)] | None = None
    amount_eur: dict[ByLanguage, Euros | None] | None = None
    support_percent: dict[ByLanguage, Percent | None] | None = None
    links: Annotated[list[Link], Field(max_length=20)] | None = None
    figures: Annotated[list[StatedFigure], Field(max_length=20)] | None = None

    @field_validator("title")
    @classmethod
    def _has_a_language(cls, value: dict[Language, str | None]) -> dict[Language, str | None]:
        if not any(value.values()):
            raise ValueError("needs a text in at least one of fi, sv, en")
        return value

    @field_validator("cities", "topics", "councils")
    @classmethod
    def _are_known(cls, value: list[str] | None, info: ValidationInfo) -> list[str] | None:
        known: frozenset[str] = (info.context or {})[info.field_name]
        strange = [slug for slug in value or () if slug not in known]
        if strange:
            raise ValueError("; ".join(_unknown(slug, known) for slug in strange[:10]))
        return value

    @field_validator("closes_at", "ends_at", "second_stage_at")
    @classmethod
    def _comes_after(cls, value: When | None, info: ValidationInfo) -> When | None:
        start = "starts_at" if info.field_name == "ends_at" else "opens_at"
        if _before(value, info.data.get(start)):
            raise ValueError(f"is before {start}")
        return value

    @field_validator("cutoffs")
    @classmethod
    def _lie_within(cls, value: list[When] | None, info: ValidationInfo) -> list[When] | None:
        opens, closes = info.data.get("opens_at"), info.data.get("closes_at")
        for cutoff in value or ():
            if _before(cutoff, opens):
                raise ValueError(f"has {cutoff.isoformat()}, which is before opens_at")
            if _before(closes, cutoff):
                raise ValueError(f"has {cutoff.isoformat()}, which is after closes_at")
        return value

    def stated_links(self) -> tuple[SourceLink, ...]:
        """The links as the contract has them, each address once."""
        stated = {
            each.url: SourceLink(url=each.url, language=each.language, label=each.label or "")
            for each in self.links or ()
        }
        return tuple(stated.values())

    def stated_figures(self) -> tuple[Figure, ...]:
        """The figures that are stated one by one, as the contract has them, each once."""
        return tuple(
            Figure(
                name=each.name, value=each.value, language=each.language, source=each.source or "", url=each.url
            )
            for each in self.figures or ()
        )  # fmt: skip


def _before(end: When | None, start: When | None) -> bool:
    return end is not None and start is not None and _last_moment(end) < start.begins()


def _last_moment(end: When) -> datetime:
    return end.ends() - _TICK if end.day else end.ends()


def _unknown(slug: str, known: Iterable[str]) -> str:
    near = nearest(slug, known)
    return f"{slug[:100]!r} is not known here" + (f"; did you mean {near}?" if near else "")
