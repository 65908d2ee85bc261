"""Asks one calendar, and notices what was moved, cancelled, or has vanished."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from bot import clock
from bot.clock import When
from bot.contracts import Cursor, Details, Fetched, Language, Report, SourceFault, Surroundings, named
from integrations import articles, text
from integrations.calendar.occurrences import AHEAD, Agenda, Event, Occurrence, read
from integrations.charsets import decoded
from integrations.listing import Site
from integrations.reading import read as read_address
from integrations.reading import validators

_ACCEPT = "text/calendar, */*;q=0.1"
_FEW = 3
"""So many events may vanish at once and be believed."""

_SECRET = {"PRIVATE", "CONFIDENTIAL"}

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=100)]


class CalendarOptions(BaseModel):
    """Where the calendar is, and which of its events count."""

    model_config = ConfigDict(extra="forbid")

    url: Site = Field(title="Address", description="of an iCalendar file (.ics)")
    language: Language | None = Field(None, title="Language", description="of its events")
    include: Annotated[list[Word], Field(max_length=50)] = Field(
        [], title="Words", description="of which an event must have one; without any, all events count"
    )

    @field_validator("url", mode="before")
    @classmethod
    def _is_on_the_web(cls, value: Any) -> Any:
        is_webcal = isinstance(value, str) and value.lower().startswith("webcal://")
        return f"https://{value[9:]}" if is_webcal else value

    @field_validator("include", mode="before")
    @classmethod
    def _as_a_list(cls, value: Any) -> Any:
        return [word for word in value.split(",") if word.strip()] if isinstance(value, str) else value


class CalendarSource:
    """Reads one calendar.

    Its cursor holds `place`, `etag`, `modified`, `hash`, the `day` it was read on, as `ahead` the occurrences still to
    come: id to [when it ends, SEQUENCE], as `shortened` the beginnings of the ids of series that were not read to
    their end, and as `missing` ids of many that had vanished at once, which are withdrawn if they stay away.
    """

    def __init__(self, options: CalendarOptions, surroundings: Surroundings) -> None:
        self._place = str(options.url)
        self._surroundings = surroundings
        self._language = options.language or surroundings.defaults.language
        self._include = [word.casefold() for word in options.include]

    def fetch(self, since: Cursor) -> Fetched:
        """All occurrences of the next 400 days, and withdrawals of those cancelled or vanished.

        Raises SourceFault when it cannot be read, is no calendar, or is suddenly empty.
        """
        today = articles.today()
        known = since if since.get("place") == self._place else {}
        same_day = known.get("day") == today.isoformat()  # each day new occurrences come into sight
        settled = same_day and not known.get("missing")  # else the same document says more than it did
        page = read_address(self._place, self._surroundings, known=known if settled else None, accept=_ACCEPT)
        if page.status == 304:
            return Fetched([], known, unchanged=True, certificate_ends=page.certificate_ends)
        cursor = {
            "place": self._place,
            "day": today.isoformat(),
            "hash": hashlib.sha256(page.body).hexdigest(),
            "ahead": known.get("ahead", {}),
            **validators(page),
        }
        if settled and cursor["hash"] == known.get("hash"):
            return Fetched([], cursor, unchanged=True, certificate_ends=page.certificate_ends)
        agenda = read(text.whole(decoded(page).lstrip("\ufeff")), today)
        before = _still_ahead(known.get("ahead", {}))
        if before and not agenda.occurrences and agenda.whole:
            raise SourceFault(
                f"the calendar is empty, and had {len(before)} events ahead before", kind="empty"
            )
        reports, ahead, present = self._present(agenda, before, _Beyond.of(known, before, agenda))
        gone, missing = _vanished(agenda, before, {*ahead, *present}, known.get("missing", ()))
        cursor["ahead"] = {name: state for name, state in before.items() if name not in gone} | ahead
        cursor |= {"shortened": sorted(agenda.shortened), "missing": missing}
        if missing:
            agenda.faults.append(
                f"{len(missing)} of {len(before)} events ahead are not there any more: they are withdrawn when the "
                "next look finds the same"
            )
        reports += [Report(external_id, None) for external_id in before if external_id in gone]
        return Fetched(
            reports,
            cursor,
            agenda.faults,
            certificate_ends=page.certificate_ends,
            listed=named(reports) | (set(cursor["ahead"]) - set(missing)) if agenda.whole else None,
        )

    def _present(
        self, agenda: Agenda, before: Mapping[str, Any], beyond: _Beyond
    ) -> tuple[list[Report], dict[str, Any], set[str]]:
        """Reports of what is there, its states, and the ids of what is there but left as it was."""
        reports, ahead, present = [], {}, set()
        for each in agenda.occurrences:
            external_id = articles.external_id(each.id)
            if external_id in before and each.sequence < before[external_id][1]:
                present.add(external_id)  # an older copy, from a server that lags behind
                continue
            if each.cancelled or not self._counts(each):
                continue
            try:
                reports.append(Report(external_id, self._details(each), quiet=beyond.has(each)))
            except ValueError as fault:
                present.add(external_id)
                agenda.faults.append(f"event {each.id[:100]!r} was left out: {str(fault).splitlines()[0]}")
                continue
            ahead[external_id] = [(each.ends or each.starts).isoformat(), each.sequence]
        return reports, ahead, present

    def _counts(self, each: Occurrence) -> bool:
        if (
            str(each.event.get("CLASS", "")).upper() in _SECRET
            or not str(each.event.get("SUMMARY", "")).strip()
        ):
            return False
        said = " ".join(
            (*(str(each.event.get(name, "")) for name in _TOLD), *_categories(each.event))
        ).casefold()
        return not self._include or any(word in said for word in self._include)

    def _details(self, each: Occurrence) -> Details:
        event, defaults = each.event, self._surroundings.defaults
        body, words = str(event.get("DESCRIPTION", "")), list(_categories(event))
        place = text.title(str(event.get("LOCATION", "")), is_html=False)
        written = text.markdown(body, is_html=text.is_markup(body), base=self._place)
        return Details(
            kind="event",
            title={self._language: text.title(str(event["SUMMARY"]), is_html=False)},
            body={self._language: written} if written else {},
            url=text.web_link(str(event.get("URL", "")), ""),
            cities=articles.slugs(words, self._surroundings.cities) or defaults.cities,
            topics=articles.slugs(words, self._surroundings.topics) or defaults.topics,
            visibility=articles.visibility("event", defaults),
            starts_at=each.starts,
            ends_at=each.ends,
            location=place or None,
        )


_TOLD = ("SUMMARY", "DESCRIPTION", "LOCATION")


def _categories(event: Event) -> Iterator[str]:
    found = event.get("CATEGORIES", [])
    for group in found if isinstance(found, list) else [found]:
        yield from (str(each) for each in getattr(group, "cats", [group]))


@dataclass(frozen=True, slots=True)
class _Beyond:
    """What the last look could not see: what lies behind its `horizon` (a day), and what came after the `last` that
    it took of a series which it did not read to its end. `series` are the beginnings of ids that it knew.
    """

    horizon: date
    series: frozenset[str]
    last: Mapping[str, datetime]

    @classmethod
    def of(cls, known: Cursor, before: Mapping[str, Any], agenda: Agenda) -> _Beyond:
        """What the look that left this cursor could not see; without a cursor nothing is known, and all is new."""
        series = frozenset(f"{name.rpartition('#')[0]}#" for name in before if "#" in name)
        last: dict[str, datetime] = {}
        for name, (ends, _) in before.items():
            beginning = f"{name.rpartition('#')[0]}#"
            if beginning in known.get("shortened", agenda.shortened):
                last[beginning] = max(_over_at(ends), last.get(beginning, _over_at(ends)))
        day = date.fromisoformat(known["day"]) if known.get("day") else articles.today()
        return cls(day + AHEAD, series, last)

    def has(self, each: Occurrence) -> bool:
        """Whether it is a further one of a known series, which only the days that pass bring into sight."""
        beginning = f"{each.id.rpartition('#')[0]}#"
        if "#" not in each.id or beginning not in self.series:
            return False
        here = clock.zone(clock.DEFAULT_ZONE)
        day = each.starts.day or each.starts.begins().astimezone(here).date()
        after = beginning in self.last and each.starts.ends() > self.last[beginning]
        return day >= self.horizon or after


def _vanished(
    agenda: Agenda, before: Mapping[str, Any], there: Set[str], missing: Collection[str]
) -> tuple[set[str], list[str]]:
    """Which of the occurrences ahead are cancelled or have vanished, and which may have.

    When most vanish at once, the calendar may be broken, or have given all of them other ids: they are `missing` until
    the next look finds the same.
    """
    cancelled = {articles.external_id(each.id) for each in agenda.occurrences if each.cancelled} - there
    away = {
        name
        for name in before
        if agenda.whole and name not in there and not name.startswith(tuple(agenda.shortened))
    } - cancelled
    fresh = away - set(missing)
    if len(fresh) <= _FEW or 2 * len(fresh) <= len(before):
        return away | cancelled, []
    return (away - fresh) | cancelled, sorted(fresh)


def _over_at(ends: str) -> datetime:
    return When.parse(date.fromisoformat(ends) if len(ends) == 10 else ends).ends()


def _still_ahead(known: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the known occurrences that are not over, which alone can vanish."""
    return {external_id: state for external_id, state in known.items() if _over_at(state[0]) > clock.now()}
