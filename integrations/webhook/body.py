"""The body of a webhook: from JSON to a report.

    {"type": "item.published", "timestamp": "2026-11-24T08:00:00Z",
     "data": {"external_id": "tampere-2026-3", "kind": "call", "title": {"fi": "…"}, …}}

`type` is item.published, item.updated (the data replaces the former whole) or item.withdrawn (only
`external_id` counts). The fields of `data` stand in `integrations.report_data`; an unknown one is refused,
because a slip in `closes_at` would silently lose a deadline. Null means absent. What the body leaves out
comes from the source's defaults.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.contracts import Inbox, Moment, Problems, Report
from integrations.problems import Refused, by_field
from integrations.report_data import Data
from integrations.report_fields import ExternalId
from integrations.reports import SUMS, published


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
                known = {"cities": inbox.cities, "topics": inbox.topics, "councils": inbox.councils}
                report = published(data, known, inbox.defaults)
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
        plain_sum = field in SUMS and not isinstance(data.get(field), dict)
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
