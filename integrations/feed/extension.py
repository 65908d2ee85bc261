"""The `_silta` object of a JSON Feed item: what a feed knows of a call or an event beyond its text.

    {"id": "…", "title": "…", "_silta": {
        "kind": "call", "cities": ["tampere"], "topics": ["akut"], "visibility": "public",
        "opens_at": "2026-11-24", "closes_at": "2027-01-15T16:15:00+02:00",
        "fund": "EAKR", "authority": "Pirkanmaan liitto", "amount_eur": 1500000, "support_percent": 60,
        "starts_at": null, "ends_at": null, "location": null, "councils": ["pirkanmaan-liitto"],
        "cutoffs": ["2026-12-10"], "second_stage_at": null, "briefing_at": "2026-12-01T09:00:00+02:00",
        "continuous": false, "may_close_early": true, "objectives": ["1.1"], "contact_role": "adviser",
        "identifier": "EURA 2026/7",
        "links": [{"url": "https://…", "language": "sv"}], "stated_state": "open",
        "figures": [{"name": "amount_eur", "value": 1400000, "language": "sv", "url": "https://…"}]}}

`amount_eur` and `support_percent` may also be objects by language: `{"fi": 730000, "sv": 1400000}`; `title`
and `body` are further language versions: `{"sv": "…"}`.

All fields are optional. A field that is wrong, or unknown, is named and left out; the rest counts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from bot.clock import When
from bot.contracts import Kind, Language, Visibility
from integrations import text
from integrations.feed.call import CallFields, Line
from integrations.moments import StatedMoment
from integrations.reports import SUMS
from integrations.text import Text, whole

_TICK = timedelta(microseconds=1)


class Extension(CallFields):
    """What an item says under `_silta`. `cities` and `topics` are slugs of the network."""

    kind: Kind | None = None
    cities: list[Text] | None = None
    topics: list[Text] | None = None
    visibility: Visibility | None = None
    opens_at: StatedMoment | None = None
    closes_at: StatedMoment | None = None
    starts_at: StatedMoment | None = None
    ends_at: StatedMoment | None = None
    location: Line | None = None
    title: dict[Language, Text] | None = None
    body: dict[Language, Text] | None = None

    def titles(self) -> dict[Language, str]:
        """The titles in other languages, as plain lines."""
        said = {key: text.title(value, is_html=False) for key, value in (self.title or {}).items()}
        return {key: value for key, value in said.items() if value}

    def bodies(self) -> dict[Language, str]:
        """The texts in other languages: plain text, as `content_text` is."""
        said = {key: text.markdown(value, is_html=False) for key, value in (self.body or {}).items()}
        return {key: value for key, value in said.items() if value}


def read(
    raw: Mapping[str, Any], cities: Collection[str], topics: Collection[str], councils: Collection[str] = ()
) -> tuple[Extension, list[str]]:
    """What of the extension is right, and a sentence for each field that is not."""
    raw = {whole(name): value for name, value in raw.items()}
    for name in SUMS:
        if name in raw and not isinstance(raw[name], dict | None):
            raw[name] = {"": raw[name]}
    try:
        said, faults = Extension.model_validate(raw), []
    except ValidationError as fault:
        wrong = {
            str(finding["loc"][0]): finding["msg"].removeprefix("Value error, ")
            for finding in fault.errors(include_url=False)
        }
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
