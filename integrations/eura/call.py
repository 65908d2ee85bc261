"""A call of EURA: a row of the list, and what its own page adds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot import clock
from bot.clock import When
from bot.contracts import BODY_LIMIT, Details, Report, SourceLink, Surroundings
from integrations import text
from integrations.eura.detail import AREA, REGIONS, Detail
from integrations.eura.listing import Listing
from integrations.listing import Key, stated

_STATES: Final[Mapping[str, Literal["open", "closed"]]] = {"haettavissa": "open", "paattynyt": "closed"}
"""EURA knows no state before `haettavissa`: a call that opens next week has it too."""


class Call(BaseModel):
    """One row of the list."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    id: Key
    title: str = Field(alias="otsikko")
    state: str = Field("", alias="tila")
    period: dict[str, Any] = Field({}, alias="hakuaika")
    fund: str | None = Field(None, alias="rahasto")
    authority: str | None = Field(None, alias="viranomainen")
    area: str | None = Field(None, alias="alue")
    number: str | None = Field(None, alias="hakutunnus", max_length=200)
    regions: tuple[str, ...] = Field((), alias="maakunnat")

    @field_validator("title")
    @classmethod
    def _says_something(cls, value: str) -> str:
        if not (line := text.title(value, is_html=False)):
            raise ValueError("it is empty")
        return line

    @field_validator("period", "regions", mode="before")
    @classmethod
    def _nothing(cls, value: Any) -> Any:
        return {} if value is None else value


def report(
    call: Call,
    listing: Listing,
    site: str,
    surroundings: Surroundings,
    faults: list[str],
    detail: Detail | None = None,
) -> Report:
    """The report of one call, with what its own page says when that was read.

    The list's days have no clock time. Whom a code stands for is what the page's own table says of it: which
    authority that is, and what it is called since, the network's table knows.
    """
    said, defaults = detail or Detail(), surroundings.defaults
    authority = _named(listing, "viranomainen", call.authority, call, faults)
    address = notice_address(site, call.id)
    opens = stated(call.period.get("alku"), f"{call.id}: the opening", faults) or said.opens
    closes = stated(call.period.get("loppu"), f"{call.id}: the closing", faults) or said.closes
    body = _body(call, listing, said, faults)
    return Report(
        call.id,
        Details(
            kind="call",
            title={"fi": call.title},
            body={"fi": body} if body else {},
            url=address,
            links=(SourceLink(url=address, language="fi"),),
            cities=defaults.cities,
            topics=defaults.topics,
            visibility="public",
            opens_at=opens,
            closes_at=closes,
            fund=_line(call.fund),
            authority=authority,
            councils=_councils(authority, surroundings),
            amount_eur=said.amount,
            stated_state=_state(call, opens),
            identifier=_line(call.number) or said.number,
        ),
    )


def notice_address(site: str, ident: str) -> str:
    """Where people read a call."""
    return f"{site}/hakuilmoitukset/hakuilmoitus/{ident}/"


def closing(call: Call) -> When | None:
    """When a call closes by the list, None when it does not say."""
    return stated(call.period.get("loppu"), "", [])


def _state(call: Call, opens: When | None) -> Literal["open", "closed"] | None:
    """What EURA itself says of the call, as far as it says anything that its days do not."""
    said = _STATES.get(call.state.strip().casefold())
    return None if said == "open" and opens and opens.begins() > clock.now() else said


def _body(call: Call, listing: Listing, said: Detail, faults: list[str]) -> str:
    """Where a call is for, under the labels that EURA's own pages have for it, and the texts of its page."""
    area = _named(listing, "alue", call.area, call, faults) or said.area
    regions = [_named(listing, "maakunta", code, call, faults) for code in call.regions]
    places = [(AREA, area), (REGIONS, ", ".join(name for name in regions if name) or said.regions)]
    lines = [text.markdown(f"{label}: {place}", is_html=False) for label, place in places if place]
    return text.cut("\n\n".join([*lines, *said.texts]), BODY_LIMIT)


def _named(listing: Listing, table: str, code: str | None, call: Call, faults: list[str]) -> str | None:
    """The name of a code; one that the page's table does not have is named in `faults`."""
    if not code:
        return None
    name = listing.codes.get(table, {}).get(code)
    if name is None:
        faults.append(f"{call.id}: the page does not say what the code {code!r:.40} ({table}) means")
    return _line(name)


def _line(said: str | None) -> str | None:
    return text.title(said or "", is_html=False, limit=200) or None


def _councils(authority: str | None, surroundings: Surroundings) -> tuple[str, ...]:
    """The regional council that an authority is, by any of its names."""
    called = (authority or "").casefold()
    return tuple(
        slug for slug, names in surroundings.councils.items() if called in {name.casefold() for name in names}
    )
