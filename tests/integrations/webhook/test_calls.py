"""What a webhook says of a call: stages, cut-offs, councils, and figures that differ by language."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.clock import When
from bot.contracts import Details, Figure, SourceLink
from tests.integrations.webhook.inbox import RememberingInbox, faults, item, signed, webhook

CALL: dict[str, Any] = {
    "kind": "call",
    "opens_at": "2026-11-24",
    "closes_at": "2027-03-31",
    "cutoffs": ["2027-02-15", "2026-12-10T16:15:00+02:00", "2027-02-15"],
    "second_stage_at": "2027-06-30T13:00:00+03:00",
    "briefing_at": "2026-12-01T09:00:00+02:00",
    "continuous": True,
    "may_close_early": True,
    "stated_state": "open",
    "councils": ["pirkanmaan-liitto", "uudenmaan-liitto"],
    "objectives": ["1.1", " 2.1 ", "1.1"],
    "contact_role": "Rahoitus-\nasiantuntija",
    "roles": ["city_lead", "city_lead"],
    "identifier": " EURA 2026/7 ",
    "links": [
        {"url": "https://example.org/fi", "language": "fi"},
        {"url": "https://example.org/sv", "language": "sv", "label": "Finansiering"},
    ],
    "figures": [{"name": "support_percent", "value": 70, "source": "EURA", "url": "https://eura2021.fi/"}],
}


def received(**data: Any) -> Details:
    inbox = RememberingInbox()
    answer = webhook().receive(signed(item(**data)), inbox)
    assert answer.status == 200, answer.body
    assert inbox.only.details is not None
    return inbox.only.details


def refused(**data: Any) -> dict[str, str]:
    inbox = RememberingInbox()
    found = faults(webhook().receive(signed(item(**data)), inbox))
    assert not inbox.reports
    return found


def test_all_that_a_call_has_arrives() -> None:
    details = received(**CALL)
    assert details.cutoffs == (When.parse("2026-12-10T14:15:00Z"), When.parse("2027-02-15"))
    assert details.second_stage_at == When.parse("2027-06-30T10:00:00Z")
    assert details.briefing_at == When.parse("2026-12-01T07:00:00Z")
    assert (details.continuous, details.may_close_early, details.stated_state) == (True, True, "open")
    assert details.councils == ("pirkanmaan-liitto", "uudenmaan-liitto")
    assert details.objectives == ("1.1", "2.1")
    assert details.contact_role == "Rahoitus- asiantuntija"
    assert details.roles == ("city_lead",)
    assert details.identifier == "EURA 2026/7"
    assert details.links == (
        SourceLink(url="https://example.org/fi", language="fi"),
        SourceLink(url="https://example.org/sv", language="sv", label="Finansiering"),
    )
    assert details.figures == (
        Figure(name="support_percent", value=70, source="EURA", url="https://eura2021.fi/"),
    )


def test_null_means_absent() -> None:
    assert received(**dict.fromkeys(CALL, None) | {"kind": "call"}) == received(kind="call")


def test_figures_of_language_versions_that_differ_are_kept_apart_each_with_its_page() -> None:
    details = received(**CALL, amount_eur={"fi": 730000, "sv": 1400000, "en": None})
    assert details.amount_eur is None
    assert details.figures[1:] == (
        Figure(name="amount_eur", value=730000, language="fi", url="https://example.org/fi"),
        Figure(name="amount_eur", value=1400000, language="sv", url="https://example.org/sv"),
    )


@pytest.mark.parametrize("amount", [730000, {"fi": 730000}, {"fi": 730000, "sv": 730000.0}])
def test_figures_that_agree_are_one(amount: Any) -> None:
    details = received(amount_eur=amount, support_percent={"sv": 60})
    assert (details.amount_eur, details.support_percent, details.figures) == (730000, 60, ())


@pytest.mark.parametrize("amount", [{}, {"fi": None}, None])
def test_no_figure_is_none(amount: Any) -> None:
    assert received(amount_eur=amount).amount_eur is None


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"councils": ["pirkanma-liitto"]}, "councils", "'pirkanma-liitto' is not known here; did you mean"),
    ({"councils": "pirkanmaan-liitto"}, "councils", "must be a list"),
    ({"opens_at": "2027-01-02", "closes_at": "2027-01-01"}, "closes_at", "is before opens_at"),
    ({"opens_at": "2027-01-02", "second_stage_at": "2027-01-01"}, "second_stage_at", "before opens_at"),
    (
        {"opens_at": "2027-01-02", "cutoffs": ["2027-01-01"]},
        "cutoffs",
        "2027-01-01, which is before opens_at",
    ),
    (
        {"closes_at": "2027-01-02", "cutoffs": ["2027-01-03"]},
        "cutoffs",
        "2027-01-03, which is after closes_at",
    ),
    ({"cutoffs": ["15.1.2027"]}, "cutoffs.0", "ISO 8601"),
    ({"cutoffs": ["2027-01-15T16:15:00"]}, "cutoffs.0", "zone"),
    ({"cutoffs": ["2027-01-15"] * 51}, "cutoffs", "at most 50"),
    ({"cutoffs": "2027-01-15"}, "cutoffs", "must be a list"),
    ({"continuous": "yes"}, "continuous", "true or false"),
    ({"stated_state": "auki"}, "stated_state", "'upcoming', 'open' or 'closed'"),
    ({"objectives": ["x" * 501]}, "objectives.0", "at most 500"),
    ({"objectives": ["1.1"] * 51}, "objectives", "at most 50"),
    ({"identifier": "x" * 201}, "identifier", "at most 200"),
    ({"contact_role": 5}, "contact_role", "must be text"),
    ({"links": [{"url": "javascript:alert(1)"}]}, "links.0.url", "http or https"),
    ({"links": [{"language": "fi"}]}, "links.0.url", "is missing"),
    ({"links": [{"url": "https://example.org/"}] * 21}, "links", "at most 20"),
    ({"figures": [{"name": "applicants", "value": 5}]}, "figures.0.name", "'amount_eur'"),
    ({"figures": [{"name": "support_percent", "value": 101}]}, "figures.0.value", "at most 100"),
    ({"figures": [{"name": "amount_eur", "value": -1}]}, "figures.0.value", "greater than or equal to 0"),
    ({"amount_eur": {"fi": -1}}, "amount_eur.fi", "greater than or equal to 0"),
    ({"amount_eur": {"de": 5}}, "amount_eur.de", "'fi'"),
    ({"amount_eur": [5]}, "amount_eur", "must be a number"),
    ({"support_percent": {"sv": 100.5}}, "support_percent.sv", "less than or equal to 100"),
    ({"cutoff": "2027-01-15"}, "cutoff", "did you mean cutoffs"),
]


@pytest.mark.parametrize(("data", "field", "reason"), WRONG, ids=[str(wrong[0])[:45] for wrong in WRONG])
def test_a_faulty_field_is_named(data: dict[str, Any], field: str, reason: str) -> None:
    found = refused(**data)
    assert list(found) == [f"data.{field}"]
    assert reason in found[f"data.{field}"]


@pytest.mark.parametrize("field", ["amount_eur", "support_percent"])
def test_an_infinite_figure_is_no_figure(field: str) -> None:
    raw = json.dumps(item(**{field: {"fi": "HERE"}})).replace('"HERE"', "1e999").encode()
    assert "finite" in faults(webhook().receive(signed(raw), RememberingInbox()))[f"data.{field}.fi"]


def test_a_cut_off_on_the_last_day_or_the_first_is_no_slip() -> None:
    days = {"opens_at": "2027-01-02", "closes_at": "2027-01-31"}
    assert len(received(**days, cutoffs=["2027-01-02", "2027-01-31T12:00:00+02:00"]).cutoffs) == 2
