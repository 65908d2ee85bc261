"""rakennerahastot.fi (Liferay): pages with cards of calls, and a page for each notice in Finnish and Swedish.

Nobody documents these pages. The path of the list is seen in public code only, so it is an option.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from pydantic import BaseModel, ConfigDict, Field

from bot.contracts import Cursor, Fetched, Report, SourceFault, Surroundings
from integrations import pages, text
from integrations.articles import external_id, today
from integrations.http import Page
from integrations.listing import Several, Site
from integrations.rakennerahastot.joining import joined
from integrations.rakennerahastot.notice import CARD, Notice, language_of, read_notice
from integrations.reading import read, validators

_ACCEPT = "text/html, */*;q=0.1"
_REMEMBERED: Final = 300
"""Notices of which the cursor knows what they said: more than the lists show in years."""

Book = dict[str, dict[str, Any]]
"""Notices by address: `etag`, `modified`, `hash` of what was read, `id`, `other` (the other language's page),
`dates`, `read` (the day)."""


class RakennerahastotOptions(BaseModel):
    """Where the site is, and its pages with cards."""

    model_config = ConfigDict(extra="forbid")

    site: Site = Field("https://rakennerahastot.fi", title="Site", validate_default=True)
    pages: Several = Field(
        ("/hakuajat",),
        min_length=1,
        title="Pages with cards",
        description="paths, split by commas; all are read",
    )
    instead: Several = Field(
        ("/rahoitushaku",), title="Else", description="paths that are tried when those have no cards"
    )
    most: int = Field(
        20, ge=2, le=60, title="Notices", description="at most so many notice pages are read a poll"
    )


class RakennerahastotSource:
    """Reads one site. Its cursor holds `place`, `lists` (what each list page showed) and `notices` (a Book)."""

    def __init__(self, options: RakennerahastotOptions, surroundings: Surroundings) -> None:
        self._options = options
        self._surroundings = surroundings
        self._councils = {slug: tuple(names) for slug, names in surroundings.councils.items()}
        self._site = str(options.site)

    def fetch(self, since: Cursor) -> Fetched:
        """New and changed notices. Raises SourceFault when the lists cannot be read, or have no cards."""
        known = since if since.get("place") == self._site else {}
        cards = self._cards(known)
        book: Book = {url: dict(entry) for url, entry in known.get("notices", {}).items()}
        # At first more: what it holds then is taken in silently, and what was left for tomorrow would be told as new.
        visit = _Visit(self, book, self._options.most * (1 if book else 2))
        for url in sorted(cards, key=lambda each: book.get(each, {}).get("read", "")):
            visit.look(url)
        reports, faults = visit.reports(), visit.faults
        if not visit.well and faults:
            raise SourceFault(f"no notice could be read: {faults[0]}", kind="structure")
        newest = sorted(book.items(), key=lambda each: str(each[1].get("read")), reverse=True)[:_REMEMBERED]
        cursor = {"place": self._site, "notices": dict(newest)}
        return Fetched(reports, cursor, faults, not reports, visit.certificate_ends)

    def read(self, url: str, known: Cursor | None = None) -> Page:
        """One page of the site."""
        return read(url, self._surroundings, known=known, accept=_ACCEPT)

    def notice(self, page: Page, url: str) -> Notice:
        """The notice of a page."""
        return read_notice(page, url, self._councils)

    def report(self, own: str, notices: Iterable[Notice]) -> tuple[Report, list[str]]:
        """The report of one call's or news' pages."""
        return joined(own, list(notices), self._surroundings)

    def _cards(self, known: Cursor) -> list[str]:
        """The addresses of all notices that the lists show."""
        found: dict[str, None] = {}
        wrong: SourceFault | None = None
        reached = False
        for paths in (self._options.pages, self._options.instead):
            for path in paths:
                try:
                    found |= dict.fromkeys(self._on(urljoin(self._site, path)))
                    reached = True
                except SourceFault as fault:
                    if fault.kind not in {"gone", "structure"}:
                        raise
                    wrong = wrong or fault
            if found:
                return list(found)
        if wrong and not reached:
            raise wrong
        before = (
            f"there were {len(known['notices'])} notices before" if known.get("notices") else "none was found"
        )
        raise SourceFault(
            f"the pages show no cards of calls: {before}", kind="empty" if known else "structure"
        )

    def _on(self, url: str) -> Iterator[str]:
        page = self.read(url)
        host = urlsplit(page.url).netloc
        for anchor in pages.document(page).xpath("//a[@href]"):
            link = text.web_link(anchor.get("href"), page.url)
            parts = urlsplit(link or "")
            if link and parts.netloc == host and CARD.fullmatch(parts.path):
                yield link.partition("?")[0].partition("#")[0].rstrip("/")


class _Visit:
    """One poll: which notice pages were read, and what they say now."""

    def __init__(self, source: RakennerahastotSource, book: Book, most: int) -> None:
        self._source, self._book, self._left = source, book, most
        self._fresh: dict[str, Notice] = {}
        self._seen: set[str] = set()
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

    def reports(self) -> list[Report]:
        """A report of each group of pages of which one changed."""
        self._pair_by_dates()
        made: dict[str, Report] = {}
        for url in list(self._fresh):
            other = self._book[url].get("other")
            group = [url, other] if other else [url]
            notices = [self._fresh.get(each) or self._read(each, again=True) for each in group]
            if not all(notices):
                self._book[url].pop(
                    "hash", None
                )  # next time again: half of it would take the other language away
                continue
            own = self._own_id(group)
            made[own], faults = self._source.report(own, filter(None, notices))
            self.faults += [each for each in faults if each not in self.faults]
        return list(made.values())

    def _read(self, url: str, *, again: bool) -> Notice | None:
        """A notice, None when it is as it was (unless it is wanted `again`) or cannot be read."""
        if (url in self._seen and not again) or self._left <= 0:
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
