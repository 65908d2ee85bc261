"""The body of a webhook: from JSON to a report.

    {"type": "item.published", "timestamp": "2026-11-24T08:00:00Z",
     "data": {"external_id": "tampere-2026-3", "kind": "call", "title": {"fi": "…"}, …}}

`type` is item.published, item.updated (the data replaces the former whole) or item.withdrawn (only
`external_id` counts). Fields of `data` are those of `Data`; an unknown one is refused, because a slip
in `closes_at` would silently lose a deadline. Null means absent. What the body leaves out comes from
the source's defaults.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from bot.clock import When
from bot.contracts import (
    LANGUAGES,
    Defaults,
    Details,
    Inbox,
    Kind,
    Language,
    Moment,
    Problems,
    Report,
    Visibility,
)
from integrations.webhook.fields import Body, ExternalId, Line, Slugs, Title, WebAddress
from integrations.webhook.problems import Refused, by_field, nearest

_TICK = timedelta(microseconds=1)


class Envelope(BaseModel):
    """The outer object. Further fields are ignored, as Standard Webhooks senders may add their own."""

    model_config = ConfigDict(strict=True)

    type: Literal["item.published", "item.updated", "item.withdrawn"]
    timestamp: Moment | None = None
    data: dict[str, Any]


class Withdrawal(BaseModel):
    """The `data` of item.withdrawn."""

    model_config = ConfigDict(strict=True)

    external_id: ExternalId


class Data(BaseModel):
    """The `data` of item.published and item.updated. `title` and `body` may be plain, in `language`."""

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
    opens_at: Moment | None = None
    closes_at: Moment | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    location: Line | None = None
    fund: Line | None = None
    authority: Line | None = None
    amount_eur: float | None = Field(None, ge=0, le=1e12, allow_inf_nan=False)
    support_percent: float | None = Field(None, ge=0, le=100, allow_inf_nan=False)

    @field_validator("title")
    @classmethod
    def _has_a_language(cls, value: dict[Language, str | None]) -> dict[Language, str | None]:
        if not any(value.values()):
            raise ValueError("needs a text in at least one of fi, sv, en")
        return value

    @field_validator("cities", "topics")
    @classmethod
    def _are_known(cls, value: list[str] | None, info: ValidationInfo) -> list[str] | None:
        known: frozenset[str] = (info.context or {})[info.field_name]
        strange = [slug for slug in value or () if slug not in known]
        if strange:
            raise ValueError("; ".join(_unknown(slug, known) for slug in strange[:10]))
        return value

    @field_validator("closes_at", "ends_at")
    @classmethod
    def _comes_after(cls, value: When | None, info: ValidationInfo) -> When | None:
        start = "opens_at" if info.field_name == "closes_at" else "starts_at"
        begin = info.data.get(start)
        if value and begin and _last_moment(value) < begin.begins():
            raise ValueError(f"is before {start}")
        return value


def _last_moment(end: When) -> datetime:
    return end.ends() - _TICK if end.day else end.ends()


def _unknown(slug: str, known: frozenset[str]) -> str:
    near = nearest(slug, known)
    return f"{slug[:100]!r} is not known here" + (f"; did you mean {near}?" if near else "")


def read(document: object, inbox: Inbox) -> Report:
    """The report a document makes for this inbox. Raises Refused (422) with every fault by field."""
    envelope, faults = _envelope(document)
    data = document.get("data") if isinstance(document, dict) else None
    report = None
    if isinstance(data, dict):
        try:
            if envelope is not None and envelope.type == "item.withdrawn":
                report = Report(Withdrawal.model_validate(data).external_id, None)
            else:
                report = _published(data, inbox)
        except ValidationError as fault:
            faults += _about_texts(by_field(fault, "data", Data.model_fields), data)
    if report is None or faults:
        raise Refused(422, "The body is not as it should be; errors names every fault.", faults)
    return report


def _about_texts(faults: list[tuple[str, str]], data: dict[str, Any]) -> Problems:
    """The faults with those of title and body put as the sender wrote them: plain, or by language."""
    for path, detail in faults:
        field = path.removeprefix("data.").partition(".")[0]
        if field in {"title", "body"} and isinstance(data.get(field), str):
            yield f"data.{field}", detail
        elif path in {"data.title", "data.body"} and detail == "must be an object":
            yield path, "must be text, or an object of texts by language (fi, sv, en)"
        else:
            yield path, detail


def _envelope(document: object) -> tuple[Envelope | None, list[tuple[str, str]]]:
    if not isinstance(document, dict):
        return None, [("", "must be a JSON object")]
    try:
        return Envelope.model_validate(document), []
    except ValidationError as fault:
        return None, by_field(fault, "")


def _published(raw: dict[str, Any], inbox: Inbox) -> Report:
    language = raw.get("language")
    plain = language if language in LANGUAGES else inbox.defaults.language
    texts = {name: {plain: raw[name]} for name in ("title", "body") if isinstance(raw.get(name), str)}
    data = Data.model_validate(raw | texts, context={"cities": inbox.cities, "topics": inbox.topics})
    defaults = inbox.defaults
    kind = data.kind or defaults.kind
    return Report(
        data.external_id,
        Details(
            kind=kind,
            title={language: text for language, text in data.title.items() if text},
            body={language: text for language, text in (data.body or {}).items() if text},
            url=data.url,
            cities=_once(defaults.cities if data.cities is None else data.cities),
            topics=_once(defaults.topics if data.topics is None else data.topics),
            urgent=bool(data.urgent),
            visibility=data.visibility or _visibility(kind, defaults),
            opens_at=data.opens_at,
            closes_at=data.closes_at,
            starts_at=data.starts_at,
            ends_at=data.ends_at,
            location=data.location,
            fund=data.fund,
            authority=data.authority,
            amount_eur=data.amount_eur,
            support_percent=data.support_percent,
        ),
    )


def _once(slugs: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(slugs))


def _visibility(kind: Kind, defaults: Defaults) -> Visibility:
    if kind in {"call", "event"}:
        return "public"
    return (defaults.visibility if kind == "news" else None) or "network"
