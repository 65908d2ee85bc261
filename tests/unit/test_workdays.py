"""Working days: Finnish weekends and holidays, movable ones too."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from bot.workdays import holiday, is_working_day, working_day_after, working_day_before


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 24), True),
        (date(2026, 11, 28), False),  # a Saturday
        (date(2027, 12, 6), False),  # Independence Day, a Monday
        (date(2026, 5, 1), False),  # May Day
        (date(2026, 6, 19), False),  # Midsummer Eve
        (date(2027, 3, 26), False),  # Good Friday
        (date(2027, 3, 29), False),  # Easter Monday
        (date(2026, 12, 24), False),
        (date(2027, 1, 6), False),  # Epiphany
        (date(2027, 5, 6), False),  # Ascension Day
        (date(2026, 12, 23), True),
    ],
)
def test_a_working_day_is_neither_weekend_nor_holiday(day: date, works: bool) -> None:
    assert is_working_day(day) is works


def test_the_working_day_before_skips_a_row_of_days_off() -> None:
    assert working_day_before(date(2026, 12, 27)) == date(2026, 12, 23)
    assert working_day_before(date(2026, 11, 24)) == date(2026, 11, 24)


def test_the_working_day_after_is_never_the_day_itself() -> None:
    assert working_day_after(date(2026, 11, 24)) == date(2026, 11, 25)
    assert working_day_after(date(2026, 12, 23)) == date(2026, 12, 28)


def test_a_holiday_has_a_name() -> None:
    assert holiday(date(2026, 12, 6)) == "Independence Day"
    assert holiday(date(2026, 11, 24)) is None


def test_only_our_own_country_is_loaded() -> None:
    script = (
        "import sys, datetime; from bot.workdays import holiday; print(holiday(datetime.date(2026, 12, 6)));"
    )
    script += "print(sum(name.startswith('holidays.countries') for name in sys.modules))"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True).stdout
    assert said.split("\n")[:2] == ["Independence Day", "0"]
