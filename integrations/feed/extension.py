"""The `_silta` object of a JSON Feed item: what a feed knows of a call or an event beyond its text.

    {"id": "…", "title": "…", "_silta": {
        "kind": "call", "cities": ["tampere"], "topics": ["akut"], "visibility": "public",
        "opens_at": "2026-11-24", "closes_at": "2027-01-15T16:15:00+02:00",
        "fund": "EAKR", "authority": "Pirkanmaan liitto", "amount_eur": 1500000, "support_percent": 60,
        "starts_at": null, "ends_at": null, "location": null, "councils": ["pirkanmaan-liitto"],
        "cutoffs": ["2026-12-10"], "second_stage_at": null, "briefing_at": "2026-12-01T09:00:00+02:00",
        "continuous": false, "may_close_early": true, "objectives": ["1.1"], "contact_role": "adviser",
        "links": [{"url": "https://…", "language": "sv"}], "stated_state": "open",
        "figures": [{"name": "amount_eur", "value": 1400000, "language": "sv", "url": "https://…"}]}}

`amount_eur` and `support_percent` may also be objects by language: `{"fi": 730000, "sv": 1400000}`.

All fields are optional. A field that is wrong, or unknown, is named and left out; the rest counts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from bot.clock import When
from bot.contracts import Figure, Kind, Language, Moment, SourceLink, Visibility
from integrations.feed.entries import web_link
from integrations.feed.text import Text, whole

_TICK = timedelta(microseconds=1)


Line = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


Euros = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
ByLanguage = Literal["fi", "sv", "en", ""]
_SUMS = ("amount_eur", "support_percent")


def _web_address(value: str) -> str:
    link = web_link(value, "")
    if link is None:
        raise ValueError("must be an http or https address")
    return link


WebAddress = Annotated[Text, AfterValidator(_web_address)]


class Link(BaseModel):
    """Where the item, or a language version of it, can be read."""

    model_config = ConfigDict(extra="forbid", strict=True)

    url: WebAddress
    language: Language | None = None
    label: Line | None = None


class StatedFigure(BaseModel):
    """A figure as one source or language version states it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Literal["amount_eur", "support_percent"]
    value: Euros
    language: Language | None = None
    source: Line | None = None
    url: WebAddress | None = None

    @model_validator(mode="after")
    def _a_share_ends_at_100(self) -> Self:
        if self.name == "support_percent" and self.value > 100:
            raise ValueError("a support_percent ends at 100")
        return self


class Extension(BaseModel):
    """What an item says under `_silta`. `cities` and `topics` are slugs of the network."""

    model_config = ConfigDict(extra="forbid", strict=True)

    kind: Kind | None = None
    cities: list[Text] | None = None
    topics: list[Text] | None = None
    visibility: Visibility | None = None
    opens_at: Moment | None = None
    closes_at: Moment | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    location: Line | None = None
    fund: Line | None = None
    authority: Line | None = None
    amount_eur: dict[ByLanguage, Euros] | None = None
    support_percent: dict[ByLanguage, Percent] | None = None
    councils: list[Text] | None = None
    objectives: Annotated[list[Line], Field(max_length=50)] | None = None
    cutoffs: Annotated[list[Moment], Field(max_length=50)] | None = None
    second_stage_at: Moment | None = None
    continuous: bool | None = None
    may_close_early: bool | None = None
    briefing_at: Moment | None = None
    contact_role: Line | None = None
    links: Annotated[list[Link], Field(max_length=20)] | None = None
    figures: Annotated[list[StatedFigure], Field(max_length=20)] | None = None
    stated_state: Literal["upcoming", "open", "closed"] | None = None

    def of_a_call(self) -> dict[str, Any]:
        """What only a call has, by the names of `Details`."""
        links = tuple(
            SourceLink(url=each.url, language=each.language, label=each.label or "")
            for each in self.links or ()
        )
        amount, amounts = Figure.side_by_side("amount_eur", self.amount_eur or {}, links)
        share, shares = Figure.side_by_side("support_percent", self.support_percent or {}, links)
        figures = (Figure.model_validate(each.model_dump(exclude_none=True)) for each in self.figures or ())
        return {
            "fund": self.fund,
            "authority": self.authority,
            "amount_eur": amount,
            "support_percent": share,
            "councils": tuple(dict.fromkeys(self.councils or ())),
            "objectives": tuple(dict.fromkeys(self.objectives or ())),
            "cutoffs": tuple(sorted(set(self.cutoffs or ()), key=When.begins)),
            "second_stage_at": self.second_stage_at,
            "continuous": bool(self.continuous),
            "may_close_early": bool(self.may_close_early),
            "briefing_at": self.briefing_at,
            "contact_role": self.contact_role,
            "links": tuple(dict.fromkeys(links)),
            "figures": tuple(dict.fromkeys((*figures, *amounts, *shares))),
            "stated_state": self.stated_state,
        }


def read(
    raw: Mapping[str, Any], cities: Collection[str], topics: Collection[str], councils: Collection[str] = ()
) -> tuple[Extension, list[str]]:
    """What of the extension is right, and a sentence for each field that is not."""
    raw = {whole(name): value for name, value in raw.items()}
    for name in _SUMS:
        if name in raw and not isinstance(raw[name], dict | None):
            raw[name] = {"": raw[name]}
    try:
        said, faults = Extension.model_validate(raw), []
    except ValidationError as fault:
        wrong = {str(finding["loc"][0]): finding["msg"] for finding in fault.errors(include_url=False)}
        said = Extension.model_validate({name: value for name, value in raw.items() if name not in wrong})
        faults = [f"_silta.{name} was left out: {reason}" for name, reason in wrong.items()]
    left_out: dict[str, Any] = {}
    for name, known in (("cities", cities), ("topics", topics), ("councils", councils)):
        slugs: list[str] = getattr(said, name) or []
        strange = [slug for slug in slugs if slug not in known]
        if strange:
            faults.append(f"_silta.{name} was left out in part: {', '.join(strange)[:200]} is not known here")
            # None, not "for all": a slip must not widen whom it concerns beyond the source's defaults.
            left_out[name] = [slug for slug in slugs if slug in known] or None
    for start, end in (("opens_at", "closes_at"), ("starts_at", "ends_at")):
        if _ends_before(getattr(said, start), getattr(said, end)):
            faults.append(f"_silta.{start} and {end} were left out: the end is before the start")
            left_out |= {start: None, end: None}
    said = said.model_copy(update=left_out)
    return said, faults + _leave_out_stages(said)


def _leave_out_stages(said: Extension) -> list[str]:
    """Take out cut-offs and stages that nobody could meet; returns a sentence for each."""
    strange = [
        each
        for each in said.cutoffs or ()
        if _ends_before(said.opens_at, each) or _ends_before(each, said.closes_at)
    ]
    said.cutoffs = [each for each in said.cutoffs or () if each not in strange]
    faults = [
        f"_silta.cutoffs was left out in part: {each.isoformat()} lies outside opens_at and closes_at"
        for each in strange
    ]
    if _ends_before(said.opens_at, said.second_stage_at):
        said.second_stage_at = None
        faults.append("_silta.second_stage_at was left out: it is before opens_at")
    return faults


def _ends_before(start: When | None, end: When | None) -> bool:
    if start is None or end is None:
        return False
    return (end.ends() - _TICK if end.day else end.ends()) < start.begins()
