"""What a feed says of a call under `_silta`: what is right counts, what is wrong is named and left out."""

from __future__ import annotations

from typing import Any

import pytest

from bot.clock import When
from bot.contracts import Figure, SourceLink
from tests.fakes.feeds import FakeFeeds
from tests.integrations.feed.asking import read

CALL: dict[str, Any] = {
    "kind": "call",
    "opens_at": "2026-11-24",
    "closes_at": "2027-03-31",
    "cutoffs": ["2027-02-15", "2026-12-10T16:15:00+02:00", "2027-02-15"],
    "second_stage_at": "2027-06-30",
    "briefing_at": "2026-12-01T09:00:00+02:00",
    "continuous": True,
    "may_close_early": True,
    "stated_state": "open",
    "councils": ["pirkanmaan-liitto"],
    "objectives": ["1.1"],
    "contact_role": "Rahoitusasiantuntija",
    "identifier": "EURA 2026/7",
    "links": [{"url": "https://example.org/sv", "language": "sv"}],
    "figures": [{"name": "support_percent", "value": 70, "source": "EURA"}],
    "amount_eur": {"fi": 730000, "sv": 1400000},
    "location": "Teams",
}


def test_all_that_a_call_has_arrives(feeds: FakeFeeds) -> None:
    details, wrong = read(feeds, CALL)
    assert not wrong
    assert details.cutoffs == (When.parse("2026-12-10T14:15:00Z"), When.parse("2027-02-15"))
    assert (details.second_stage_at, details.briefing_at) == (
        When.parse("2027-06-30"),
        When.parse("2026-12-01T07:00:00Z"),
    )
    assert (details.continuous, details.may_close_early, details.stated_state) == (True, True, "open")
    assert (details.councils, details.objectives) == (("pirkanmaan-liitto",), ("1.1",))
    assert details.contact_role == "Rahoitusasiantuntija"
    assert details.identifier == "EURA 2026/7"
    assert details.links == (SourceLink(url="https://example.org/sv", language="sv"),)
    assert details.amount_eur is None
    assert details.figures == (
        Figure(name="support_percent", value=70, source="EURA"),
        Figure(name="amount_eur", value=730000, language="fi"),
        Figure(name="amount_eur", value=1400000, language="sv", url="https://example.org/sv"),
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cutoffs", ["15.1.2027"]),
        ("cutoffs", ["2027-01-15"] * 51),
        ("second_stage_at", "soon"),
        ("continuous", "yes"),
        ("title", {"de": "Aufruf"}),
        ("body", "Text"),
        ("stated_state", "auki"),
        ("objectives", [5]),
        ("links", [{"url": "javascript:alert(1)"}]),
        ("links", [{"url": "/relative"}]),
        ("figures", [{"name": "applicants", "value": 5}]),
        ("figures", [{"name": "support_percent", "value": 101}]),
        ("amount_eur", {"fi": -1}),
        ("amount_eur", [5]),
        ("support_percent", {"fi": float("inf")}),
        ("support_percent", {"de": 5}),
    ],
)
def test_a_wrong_field_is_named_and_the_rest_counts(feeds: FakeFeeds, field: str, value: Any) -> None:
    details, wrong = read(feeds, {**CALL, field: value})
    assert len(wrong) == 1
    assert f"entry 'a': _silta.{field} was left out" in wrong[0]
    assert details.location == "Teams"


def test_other_language_versions_stand_beside_the_entrys_own(feeds: FakeFeeds) -> None:
    said = {"title": {"fi": "Ei tämä", "sv": " Ansökan\n<b>"}, "body": {"sv": "Sök <b>nu</b>", "en": " "}}
    details, wrong = read(feeds, said)
    assert not wrong
    assert details.title == {"fi": "A", "sv": "Ansökan <b>"}
    assert list(details.body) == ["sv"]
    assert "<b>" not in details.body["sv"]


def test_an_unknown_council_is_named_and_the_known_one_kept(feeds: FakeFeeds) -> None:
    details, wrong = read(feeds, {"councils": ["pirkanmaan-liitto", "atlantiksen-liitto"]})
    assert (details.councils, len(wrong)) == (("pirkanmaan-liitto",), 1)
    assert "atlantiksen-liitto" in wrong[0]


def test_cut_offs_and_stages_that_nobody_could_meet_are_left_out(feeds: FakeFeeds) -> None:
    days = {"opens_at": "2027-01-10", "closes_at": "2027-02-10"}
    details, wrong = read(
        feeds,
        {**days, "cutoffs": ["2027-01-09", "2027-01-20", "2027-02-11"], "second_stage_at": "2027-01-01"},
    )
    assert details.cutoffs == (When.parse("2027-01-20"),)
    assert details.second_stage_at is None
    assert details.closes_at == When.parse("2027-02-10")
    assert len(wrong) == 3
