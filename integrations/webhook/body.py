"""The body of a webhook: from JSON to a report.

    {"type": "item.published", "timestamp": "2026-11-24T08:00:00Z",
     "data": {"external_id": "tampere-2026-3", "kind": "call", "title": {"fi": "…"}, …}}

`type` is item.published, item.updated (the data replaces the former whole) or item.withdrawn (only
`external_id` counts). The fields of `data` stand in `integrations.webhook.data`; an unknown one is refused,
because a slip in `closes_at` would silently lose a deadline. Null means absent. What the body leaves out
comes from the source's defaults.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.clock import When
from bot.contracts import (
    LANGUAGES,
    Defaults,
    Details,
    Figure,
    Inbox,
    Kind,
    Moment,
    Problems,
    Report,
    Visibility,
)
from integrations.webhook.data import ByLanguage, Data
from integrations.webhook.fields import ExternalId
from integrations.webhook.problems import Refused, by_field

Value = TypeVar("Value")
_FIGURES = ("amount_eur", "support_percent")


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
    """The faults of what may be plain or by language put as the sender wrote it."""
    for path, detail in faults:
        field = path.removeprefix("data.").partition(".")[0]
        plain_text = field in {"title", "body"} and isinstance(data.get(field), str)
        plain_sum = field in _FIGURES and not isinstance(data.get(field), dict)
        if plain_text or plain_sum:
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
    plain_sums = {
        name: {"": raw[name]}
        for name in _FIGURES
        if raw.get(name) is not None and not isinstance(raw[name], dict)
    }
    known = {"cities": inbox.cities, "topics": inbox.topics, "councils": inbox.councils}
    data = Data.model_validate(raw | texts | plain_sums, context=known)
    links = data.stated_links()
    amount, amounts = Figure.side_by_side("amount_eur", _said(data.amount_eur), links)
    share, shares = Figure.side_by_side("support_percent", _said(data.support_percent), links)
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
            amount_eur=amount,
            support_percent=share,
            councils=_once(data.councils or ()),
            objectives=_once(data.objectives or ()),
            cutoffs=tuple(sorted(set(data.cutoffs or ()), key=When.begins)),
            second_stage_at=data.second_stage_at,
            continuous=bool(data.continuous),
            may_close_early=bool(data.may_close_early),
            briefing_at=data.briefing_at,
            contact_role=data.contact_role,
            links=links,
            figures=_once((*data.stated_figures(), *amounts, *shares)),
            stated_state=data.stated_state,
        ),
    )


def _once(values: Iterable[Value]) -> tuple[Value, ...]:
    return tuple(dict.fromkeys(values))


def _said(values: Mapping[ByLanguage, float | None] | None) -> dict[ByLanguage, float]:
    return {language: value for language, value in (values or {}).items() if value is not None}


def _visibility(kind: Kind, defaults: Defaults) -> Visibility:
    if kind in {"call", "event"}:
        return "public"
    return (defaults.visibility if kind == "news" else None) or "network"
