"""One poll of rakennerahastot.fi: which notices are read, which pages belong together, and what they make."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from bot import clock
from bot.contracts import Cursor, Report, SourceFault
from integrations.articles import external_id, today
from integrations.http import Page
from integrations.rakennerahastot.notice import CARD, Notice, language_of
from integrations.reading import validators

Book = dict[str, dict[str, Any]]
"""Notices by address: `etag`, `modified`, `hash` of what was read, `id`, `other` (the other language's page),
`dates`, `read` (the day)."""


class Site(Protocol):
    """What a visit asks of its source."""

    def read(self, url: str, known: Cursor | None = None) -> Page:
        """One page of the site."""

    def notice(self, page: Page, url: str) -> Notice:
        """The notice of a page."""

    def report(self, own: str, notices: Iterable[Notice]) -> tuple[Report, list[str]]:
        """The report of one call's or news' pages."""


class Visit:
    """One poll: which notice pages were read, and what they say now."""

    def __init__(self, source: Site, book: Book, most: int, patience: float) -> None:
        """At most so many pages are read, and none after `patience` seconds."""
        self._source, self._book, self._left = source, book, most
        self._until = clock.monotonic() + patience
        self._fresh: dict[str, Notice] = {}
        self._seen: set[str] = set()
        self._gone: set[str] = set()
        self.faults: list[str] = []
        self.well = 0
        self.certificate_ends: datetime | None = None

    def look(self, url: str) -> None:
        """Read a notice if it changed, and with it its other language."""
        notice = self._read(url, again=False)
        if notice is None:
            return
        other = notice.versions.get("sv" if notice.language == "fi" else "fi")
        if (
            other
            and other != url
            and CARD.fullmatch(urlsplit(other).path)
            and language_of(other) != notice.language
        ):
            found = self._fresh.get(other) or self._read(other, again=True)
            # Liferay shows a page that has no translation under the other address as well.
            if found and found.title != notice.title:
                self._pair(url, other)
            elif found:
                self._fresh.pop(other, None)
                self._book[other]["dates"] = None
            elif self._is_over():
                self._put_off(url)

    def reports(self) -> list[Report]:
        """A report of each group of pages of which one changed."""
        self._pair_by_dates()
        made: dict[str, Report] = {}
        for url in list(self._fresh):
            other = self._book[url].get("other")
            group = [url, other] if other else [url]
            notices = [self._fresh.get(each) or self._read(each, again=True) for each in group]
            if not all(notices):
                if other not in self._gone:
                    self._put_off(url)
                    continue
                self._book[url].pop("other")
                group = [url]
            own = self._own_id(group)
            made[own], faults = self._source.report(own, filter(None, notices))
            self.faults += [each for each in faults if each not in self.faults]
        return list(made.values())

    def called(self, url: str) -> str:
        """The id of what a page tells of, as far as it is known."""
        return self._book.get(url, {}).get("id") or external_id(urlsplit(url).path)

    def _read(self, url: str, *, again: bool) -> Notice | None:
        """A notice, None when it is as it was (unless it is wanted `again`) or cannot be read."""
        if (url in self._seen and not again) or self._is_over():
            return None
        self._seen.add(url)
        self._left -= 1
        entry = self._book.get(url, {})
        try:
            page = self._source.read(url, None if again or not entry.get("hash") else entry)
            changed = page.status != 304
            notice = self._source.notice(page, url) if changed else None
        except SourceFault as fault:
            self.faults.append(f"{url} was left out: {fault.reason}")
            self._book[url] = {**entry, "read": str(today())}
            if fault.kind == "gone":
                self._gone.add(url)
            return None
        self.well += 1
        self.certificate_ends = page.certificate_ends
        entry = self._book[url] = {**entry, "read": str(today())}
        if notice is None:
            return None
        said = hashlib.sha256(repr((notice.title, notice.body, notice.open_now)).encode()).hexdigest()
        if not again and said == entry.get("hash"):
            return None
        span = notice.span
        days = [when.isoformat() if when else "" for when in (span.opens, span.closes)] if span else None
        self._book[url] = {**entry, **validators(page), "hash": said, "dates": days}
        self._fresh[url] = notice
        return notice

    def _is_over(self) -> bool:
        """Whether no further page is read; a slow site is named, and its first page always read."""
        if self._left > 0 and self._seen and clock.monotonic() > self._until:
            self._left = 0
            self.faults.append("the site is too slow: its other notices are read the next time")
        return self._left <= 0

    def _put_off(self, url: str) -> None:
        """Read it again the next time: half of it would take the other language away."""
        self._fresh.pop(url, None)
        for name in ("hash", "read"):
            self._book[url].pop(name, None)

    def _pair(self, url: str, other: str) -> None:
        if not self._book[other].get("other"):
            self._book[url]["other"], self._book[other]["other"] = other, url

    def _pair_by_dates(self) -> None:
        """A Finnish and a Swedish call with the same days, when no other call has them."""
        by_days: dict[str, list[str]] = {}
        for url, entry in self._book.items():
            if all(entry.get("dates") or [""]):
                by_days.setdefault(" ".join(entry["dates"]), []).append(url)
        for urls in by_days.values():
            languages = {language_of(url) for url in urls}
            if (
                len(urls) == 2
                and languages == {"fi", "sv"}
                and not any(self._book[u].get("other") for u in urls)
            ):
                self._pair(*urls)

    def _own_id(self, group: list[str]) -> str:
        """The id that one of the pages already has, else the path of the Finnish one."""
        known = next((self._book[url]["id"] for url in group if self._book[url].get("id")), None)
        first = min(group, key=lambda url: ("fi", "sv", "en").index(language_of(url)))
        own: str = known or external_id(urlsplit(first).path)
        for url in group:
            self._book[url]["id"] = own
        return own
