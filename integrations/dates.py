"""The one parser of dates and ranges as Finnish, Swedish and English pages write them.

It reads prose, so it never raises: what is no day, before 1990 or more than 30 years ahead is not there. A date
without a year means the one nearest to `today`; a date without a time, or with one that its day does not have (the
hour that summer time skips), stays a bare date; a time without a zone is of `zone`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone

from bot import clock
from bot.clock import When
from integrations.date_words import DASH, WEEKDAY, Mention, mentions, plain
from integrations.moments import FIRST_YEAR, YEARS_AHEAD

_LONGEST = 200_000  # characters; no page that is about a date is longer

# "13:00 CET" in July means the clock in Brussels, not UTC+1: so these are places.
_ZONES = {
    "": "", "z": "UTC", "utc": "UTC", "gmt": "UTC", "ut": "UTC",
    "cet": "Europe/Brussels", "cest": "Europe/Brussels", "brussels": "Europe/Brussels",
    "eet": "Europe/Helsinki", "eest": "Europe/Helsinki", "eft": "Europe/Helsinki",
    "suomen aika": "Europe/Helsinki", "finsk tid": "Europe/Helsinki", "finnish time": "Europe/Helsinki",
}  # fmt: skip

_WEEKDAY = rf"(?:{WEEKDAY}\.? )?"
_BETWEEN = re.compile(
    rf" ?(?:{DASH}{{1,2}}|to|till|until|till och med|t\.o\.m\.) ?{_WEEKDAY}(?:den )?", re.IGNORECASE
)
_JOINED = re.compile(rf" ?(?:and|och|ja) ?{_WEEKDAY}(?:den )?", re.IGNORECASE)
_JOINED_AFTER = re.compile(r"\b(?:between|mellan)\b[^.]{0,12}$", re.IGNORECASE)
_JOINED_BEFORE = re.compile(r" ?(?:välillä|väliseen|välisenä)", re.IGNORECASE)
_BARE_DAY = re.compile(rf"(?<![\d.,:/])(\d{{1,2}})\.? ?{DASH} ?$")
_OPENS_BEFORE = (
    r"avautu\w*|aukea\w*|avata\w*|alkaa|alkoi|alkaen|öppna\w*|börja\w*|startar|från(?: och med)?|fr\.o\.m\.|"
    r"open(?:s|ed|ing|ings)?\b|starts?|from|begin\w*"
)
_CLOSES_BEFORE = (
    r"päätty\w*|sulkeutu\w*|viimeistään|määräaika\w*|hakuaikaa on|stäng\w*|slutar|upphör\w*|avslut\w*|senast|"
    r"till och med|t\.o\.m\.|sista \w+|tidsfrist\w*|clos(?:e|es|ed|ing)|deadlines?|ends?|until|till|by|"
    r"no later than|cut-?off\w*"
)
_BEFORE = re.compile(rf"\b(?:(?P<opens>{_OPENS_BEFORE})|(?P<closes>{_CLOSES_BEFORE}))(?!\w)", re.IGNORECASE)
_AFTER = re.compile(
    r",? ?(?:(?P<opens>alkaen|lähtien|onwards)|(?P<closes>saakka|asti|mennessä|loppuun))\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when; one of the two may be unstated."""

    opens: When | None
    closes: When | None


def moment(text: str, *, today: date, zone: str = clock.DEFAULT_ZONE) -> When | None:
    """The first date of a text, with its time when it is stated."""
    return next(iter(moments(text, today=today, zone=zone)), None)


def moments(text: str, *, today: date, zone: str = clock.DEFAULT_ZONE) -> list[When]:
    """All dates of a text, in its order, the two ends of ranges among them."""
    plained, found = _found(text)
    pairs = _ranges(plained, found)
    paired = {id(each) for pair in pairs for each in pair}
    dated = [_with_year(each, today) for each in found if id(each) not in paired and not each.loose]
    dated += [each for pair in pairs for each in _dated(*pair, today) if each]
    return [when for each in sorted(dated, key=lambda each: each.start) if (when := _when(each, today, zone))]


def span(text: str, *, today: date, zone: str = clock.DEFAULT_ZONE) -> Span | None:
    """The first range of a text, or the dates that its words call an opening or a closing.

    None when it has neither: a lone date does not say what it is.
    """
    plained, found = _found(text)
    first = next(iter(_ranges(plained, found)), None) or _called(plained, found)
    if first is None:
        return None
    opens, closes = (_when(each, today, zone) if each else None for each in _dated(*first, today))
    if (first[0] and not opens) or (first[1] and not closes):
        return None
    return Span(opens, closes) if not opens or not closes or opens.begins() <= closes.ends() else None


def _found(text: str) -> tuple[str, list[Mention]]:
    plained = plain(text[:_LONGEST])
    return plained, mentions(plained)


Pair = tuple[Mention | None, Mention | None]


def _ranges(text: str, found: list[Mention]) -> list[tuple[Mention, Mention]]:
    """Dates that a dash or its words make one range; "2.–6.5." is one as well."""
    pairs: list[tuple[Mention, Mention]] = []
    behind = 0
    for number, last in enumerate(found):
        gap = text[behind : last.start]
        first = found[number - 1] if number else None
        if first and not (pairs and pairs[-1][1] is first) and _is_range(text, first, gap, last):
            pairs.append((first, last))
        elif not last.loose and (bare := _BARE_DAY.search(gap)):
            day = replace(last, day=int(bare[1]), hour=None, minute=0, zone="", start=behind + bare.start())
            if day.day < last.day:
                pairs.append((day, last))
        behind = last.end
    return pairs


def _is_range(text: str, first: Mention, gap: str, last: Mention) -> bool:
    if _BETWEEN.fullmatch(gap):
        return not (first.loose and last.loose) or bool(first.year or last.year)
    words = _JOINED_AFTER.search(text[max(0, first.start - 30) : first.start]) or _JOINED_BEFORE.match(
        text, last.end
    )
    return bool(words and _JOINED.fullmatch(gap))


def _called(text: str, found: list[Mention]) -> Pair | None:
    opens = closes = None
    behind = 0
    for each in found:
        before, after = text[max(behind, each.start - 60) : each.start], text[each.end : each.end + 20]
        word = _AFTER.match(after) or next(reversed(list(_BEFORE.finditer(before))), None)
        kind = word.lastgroup if word else _open_end(text, each, len(found))
        if not each.loose and kind == "opens":
            opens = opens or each
        elif not each.loose and kind == "closes":
            closes = closes or each
        behind = each.end
    return (opens, closes) if opens or closes else None


def _open_end(text: str, each: Mention, count: int) -> str | None:
    """What "1.5.2026–" and "–30.6.2026" leave open, where the text is nothing more."""
    if count == 1 and re.fullmatch(rf" ?{DASH} ?", text[each.end :]) and each.start == 0:
        return "opens"
    return "closes" if count == 1 and re.fullmatch(rf"{DASH} ?", text[: each.start]) else None


def _dated(first: Mention | None, last: Mention | None, today: date) -> Pair:
    """Both with a year: from each other, else the one that brings the range nearest to today."""
    if first is None or last is None or (first.year and last.year):
        return first and _with_year(first, today), last and _with_year(last, today)
    later = (last.month, last.day) < (first.month, first.day)
    if last.year:
        return replace(first, year=last.year - later), last
    if first.year:
        return first, replace(last, year=first.year + later)
    pairs = [
        (replace(first, year=year - later), replace(last, year=year))
        for year in range(today.year - 1, today.year + 3)
    ]
    return min(pairs, key=lambda pair: _away(_day(pair[0]), _day(pair[1]), today))


def _with_year(mention: Mention, today: date) -> Mention:
    if mention.year:
        return mention
    choices = [replace(mention, year=year) for year in range(today.year - 1, today.year + 2)]
    return min(choices, key=lambda choice: _away(_day(choice), _day(choice), today))


def _away(first: date | None, last: date | None, today: date) -> int:
    if first is None or last is None:
        return 10_000  # no such day in that year
    return max((first - today).days, (today - last).days, 0)


def _day(mention: Mention) -> date | None:
    try:
        return date(mention.year or 0, mention.month, mention.day)
    except ValueError:
        return None


def _when(mention: Mention, today: date, zone: str) -> When | None:
    day = _day(mention)
    if day is None or not FIRST_YEAR <= day.year <= today.year + YEARS_AHEAD:
        return None
    if mention.hour is None or mention.hour > 24 or (mention.hour == 24 and mention.minute):
        return When(day=day)
    if mention.zone[:1] in "+-" and mention.zone:
        return _at_offset(day, mention)
    name = _ZONES.get(re.sub(r"^in |/.*", "", mention.zone.casefold()))
    if name is None:  # a zone we do not know: its day is certain enough, its hour is not
        return When(day=day)
    place = clock.zone(name or zone)
    local = datetime.combine(day, time(mention.hour % 24, mention.minute)) + timedelta(
        days=mention.hour // 24
    )
    instant = local.replace(tzinfo=place).astimezone(UTC)
    return When(at=instant) if instant.astimezone(place).replace(tzinfo=None) == local else When(day=day)


def _at_offset(day: date, mention: Mention) -> When | None:
    sign, hours, minutes = mention.zone[0], int(mention.zone[1:3]), int(mention.zone[-2:])
    offset = timedelta(hours=hours, minutes=minutes)
    if offset >= timedelta(hours=24):
        return None
    east = timezone(offset if sign == "+" else -offset)
    start = datetime.combine(day, time(mention.hour or 0, mention.minute), east)
    return When(at=start.astimezone(UTC))
