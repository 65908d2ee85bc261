"""Days as people write them: `3.12.`, `3.12.2026`, `2026-12-03`, `3 December`, `den 3 december`, `huomenna`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from functools import cache

from babel.dates import get_day_names, get_month_names

_LOCALES = ("fi", "sv", "en")
_CLOCK = re.compile(
    r"(?:\b(?:klo|kello|kl|at|clock)\b\.?\s*|(?<=\s)@\s*)(\d{1,2})(?:[.:](\d{2}))?\s*(am|pm)?\b|\b(\d{1,2})(?:[.:](\d{2}))?\s*(am|pm)\b",
    re.IGNORECASE,
)
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_NUMBERS = re.compile(r"\b(\d{1,2})[./](\d{1,2})(?:[./](\d{4}|\d{2})\b|\.?(?!\d))")
_NEAR: Mapping[str, int] = {
    "tänään": 0, "idag": 0, "i dag": 0, "today": 0,
    "huomenna": 1, "imorgon": 1, "i morgon": 1, "tomorrow": 1,
    "ylihuomenna": 2, "övermorgon": 2, "i övermorgon": 2, "the day after tomorrow": 2,
}  # fmt: skip
_TWO = {"kahden": 2, "två": 2, "two": 2}
_IN = re.compile(
    r"\b(?:om|in)\s+(\d{1,3}|en|a|one|två|two)\s+(dag|dagar|day|days|vecka|veckor|week|weeks)\b"
    r"|\b(\d{1,3}|kahden)?\s*(päivän|viikon)\s+(?:päästä|kuluttua)\b",
    re.IGNORECASE,
)


def read_day(text: str, today: date) -> tuple[date, time | None] | None:
    """The day in a text, with the time of the clock when one is said; None when there is no such day.

    Without a year it is the next such day, today included. Days come before months, as in all three countries.
    """
    text = " ".join(text.casefold().split())
    hour, rest = _clock(text)
    for day in (
        _iso(rest),
        _numbers(rest, today),
        _named(rest, today),
        _near(rest, today),
        _weekday(rest, today),
    ):
        if day is not None:
            return day, hour
    return None


def _clock(text: str) -> tuple[time | None, str]:
    """The time of the clock in a text, and the text without it."""
    found = _CLOCK.search(text)
    if not found:
        return None, text
    hour, minute, half = (found[1], found[2], found[3]) if found[1] else (found[4], found[5], found[6])
    value = int(hour) % 12 + (12 if half == "pm" else 0) if half else int(hour)
    if value > 23 or int(minute or 0) > 59:
        return None, text
    return time(value, int(minute or 0)), text[: found.start()] + " " + text[found.end() :]


def _iso(text: str) -> date | None:
    found = _ISO.search(text)
    return _date(int(found[1]), int(found[2]), int(found[3])) if found else None


def _numbers(text: str, today: date) -> date | None:
    found = _NUMBERS.search(text)
    if not found:
        return None
    year = int(found[3]) + (2000 if len(found[3]) == 2 else 0) if found[3] else None
    return _yearly(int(found[1]), int(found[2]), year, today)


def _named(text: str, today: date) -> date | None:
    """`3 December 2026`, `December 3`, `3. joulukuuta`, `den 3 dec`."""
    for name, month in _months().items():
        for pattern in (
            rf"\b(\d{{1,2}})(?:\.|st|nd|rd|th|:?e|:a)?\s+(?:of\s+)?{name}\b\.?(?:\s+(\d{{4}}))?",
            rf"\b{name}\b\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(\d{{4}}))?",
        ):
            if found := re.search(pattern, text):
                return _yearly(int(found[1]), month, int(found[2]) if found[2] else None, today)
    return None


def _near(text: str, today: date) -> date | None:
    if found := _IN.search(text):
        count, unit = (found[1], found[2]) if found[2] else (found[3], found[4])
        number = int(count) if (count or "").isdecimal() else _TWO.get(count or "", 1)
        return today + timedelta(days=number * (7 if unit[0] in "vw" else 1))
    names = sorted(_NEAR, key=len, reverse=True)
    name = next((name for name in names if re.search(rf"\b{name}\b", text)), None)
    return None if name is None else today + timedelta(days=_NEAR[name])


def _weekday(text: str, today: date) -> date | None:
    """The next such weekday, never today: `perjantaina`, `på fredag`, `on Friday`."""
    for name, weekday in _weekdays():
        if re.search(rf"\b{name}(?:na|en)?\b", text):
            return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    return None


def _yearly(day: int, month: int, year: int | None, today: date) -> date | None:
    if year is not None:
        return _date(year, month, day)
    this = _date(today.year, month, day)
    return this if this is not None and this >= today else _date(today.year + 1, month, day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@cache
def _months() -> dict[str, int]:
    """The names of the months in the three languages, long and short, the longest first."""
    names: dict[str, int] = {}
    for locale in _LOCALES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for month, name in get_month_names(width, context, locale).items():
                    names[re.escape(name.casefold().rstrip("."))] = int(month)
    return dict(sorted(names.items(), key=lambda pair: -len(pair[0])))


@cache
def _weekdays() -> tuple[tuple[str, int], ...]:
    def names() -> Iterator[tuple[str, int]]:
        for locale in _LOCALES:
            for context in ("format", "stand-alone"):
                for day, name in get_day_names("wide", context, locale).items():
                    yield re.escape(name.casefold()), int(day)

    return tuple(sorted(set(names()), key=lambda pair: -len(pair[0])))
