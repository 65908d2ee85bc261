"""The one parser of dates: a table of what real pages carry, and what no page may do to it."""

from __future__ import annotations

from datetime import date

import pytest

from bot.clock import When
from integrations import dates
from tests.integrations.dates_table import CASES, TODAY, Case, spoken


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.text[:40] or "empty")
def test_a_date_is_read_as_it_was_meant(case: Case) -> None:
    assert spoken(case.text) == (case.moments, case.span)


def test_a_range_without_a_year_is_the_one_nearest_to_today() -> None:
    nearest = {
        date(2026, 1, 10): dates.Span(When(day=date(2025, 12, 1)), When(day=date(2026, 1, 15))),
        date(2026, 11, 1): dates.Span(When(day=date(2026, 12, 1)), When(day=date(2027, 1, 15))),
    }

    assert {today: dates.span("1.12.–15.1.", today=today) for today in nearest} == nearest


def test_a_time_belongs_to_the_zone_of_its_page() -> None:
    there = dates.moment("3.3.2026 klo 9.00", today=TODAY, zone="Europe/Stockholm")

    assert there == When.parse("2026-03-03T09:00+01:00")


@pytest.mark.parametrize(
    "text",
    [
        "1." * 60_000,
        "1.2.-" * 40_000,
        " - " * 60_000,
        "12.5.2026 klo " * 10_000,
        "mars " * 40_000,
        "\ud800\0 12.5.2026",
    ],
    ids=["dots", "ranges", "dashes", "times", "months", "half characters"],
)
def test_no_text_breaks_it(text: str) -> None:
    assert len(dates.moments(text, today=TODAY)) < 50_000
    dates.span(text, today=TODAY)
