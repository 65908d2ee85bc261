"""The `_silta` object: a JSON Feed of real calls."""

from __future__ import annotations

from typing import Any

import pytest

from bot.clock import When
from bot.contracts import Defaults
from tests.fakes.feeds import FakeFeeds
from tests.integrations.feed.asking import read

CALL: dict[str, Any] = {
    "kind": "call",
    "cities": ["tampere"],
    "topics": ["akut"],
    "visibility": "network",
    "opens_at": "2026-11-24",
    "closes_at": "2027-01-15T16:15:00+02:00",
    "fund": " EAKR ",
    "authority": "Pirkanmaan liitto",
    "amount_eur": 1500000,
    "support_percent": 60,
    "starts_at": "2026-12-01T09:00:00Z",
    "ends_at": "2026-12-01T09:00:00Z",
    "location": "Teams",
}


def test_everything_it_says_arrives(feeds: FakeFeeds) -> None:
    details, faults = read(feeds, CALL)
    assert not faults
    assert (details.kind, details.cities, details.topics) == ("call", ("tampere",), ("akut",))
    assert details.visibility == "network"
    assert details.opens_at == When.parse("2026-11-24")
    assert details.closes_at == When.parse("2027-01-15T14:15:00Z")
    assert (details.fund, details.authority, details.location) == ("EAKR", "Pirkanmaan liitto", "Teams")
    assert (details.amount_eur, details.support_percent) == (1_500_000, 60)
    assert details.starts_at == details.ends_at == When.parse("2026-12-01T09:00:00Z")


@pytest.mark.parametrize("silta", [None, {}, {"kind": None, "cities": None}])
def test_saying_nothing_leaves_tags_and_defaults(feeds: FakeFeeds, silta: Any) -> None:
    details, faults = read(feeds, silta)
    assert (details.kind, details.cities, faults) == ("news", ("paakaupunkiseutu",), [])


def test_an_empty_list_of_cities_means_all(feeds: FakeFeeds) -> None:
    assert read(feeds, {"cities": []}, defaults=Defaults(cities=("tampere",)))[0].cities == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "party"),
        ("visibility", "secret"),
        ("closes_at", "15.1.2027"),
        ("closes_at", "2027-01-15T16:15:00"),
        ("closes_at", "0001-01-01"),
        ("amount_eur", -1),
        ("amount_eur", "much"),
        ("support_percent", 101),
        ("fund", ""),
        ("fund", {"x": 1}),
        ("cities", "tampere"),
        ("closes_on", "2027-01-15"),
        ("c\ud83c", 1),
    ],
)
def test_a_wrong_field_is_named_and_the_rest_counts(feeds: FakeFeeds, field: str, value: Any) -> None:
    details, faults = read(feeds, {**CALL, field: value})
    assert len(faults) == 1
    assert f"entry 'a': _silta.{field[:1]}" in faults[0]
    assert details.location == "Teams"
    assert getattr(details, field, None) in (None, "news", "public", ("paakaupunkiseutu",), ())


def test_an_unknown_city_is_named_and_the_known_one_kept(feeds: FakeFeeds) -> None:
    details, faults = read(feeds, {"cities": ["tampere", "atlantis"]})
    assert (details.cities, len(faults)) == (("tampere",), 1)
    assert "atlantis" in faults[0]


def test_a_slip_in_the_only_city_does_not_make_it_everybodys(feeds: FakeFeeds) -> None:
    details, _ = read(feeds, {"cities": ["tampre"]}, defaults=Defaults(cities=("tampere",)))
    assert details.cities != ()


@pytest.mark.parametrize(("start", "end"), [("opens_at", "closes_at"), ("starts_at", "ends_at")])
def test_an_end_before_its_start_makes_both_untrustworthy(feeds: FakeFeeds, start: str, end: str) -> None:
    details, faults = read(feeds, {**CALL, start: "2027-02-02", end: "2027-02-01"})
    assert (getattr(details, start), getattr(details, end)) == (None, None)
    assert "the end is before the start" in faults[0]


def test_a_single_day_is_long_enough(feeds: FakeFeeds) -> None:
    assert not read(feeds, {"opens_at": "2027-02-01", "closes_at": "2027-02-01"})[1]
