"""Working days in Finland: weekends and public holidays are none (the `holidays` library knows which).

https://www.finlex.fi/fi/lainsaadanto/1994/388 and the Church Act name the days; Midsummer's and Christmas
Eve are no holidays by law, but nobody reads mail on them, and the library counts them as well.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache, lru_cache
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import module_from_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase

COUNTRY = "finland"
"""The library's file of the country."""


@cache
def _calendar() -> HolidayBase:
    import holidays

    # `holidays.country_holidays("FI")` loads every country of the world: eight megabytes in each process.
    file = Path(holidays.__file__).parent / "countries" / f"{COUNTRY}.py"
    loader = SourceFileLoader(f"bot.workdays.{COUNTRY}", str(file))
    country = module_from_spec(ModuleSpec(loader.name, loader))
    loader.exec_module(country)
    calendar: HolidayBase = country.FI(language="en_US")
    return calendar


@lru_cache(maxsize=4096)
def is_working_day(day: date) -> bool:
    """Whether people are at work on that day: no Saturday, Sunday or public holiday."""
    return day.weekday() < 5 and day not in _calendar()


def holiday(day: date) -> str | None:
    """The English name of the public holiday on that day, None when it is none."""
    return _calendar().get(day)


def working_day_before(day: date) -> date:
    """The day itself when it is a working day, else the last one before it."""
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day


def working_day_after(day: date) -> date:
    """The first working day after a day."""
    day += timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day
