"""A call of haeavustuksia.fi: names in three languages, and days that are written as UTC instants."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any, Final
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot import clock
from bot.clock import When
from bot.contracts import LANGUAGES, Details, Language, Report, SourceLink, Surroundings
from integrations import text
from integrations.listing import Key, stated

_NO_DEADLINE: Final = timedelta(days=5 * 365)
"""A window that is longer than this is a way to write that a call is continuous."""

_LAST_MINUTE = time(23, 59)


class Call(BaseModel):
    """One row of the list."""

    model_config = ConfigDict(frozen=True)

    number: Key = Field(alias="hakuasianAsianumero")
    names: dict[Language, str] = Field(alias="nimi")
    texts: dict[Language, str] = Field({}, alias="kuvaus")
    opens: Any = Field(None, alias="hakuAlkaaDateTimeUtc")
    closes: Any = Field(None, alias="hakuPaattyyDateTimeUtc")
    kind: str | None = Field(None, alias="hakuTyyppi")

    @field_validator("names", "texts", mode="before")
    @classmethod
    def _by_language(cls, value: Any) -> Any:
        """Those languages in which something is said; a bare text is Finnish."""
        if isinstance(value, str):
            value = {"fi": value}
        if not isinstance(value, dict):
            return {} if value is None else value
        return {
            language: text.whole(said)
            for language in LANGUAGES
            if isinstance(said := value.get(language), str) and said.strip()
        }

    @field_validator("names")
    @classmethod
    def _has_one(cls, value: dict[Language, str]) -> dict[Language, str]:
        if not value:
            raise ValueError("it has no name in Finnish, Swedish or English")
        return value


def report(call: Call, site: str, authority: str, surroundings: Surroundings, faults: list[str]) -> Report:
    """The report of one call; a date that cannot be right is named in `faults` and left out."""
    defaults = surroundings.defaults
    opens = _day(stated(call.opens, f"{call.number}: the opening", faults), midnight=timedelta(0))
    closes = _day(stated(call.closes, f"{call.number}: the closing", faults), midnight=timedelta(days=-1))
    continuous = (call.kind or "").strip().casefold() == "jatkuva"
    if closes and closes.ends() - (opens.begins() if opens else clock.now()) > _NO_DEADLINE:
        closes, continuous = None, True
    links = tuple(_links(call, site))
    return Report(
        call.number,
        Details(
            kind="call",
            title={language: text.title(name, is_html=False) for language, name in call.names.items()},
            body={
                language: text.markdown(said, is_html=text.is_markup(said))
                for language, said in call.texts.items()
            },
            url=links[0].url,
            links=links,
            cities=defaults.cities,
            topics=defaults.topics,
            visibility="public",
            opens_at=opens,
            closes_at=closes,
            continuous=continuous,
            authority=authority or None,
            identifier=call.number,
        ),
    )


def _links(call: Call, site: str) -> Iterator[SourceLink]:
    """The call's page in Finnish, and in Swedish where it has a Swedish name."""
    for language in LANGUAGES[:2]:
        if language == "fi" or language in call.names:
            yield SourceLink(url=f"{site}/{language}/haku/{quote(call.number, safe='')}", language=language)


def _day(when: When | None, midnight: timedelta) -> When | None:
    """A bare date where the clock in Finland stands at midnight or in the day's last minute: those mean the day.

    2025-12-31T22:00Z is 1 January and 2036-12-31T21:59Z 31 December. What closes at midnight closes with the day
    before: `midnight` says how far from its date such a moment is meant.
    """
    if when is None or when.at is None:
        return when
    local = when.at.astimezone(clock.zone(clock.DEFAULT_ZONE))
    if local.time() == time(0):
        return When(day=local.date() + midnight)
    return When(day=local.date()) if local.time().replace(second=0, microsecond=0) == _LAST_MINUTE else when
