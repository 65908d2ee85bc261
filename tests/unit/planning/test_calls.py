"""What a call is, from its dates alone, in the forms that real calls take."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.clock import When
from bot.planning.calls import closes_before_it_opens, deadlines, disagrees, door, next_deadline, state_of
from tests.factories import details

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def call(**more: Any) -> Any:
    return details(**{"closes_at": None, **more})


@pytest.mark.parametrize(
    ("dates", "state"),
    [
        ({"opens_at": "2026-11-25", "closes_at": "2027-01-15"}, "upcoming"),
        ({"opens_at": "2026-11-25"}, "upcoming"),
        ({"opens_at": "2026-11-24", "closes_at": "2027-01-15"}, "open"),
        ({"opens_at": "2026-11-24T11:00:00+02:00", "closes_at": "2027-01-15"}, "upcoming"),
        ({"closes_at": "2026-12-08T10:00:00+02:00"}, "closing"),
        ({"closes_at": "2026-12-08T10:00:01+02:00"}, "open"),
        ({"closes_at": "2026-11-24"}, "closing"),
        ({"closes_at": "2026-11-24T09:59:59+02:00"}, "closed"),
        ({"closes_at": "2026-11-24T10:00:00+02:00"}, "closed"),
        ({"closes_at": "2026-11-23"}, "closed"),
        ({"cutoffs": ["2026-09-30", "2027-12-15"]}, "open"),
        ({"cutoffs": ["2026-09-30", "2026-12-01"], "closes_at": "2027-12-15"}, "closing"),
        ({"cutoffs": ["2026-09-30"]}, "closed"),
        ({"closes_at": "2026-11-01", "second_stage_at": "2027-04-23"}, "open"),
        ({"closes_at": "2026-11-01", "second_stage_at": "2026-11-20"}, "closed"),
        ({"continuous": True}, "continuous"),
        ({"continuous": True, "opens_at": "2026-12-01"}, "upcoming"),
        ({"continuous": True, "cutoffs": ["2026-12-01"]}, "closing"),
        ({"continuous": True, "cutoffs": ["2026-11-01"]}, "continuous"),
        ({"continuous": True, "opens_at": "2025-12-31T22:00:00Z", "closes_at": "2036-12-31T21:59:00Z"},
         "continuous"),
        ({"continuous": True, "closes_at": "2026-11-20"}, "closed"),
        ({}, "undated"),
        ({"opens_at": "2026-11-01"}, "open"),
    ],
)  # fmt: skip
def test_the_state_follows_from_the_dates(dates: dict[str, Any], state: str) -> None:
    assert state_of(call(**dates), NOW) == state


@pytest.mark.parametrize(
    ("stated", "dates", "wrong"),
    [
        ("open", {"closes_at": "2027-01-15"}, False),
        ("open", {"closes_at": "2026-11-30"}, False),
        ("open", {"continuous": True}, False),
        ("closed", {"closes_at": "2027-01-15"}, True),
        ("upcoming", {"opens_at": "2026-11-01", "closes_at": "2027-01-15"}, True),
        ("open", {"closes_at": "2026-11-01"}, True),
        ("closed", {}, False),
        (None, {"closes_at": "2026-11-01"}, False),
    ],
)
def test_a_source_that_says_another_state_disagrees(
    stated: str | None, dates: dict[str, Any], wrong: bool
) -> None:
    assert disagrees(call(stated_state=stated, **dates), NOW) is wrong


def test_every_moment_stands_once_in_order_of_time() -> None:
    said = call(
        opens_at="2026-11-24", briefing_at="2026-12-01T09:00:00+02:00", cutoffs=["2026-12-10", "2027-03-01"],
        closes_at="2027-03-01", second_stage_at="2027-06-01T13:00:00+02:00",
    )  # fmt: skip
    assert [(about, when.isoformat()) for about, when in deadlines(said)] == [
        ("opens", "2026-11-24"),
        ("briefing", "2026-12-01T07:00:00+00:00"),
        ("closes", "2026-12-10"),
        ("closes", "2027-03-01"),
        ("closes", "2027-06-01T11:00:00+00:00"),
    ]


def test_a_bare_date_beside_the_hour_of_that_day_is_one_deadline() -> None:
    # 23:30 UTC on the 14th is the 15th in Finland.
    said = call(cutoffs=["2027-01-15"], closes_at="2027-01-14T23:30:00Z")
    assert deadlines(said) == (("closes", When.parse("2027-01-14T23:30:00Z")),)


def test_an_event_has_its_beginning_and_its_registration() -> None:
    said = call(kind="event", closes_at="2026-11-30", starts_at="2026-12-03T09:00:00+02:00")
    assert [about for about, _ in deadlines(said)] == ["closes", "starts"]


def test_nothing_dated_has_no_deadlines() -> None:
    assert deadlines(call()) == ()
    assert next_deadline(call(), NOW) is None


def test_the_next_deadline_is_the_next_cut_off_and_a_bare_date_lasts_until_midnight() -> None:
    said = call(cutoffs=["2026-11-24", "2026-12-10"], closes_at="2027-01-15")
    assert next_deadline(said, datetime(2026, 11, 24, 21, 59, tzinfo=UTC)) == When.parse("2026-11-24")
    assert next_deadline(said, datetime(2026, 11, 24, 22, 0, tzinfo=UTC)) == When.parse("2026-12-10")
    assert next_deadline(said, datetime(2027, 1, 16, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("dates", "last"),
    [
        ({"closes_at": "2027-01-15", "second_stage_at": "2027-06-01"}, "2027-01-15"),
        ({"closes_at": "2027-01-15", "cutoffs": ["2026-12-01"]}, "2027-01-15"),
        ({"cutoffs": ["2027-01-15T12:00:00+02:00", "2027-01-15", "2026-12-01"]}, "2027-01-15"),
        ({"cutoffs": ["2026-12-01"], "continuous": True}, None),
        ({"second_stage_at": "2027-06-01"}, None),
        ({}, None),
    ],
)
def test_the_door_shuts_with_the_last_deadline_for_newcomers(dates: dict[str, Any], last: str | None) -> None:
    shut = door(call(**dates))
    assert (shut.isoformat() if shut else None) == last


@pytest.mark.parametrize(
    ("dates", "impossible"),
    [
        ({"opens_at": "2027-01-15", "closes_at": "2027-01-14"}, True),
        ({"opens_at": "2027-01-15", "closes_at": "2027-01-15"}, False),
        ({"opens_at": "2027-01-15T12:00:00Z", "closes_at": "2027-01-15T11:00:00Z"}, True),
        ({"opens_at": "2027-01-15", "closes_at": "2027-01-14", "second_stage_at": "2027-06-01"}, False),
        ({"opens_at": "2027-01-15"}, False),
    ],
)
def test_a_call_that_closes_before_it_opens_is_known_for_one(dates: dict[str, Any], impossible: bool) -> None:
    assert closes_before_it_opens(call(**dates)) is impossible
