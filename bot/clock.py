"""The one clock, and time as people say it.

Instants are timezone-aware UTC `datetime`s everywhere inside; zones appear only where people read or
write. `now()` is the only place that asks the machine's clock, so that a rehearsal (`CLOCK_START`,
`--as-of`) or a test can move it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_datetime, get_timezone_name

DEFAULT_ZONE = "Europe/Helsinki"

FIRST_YEAR, LAST_YEAR = 1900, 2999
_ISO = "must be ISO 8601 such as 2027-01-15 or 2027-01-15T16:15:00+02:00"

_shift = timedelta(0)


def now() -> datetime:
    """This moment in UTC, moved by `set_clock` if it was called."""
    return real_now() + _shift


def real_now() -> datetime:
    """This moment by the machine's clock: leases use it, whatever `now` says."""
    return _machine()


def use(machine: Callable[[], datetime] | None) -> None:
    """Ask another clock than the machine's, such as a frozen one; None asks the machine again."""
    global _machine
    _machine = machine or _machine_now


def _machine_now() -> datetime:
    return datetime.now(UTC)


_machine: Callable[[], datetime] = _machine_now


def set_clock(start: datetime | None) -> None:
    """Let `now()` start at an instant and run on at real speed; None puts it right again.

    Raises ValueError for a time without a zone.
    """
    global _shift
    if start is not None and start.tzinfo is None:
        raise ValueError("has a time but no zone: add +02:00, +03:00 or Z")
    _shift = timedelta(0) if start is None else start.astimezone(UTC) - real_now()


def shifted() -> bool:
    """Whether the clock is moved: pages then show a banner."""
    return bool(_shift)


def monotonic() -> float:
    """Seconds that never jump, for durations and lease checks inside one process."""
    return time.monotonic()


@lru_cache(maxsize=512)
def zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name. Raises ValueError for a name that is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise ValueError(f"{name!r} is not a time zone such as Europe/Helsinki") from fault


@dataclass(frozen=True, slots=True)
class When:
    """A moment as a source states it: an instant (`at`, UTC), or a bare date (`day`) without a clock time.

    A bare date is never shown with a time; as a deadline it ends when that day ends in the default zone.
    """

    at: datetime | None = None
    day: date | None = None

    def __post_init__(self) -> None:
        """Refuse what is neither or both, a time without a zone, and years no calendar of ours shows."""
        if (self.at is None) == (self.day is None):
            raise ValueError("a moment is either an instant or a day")
        if self.at is not None and self.at.tzinfo is None:
            raise ValueError("has a time but no zone: add +02:00, +03:00 or Z")
        year = self.at.year if self.at is not None else self.day.year if self.day is not None else 0
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise ValueError(f"must lie between the years {FIRST_YEAR} and {LAST_YEAR}")

    @classmethod
    def parse(cls, value: object) -> When:
        """Read a `When`, a date, an aware datetime or ISO 8601 text.

        Raises ValueError for anything else, and for a time without a zone: guessing one moves deadlines.
        """
        if isinstance(value, When):
            return value
        if isinstance(value, str):
            value = _read_iso(value.strip())
        if isinstance(value, datetime):
            try:
                return cls(at=value.astimezone(UTC) if value.tzinfo else value)
            except OverflowError as fault:
                raise ValueError("is out of range") from fault
        if isinstance(value, date):
            return cls(day=value)
        raise ValueError(_ISO)

    def isoformat(self) -> str:
        """ISO 8601: `2027-01-15`, or the instant in UTC."""
        return self.day.isoformat() if self.day is not None else self._at().isoformat()

    def begins(self, zone_name: str = DEFAULT_ZONE) -> datetime:
        """The first instant of it, UTC."""
        if self.day is None:
            return self._at()
        return datetime(self.day.year, self.day.month, self.day.day, tzinfo=zone(zone_name)).astimezone(UTC)

    def ends(self, zone_name: str = DEFAULT_ZONE) -> datetime:
        """The instant at which it is over, UTC: the next midnight in the zone for a bare date."""
        if self.day is None:
            return self._at()
        after = self.day + timedelta(days=1)
        return datetime(after.year, after.month, after.day, tzinfo=zone(zone_name)).astimezone(UTC)

    def spoken(self, language: str, zone_name: str = DEFAULT_ZONE) -> str:
        """As a reader says it: "15 January 2027" or "15 January 2027 at 16:15 (Finnish time)"."""
        locale = _LOCALE[language]
        if self.day is not None:
            return format_date(self.day, format="long", locale=locale)
        local = self._at().astimezone(zone(zone_name))
        day = format_date(local.date(), format="long", locale=locale)
        hour = format_datetime(local, _CLOCK_PATTERN[language], locale=locale)
        return f"{day} {hour} ({_zone_label(local, zone_name, language)})"

    def _at(self) -> datetime:
        if self.at is None:
            raise ValueError("a moment needs an instant or a day")
        return self.at


_LOCALE = {"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"}
_CLOCK_PATTERN = {"fi": "'klo' H.mm", "sv": "'kl.' H.mm", "en": "'at' HH:mm"}


def _read_iso(text: str) -> date | datetime:
    try:
        return date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)
    except ValueError as fault:
        raise ValueError(_ISO) from fault


def _zone_label(local: datetime, zone_name: str, language: str) -> str:
    if zone_name == DEFAULT_ZONE:
        return {"fi": "Suomen aikaa", "sv": "finsk tid", "en": "Finnish time"}[language]
    return get_timezone_name(local, width="long", locale=_LOCALE[language])
