"""VTIMEZONE: the clock changes of a zone over some years (RFC 5545, 3.6.5), from the machine's own tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

from bot.clock import zone

_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
_Change = tuple[timedelta, timedelta, str, bool]


@lru_cache(maxsize=64)
def timezone(name: str, first: int, last: int) -> Timezone:
    """The zone from the beginning of one year to the end of another. Raises ValueError for no zone.

    Each change stands at the local time of the offset before it, as the RFC wants it.
    """
    start, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last + 1, 1, 1, tzinfo=UTC)
    onsets: dict[_Change, list[datetime]] = defaultdict(list)
    begin = start.astimezone(zone(name))
    offset = begin.utcoffset() or timedelta(0)
    onsets[offset, offset, begin.tzname() or name, bool(begin.dst())].append(begin.replace(tzinfo=None))
    for at in _changes(name, start, end):
        before, after = (at - _MINUTE).astimezone(zone(name)), at.astimezone(zone(name))
        was, now = before.utcoffset() or timedelta(0), after.utcoffset() or timedelta(0)
        change = (was, now, after.tzname() or name, bool(after.dst()))
        onsets[change].append(at.replace(tzinfo=None) + was)
    made = Timezone()
    made.add("tzid", name)
    for (was, now, called, summer), times in onsets.items():
        part = TimezoneDaylight() if summer else TimezoneStandard()
        part.add("dtstart", times[0])
        if times[1:]:
            part.add("rdate", times[1:])
        part.add("tzname", called)
        part.add("tzoffsetfrom", was)
        part.add("tzoffsetto", now)
        made.add_component(part)
    return made


def _changes(name: str, start: datetime, end: datetime) -> Iterator[datetime]:
    """The instants (UTC, to the minute) at which the offset of a zone changes."""
    there = zone(name)
    at = start
    while at < end:
        following = at + _DAY
        if at.astimezone(there).utcoffset() != following.astimezone(there).utcoffset():
            low, high = at, following
            while high - low > _MINUTE:
                middle = low + (high - low) // 2 // _MINUTE * _MINUTE
                if middle == low:
                    middle = low + _MINUTE
                same = middle.astimezone(there).utcoffset() == at.astimezone(there).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            yield high
        at = following
