"""rakennerahastot.fi (Liferay): pages with cards of calls, and a page for each notice in Finnish and Swedish.

Nobody documents these pages. The path of the list is seen in public code only, so it is an option.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import urljoin, urlsplit

from pydantic import BaseModel, ConfigDict, Field

from bot.contracts import Cursor, Fetched, Report, SourceFault, Surroundings
from integrations import pages, text
from integrations.http import Page
from integrations.listing import Several, Site
from integrations.rakennerahastot.joining import joined
from integrations.rakennerahastot.notice import CARD, Notice, language_of, read_notice
from integrations.rakennerahastot.visit import Book, Visit
from integrations.reading import read

_ACCEPT = "text/html, */*;q=0.1"
_REMEMBERED: Final = 300
"""Notices of which the cursor knows what they said: more than the lists show in years."""


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
        ("/rahoitushaut",), title="Else", description="paths that are tried when those have no cards"
    )
    most: int = Field(
        20, ge=2, le=60, title="Notices", description="at most so many notice pages are read a poll"
    )


class RakennerahastotSource:
    """Reads one site. Its cursor holds `place` and `notices` (a Book)."""

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
        times = 1 if book else 2
        visit = Visit(self, book, self._options.most * times, self._surroundings.patience * times)
        for url in sorted(cards, key=lambda each: book.get(each, {}).get("read", "")):
            visit.look(url)
        reports, faults = visit.reports(), visit.faults
        if not visit.well and faults:
            raise SourceFault(f"no notice could be read: {faults[0]}", kind="structure")
        newest = sorted(book.items(), key=lambda each: str(each[1].get("read")), reverse=True)[:_REMEMBERED]
        cursor = {"place": self._site, "notices": dict(newest)}
        unread = [url for url in cards if not book.get(url, {}).get("hash")]
        return Fetched(
            reports,
            cursor,
            faults,
            not reports,
            visit.certificate_ends,
            listed=frozenset(map(visit.called, cards)),
            left=frozenset(map(visit.called, unread)),
            whole=all(language_of(url) == "fi" for url in unread),  # others may be called as the Finnish page
        )

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
