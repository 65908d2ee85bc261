"""From fields as others state them to a report: what webhooks of every kind end in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar

from bot.clock import When
from bot.contracts import LANGUAGES, Defaults, Details, Figure, Kind, Report, Visibility
from integrations.report_data import ByLanguage, Data

Known = Mapping[str, Collection[str]]
"""The slugs of the network under `cities`, `topics` and `councils`."""

Value = TypeVar("Value")
SUMS = ("amount_eur", "support_percent")


def published(raw: Mapping[str, Any], known: Known, defaults: Defaults) -> Report:
    """The report that the fields of `integrations.report_data` make; the defaults say what they leave out.

    `title` and `body` may be plain, in `language`, and sums plain or by language. Raises ValidationError.
    """
    language = raw.get("language")
    plain = language if language in LANGUAGES else defaults.language
    texts = {name: {plain: raw[name]} for name in ("title", "body") if isinstance(raw.get(name), str)}
    plain_sums = {
        name: {"": raw[name]}
        for name in SUMS
        if raw.get(name) is not None and not isinstance(raw[name], dict)
    }
    data = Data.model_validate({**raw, **texts, **plain_sums}, context=known)
    links = data.stated_links()
    amount, amounts = Figure.side_by_side("amount_eur", _said(data.amount_eur), links)
    share, shares = Figure.side_by_side("support_percent", _said(data.support_percent), links)
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
            visibility=data.visibility or visibility_of(kind, defaults),
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
            roles=_once(data.roles or ()),
            identifier=data.identifier,
            links=links,
            figures=_once((*data.stated_figures(), *amounts, *shares)),
            stated_state=data.stated_state,
        ),
    )


def _once(values: Iterable[Value]) -> tuple[Value, ...]:
    return tuple(dict.fromkeys(values))


def _said(values: Mapping[ByLanguage, float | None] | None) -> dict[ByLanguage, float]:
    return {language: value for language, value in (values or {}).items() if value is not None}


def visibility_of(kind: Kind, defaults: Defaults) -> Visibility:
    if kind in {"call", "event"}:
        return "public"
    return (defaults.visibility if kind == "news" else None) or "network"
