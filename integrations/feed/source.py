"""Asks one feed politely: conditionally, under our own name, and only believing what is a feed."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from bot.contracts import Cursor, Fetched, Language, SourceFault, Surroundings, named
from integrations import http
from integrations.feed import jsonfeed, syndication
from integrations.feed.entries import Feed
from integrations.feed.reports import Reporter
from integrations.listing import Site
from integrations.reading import read, validators

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

_ACCEPT = (
    "application/feed+json, application/atom+xml, application/rss+xml, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1"
)


class FeedOptions(BaseModel):
    """Where the feed is. Exactly one of `url` and `example` is given."""

    model_config = ConfigDict(extra="forbid")

    url: Site | None = Field(None, title="Address", description="of an RSS, Atom or JSON Feed")
    example: str | None = Field(None, title="Example", description="a file of Silta's own examples folder")
    language: Language | None = Field(
        None, title="Language", description="of entries that do not say it themselves"
    )

    @field_validator("example")
    @classmethod
    def _is_one_of_ours(cls, value: str | None) -> str | None:
        if value and (
            not re.fullmatch(r"[a-z0-9_-]+\.(json|xml)", value) or not (EXAMPLES / value).is_file()
        ):
            raise ValueError("must name a .json or .xml file in the folder examples")
        return value

    @model_validator(mode="after")
    def _names_one_place(self) -> Self:
        if bool(self.url) == bool(self.example):
            raise ValueError("give either url or example")
        return self


class FeedSource:
    """Reads one feed. Its cursor holds `place`, `etag`, `modified`, `hash` (of the body) and `count`."""

    def __init__(self, options: FeedOptions, surroundings: Surroundings) -> None:
        self._options = options
        self._surroundings = surroundings
        self._reporter = Reporter(surroundings, options.language)
        self._place = str(options.url or options.example)

    def fetch(self, since: Cursor) -> Fetched:
        """All entries the feed shows now, or `unchanged` when it is byte for byte as it was.

        Raises SourceFault when the feed cannot be read, is none, or is suddenly empty: that is never
        "nothing new".
        """
        known = since if since.get("place") == self._place else {}
        page = self._page(known)
        if page.status == 304:
            return Fetched([], known, unchanged=True, certificate_ends=page.certificate_ends)
        cursor = {
            "place": self._place,
            "hash": hashlib.sha256(page.body).hexdigest(),
            "count": known.get("count", 0),
            **validators(page),
        }
        if cursor["hash"] == known.get("hash"):
            return Fetched([], cursor, unchanged=True, certificate_ends=page.certificate_ends)
        reports, faults = self._reporter.reports(_document(page))
        if not reports and faults:
            raise SourceFault(f"no entry of the feed could be read: {faults[0]}", kind="structure")
        if not reports and known.get("count"):
            raise SourceFault(f"the feed is empty, and had {known['count']} entries before", kind="empty")
        return Fetched(
            reports,
            cursor | {"count": len(reports)},
            faults,
            certificate_ends=page.certificate_ends,
            listed=named(reports),
        )

    def _page(self, known: Cursor) -> http.Page:
        if self._options.example:
            try:
                body = (EXAMPLES / self._options.example).read_bytes()
            except OSError as fault:
                raise SourceFault(f"the example {self._options.example} cannot be read") from fault
            return http.Page(200, f"example:{self._options.example}", {}, body)
        return read(self._place, self._surroundings, known=known, accept=_ACCEPT)


def _document(page: http.Page) -> Feed:
    if page.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return jsonfeed.read(page)
    return syndication.read(page)
