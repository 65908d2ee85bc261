"""From an iCalendar document (RFC 5545) to the occurrences that lie ahead, within bounds of number and time.

icalendar reads the document, recurring-ical-events unfolds the series (RRULE, RDATE, EXDATE, RECURRENCE-ID).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

import recurring_ical_events
from icalendar import Calendar

from bot import clock
from bot.clock import When
from bot.contracts import SourceFault

Event = Any
"""A VEVENT as icalendar gives it: any property may be of any kind, or broken, and says so only when it is read."""

AHEAD = timedelta(days=400)
MOST_OF_A_SERIES = 200
MOST = 5_000
_SECONDS = 30.0  # for all series of a calendar together
_FIRST_YEAR = 1900
_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}
_MOST_A_DAY = 24
_MOST_RULES = 5  # one that no day ever fits is tried until the year 9999, which takes seconds


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One occurrence of one event. `id` is its UID, for one of a series with the instant it was first meant for."""

    id: str
    event: Event
    starts: When
    ends: When | None
    sequence: int

    @property
    def cancelled(self) -> bool:
        return str(self.event.get("STATUS", "")).upper() == "CANCELLED"


@dataclass(slots=True)
class Agenda:
    """What was read. `whole` says that nothing is missing, so that what is not there has vanished.

    `shortened` are the beginnings of the ids of series of which only the next occurrences were taken.
    """

    occurrences: list[Occurrence] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    whole: bool = True
    shortened: set[str] = field(default_factory=set)

    def lacks(self, fault: str) -> None:
        """Note what was left out, of which nobody can say whether it has vanished."""
        self.faults.append(fault)
        self.whole = False


def read(document: str, today: date) -> Agenda:
    """All occurrences from today to 400 days ahead. Raises SourceFault for what is no calendar, or half of one."""
    calendar = _calendar(document)
    here = _zone_of(calendar)
    agenda = Agenda()
    give_up = clock.monotonic() + _SECONDS
    for uid, events in _series(calendar, agenda).items():
        if clock.monotonic() > give_up or len(agenda.occurrences) >= MOST:
            agenda.lacks("the calendar has more than can be read: its last events were left out")
            break
        try:
            found = list(_unfolded(uid, events, today, here))
        except Exception as fault:  # whatever a hostile rule triggers, the others are read
            agenda.lacks(f"event {_called(events)} was left out: it cannot be read ({_first_line(fault)})")
            continue
        if len(found) > MOST_OF_A_SERIES:
            agenda.faults.append(
                f"event {_called(events)} recurs often: its next {MOST_OF_A_SERIES} were taken"
            )
            agenda.shortened.add(f"{uid}#")
        agenda.occurrences += found[:MOST_OF_A_SERIES]
    if str(calendar.get("METHOD", "")).upper() == "CANCEL":
        for each in agenda.occurrences:
            each.event["STATUS"] = "CANCELLED"
    return agenda


def _calendar(document: str) -> Calendar:
    if "BEGIN:VCALENDAR" not in document[:2_000].upper():
        raise SourceFault("this is not a calendar (iCalendar)", kind="not_content")
    if not document.rstrip().upper().endswith("END:VCALENDAR"):
        raise SourceFault("the calendar broke off in its midst", kind="not_content")
    try:
        found = Calendar.from_ical(document, multiple=True)
    except (ValueError, RecursionError, KeyError, IndexError) as fault:
        raise SourceFault(f"the calendar cannot be read ({_first_line(fault)})", kind="structure") from fault
    if not found:
        raise SourceFault("the calendar cannot be read: its parts are not closed", kind="structure")
    for other in found[1:]:  # a stream of several calendars is one to its readers (RFC 5545 3.4)
        found[0].subcomponents.extend(other.subcomponents)
    return found[0]


def _zone_of(calendar: Calendar) -> tzinfo:
    """Where times without a zone are meant: as the calendar says, else in Finland."""
    try:
        return clock.zone(str(calendar.get("X-WR-TIMEZONE") or clock.DEFAULT_ZONE))
    except ValueError:
        return clock.zone(clock.DEFAULT_ZONE)


def _series(calendar: Calendar, agenda: Agenda) -> dict[str, list[Event]]:
    """Events by UID; of the same occurrence told twice the newest, by SEQUENCE and then by DTSTAMP."""
    newest: dict[tuple[str, str], Event] = {}
    event: Event
    for event in calendar.walk("VEVENT"):
        uid = str(event.get("UID", "")).strip()
        try:
            start = event["DTSTART"]
            if "TZID" in start.params and isinstance(start.dt, datetime) and start.dt.tzinfo is None:
                agenda.faults.append(
                    f"event {_called([event])}: its zone {start.params['TZID']!r} is not known here"
                )
            key = (uid, _stamp(event["RECURRENCE-ID"].dt) if "RECURRENCE-ID" in event else "")
            if not uid:
                raise ValueError("it has no UID")
            if key not in newest or _age(event) >= _age(newest[key]):
                newest[key] = event
        except Exception as fault:  # a property that is none raises what it likes
            agenda.lacks(f"event {_called([event])} was left out: {_first_line(fault)}")
    series: dict[str, list[Event]] = defaultdict(list)
    for (uid, _), event in newest.items():
        series[uid].append(event)
    return series


def _age(event: Event) -> tuple[int, str]:
    stamp = getattr(event.get("DTSTAMP"), "dt", None)
    return _sequence(event), _stamp(stamp) if stamp else ""


def _sequence(event: Event) -> int:
    try:
        return int(event.get("SEQUENCE", 0))
    except (TypeError, ValueError):
        return 0


def _unfolded(uid: str, events: Sequence[Event], today: date, here: tzinfo) -> Iterator[Occurrence]:
    for event in events:
        _refuse_endless(event)
    recurs = any("RRULE" in event or "RDATE" in event or "RECURRENCE-ID" in event for event in events)
    start = datetime(today.year, today.month, today.day, tzinfo=here)
    alone = Calendar()
    alone.subcomponents.extend(events)
    query = recurring_ical_events.of(alone, skip_bad_series=False)
    for event in sorted(query.between(start, start + AHEAD), key=lambda each: _stamp(each["DTSTART"].dt)):
        first = event["RECURRENCE-ID"].dt if "RECURRENCE-ID" in event else event["DTSTART"].dt
        begins, ends = event["DTSTART"].dt, getattr(event.get("DTEND"), "dt", None)
        yield Occurrence(
            id=f"{uid}#{_stamp(first)}" if recurs else uid,
            event=event,
            starts=_when(begins, here),
            ends=_end(begins, ends, here),
            sequence=_sequence(event),
        )


def _refuse_endless(event: Event) -> None:
    """Refuse rules that nobody means and that would be unfolded for hours. Raises ValueError."""
    if event["DTSTART"].dt.year < _FIRST_YEAR:
        raise ValueError(f"it begins before {_FIRST_YEAR}")
    rules = event.get("RRULE", [])
    if any(name == "RRULE" for name, _ in event.errors):
        raise ValueError("its rule cannot be read")
    rules = rules if isinstance(rules, list) else [rules]
    if len(rules) > _MOST_RULES:
        raise ValueError(f"it recurs by more than {_MOST_RULES} rules")
    for rule in rules:
        if not rule.get("FREQ"):
            raise ValueError("its rule does not say how often it recurs")
        times_a_day = 1
        for part in ("BYHOUR", "BYMINUTE", "BYSECOND"):
            times_a_day *= max(1, len(rule.get(part, [])))
        if times_a_day > _MOST_A_DAY or _OFTEN & {str(each).upper() for each in rule.get("FREQ", [])}:
            raise ValueError("it recurs more often than an event does")


def _when(value: date | datetime, here: tzinfo) -> When:
    if not isinstance(value, datetime):
        return When(day=value)
    return When.parse(value if value.tzinfo else value.replace(tzinfo=here))


def _end(begins: date | datetime, ends: Any, here: tzinfo) -> When | None:
    """The last day of an all-day event, whose DTEND is the day after (RFC 5545 3.6.1); None when it is but one."""
    if ends is None or ends == begins:
        return None
    if isinstance(begins, datetime):
        return _when(ends, here)
    last = ends - timedelta(days=1)
    return When(day=last) if last > begins else None


def _stamp(value: date | datetime) -> str:
    """A moment as iCalendar writes it; instants in UTC, so that a zone that changes its name changes no id."""
    if not isinstance(value, datetime):
        return f"{value:%Y%m%d}"
    return f"{value.astimezone(UTC):%Y%m%dT%H%M%SZ}" if value.tzinfo else f"{value:%Y%m%dT%H%M%S}"


def _called(events: Sequence[Event]) -> str:
    first = events[0]
    return repr(str(first.get("SUMMARY") or first.get("UID") or "without a name")[:100])


def _first_line(fault: BaseException) -> str:
    return (str(fault).splitlines() or [type(fault).__name__])[0][:200]
