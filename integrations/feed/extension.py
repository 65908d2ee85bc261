"""The `_silta` object of a JSON Feed item: what a feed knows of a call or an event beyond its text.

    {"id": "…", "title": "…", "_silta": {
        "kind": "call", "cities": ["tampere"], "topics": ["akut"], "visibility": "public",
        "opens_at": "2026-11-24", "closes_at": "2027-01-15T16:15:00+02:00",
        "fund": "EAKR", "authority": "Pirkanmaan liitto", "amount_eur": 1500000, "support_percent": 60,
        "starts_at": null, "ends_at": null, "location": null}}

All fields are optional. A field that is wrong, or unknown, is named and left out; the rest counts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.clock import When
from bot.contracts import Kind, Moment, Visibility
from integrations.feed.text import Text, whole

_TICK = timedelta(microseconds=1)


Line = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


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
    amount_eur: float | None = Field(None, ge=0, le=1e12, allow_inf_nan=False)
    support_percent: float | None = Field(None, ge=0, le=100, allow_inf_nan=False)


def read(
    raw: Mapping[str, Any], cities: Collection[str], topics: Collection[str]
) -> tuple[Extension, list[str]]:
    """What of the extension is right, and a sentence for each field that is not."""
    raw = {whole(name): value for name, value in raw.items()}
    try:
        said, faults = Extension.model_validate(raw), []
    except ValidationError as fault:
        wrong = {str(finding["loc"][0]): finding["msg"] for finding in fault.errors(include_url=False)}
        said = Extension.model_validate({name: value for name, value in raw.items() if name not in wrong})
        faults = [f"_silta.{name} was left out: {reason}" for name, reason in wrong.items()]
    left_out: dict[str, Any] = {}
    for name, known in (("cities", cities), ("topics", topics)):
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
    return said.model_copy(update=left_out), faults


def _ends_before(start: When | None, end: When | None) -> bool:
    if start is None or end is None:
        return False
    return (end.ends() - _TICK if end.day else end.ends()) < start.begins()
