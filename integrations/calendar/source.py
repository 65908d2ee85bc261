"""Asks one calendar, and notices what was moved, cancelled, or has vanished."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from bot import clock
from bot.clock import When
from bot.contracts import Cursor, Details, Fetched, Language, Report, SourceFault, Surroundings
from integrations import articles, text
from integrations.calendar.occurrences import Agenda, Event, Occurrence, read
from integrations.charsets import decoded
from integrations.listing import Site
from integrations.reading import read as read_address
from integrations.reading import validators

_ACCEPT = "text/calendar, */*;q=0.1"
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

    Its cursor holds `place`, `etag`, `modified`, `hash`, the `day` it was read on and, as `ahead`, the occurrences
    still to come: id to [when it ends, SEQUENCE].
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
        page = read_address(
            self._place, self._surroundings, known=known if same_day else None, accept=_ACCEPT
        )
        if page.status == 304:
            return Fetched([], known, unchanged=True, certificate_ends=page.certificate_ends)
        cursor = {
            "place": self._place,
            "day": today.isoformat(),
            "hash": hashlib.sha256(page.body).hexdigest(),
            "ahead": known.get("ahead", {}),
            **validators(page),
        }
        if same_day and cursor["hash"] == known.get("hash"):
            return Fetched([], cursor, unchanged=True, certificate_ends=page.certificate_ends)
        agenda = read(text.whole(decoded(page).lstrip("\ufeff")), today)
        before = _still_ahead(known.get("ahead", {}))
        if before and not agenda.occurrences and agenda.whole:
            raise SourceFault(
                f"the calendar is empty, and had {len(before)} events ahead before", kind="empty"
            )
        reports, ahead = self._reports(agenda, before)
        return Fetched(
            reports, cursor | {"ahead": ahead}, agenda.faults, certificate_ends=page.certificate_ends
        )

    def _reports(self, agenda: Agenda, before: Mapping[str, Any]) -> tuple[list[Report], dict[str, Any]]:
        reports, ahead, present = [], {}, set()
        for each in agenda.occurrences:
            external_id = articles.external_id(each.id)
            if external_id in before and each.sequence < before[external_id][1]:
                present.add(external_id)  # an older copy, from a server that lags behind
                continue
            if each.cancelled or not self._counts(each):
                continue
            try:
                reports.append(Report(external_id, self._details(each)))
            except ValueError as fault:
                present.add(external_id)
                agenda.faults.append(f"event {each.id[:100]!r} was left out: {str(fault).splitlines()[0]}")
                continue
            ahead[external_id] = [(each.ends or each.starts).isoformat(), each.sequence]
        cancelled = {articles.external_id(each.id) for each in agenda.occurrences if each.cancelled}
        for external_id, state in before.items():
            if external_id in ahead:
                continue
            vanished = agenda.whole and not external_id.startswith(tuple(agenda.shortened))
            if external_id not in present and (vanished or external_id in cancelled):
                reports.append(Report(external_id, None))
            else:
                ahead[external_id] = state
        return reports, ahead

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


def _still_ahead(known: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the known occurrences that are not over, which alone can vanish."""
    return {
        external_id: state
        for external_id, state in known.items()
        if When.parse(date.fromisoformat(state[0]) if len(state[0]) == 10 else state[0]).ends() > clock.now()
    }
