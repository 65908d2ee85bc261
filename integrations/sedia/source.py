"""Asks the search of the EU Funding & Tenders Portal for calls.

`POST …/search?apiKey=SEDIA&text=***` with a multipart form of JSON parts, as the portal's own pages do. A plain JSON
body is answered too, but its filters are ignored. Nobody documents the search; its shape is taken from public client
code, so the addresses and all codes are options.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, HttpUrl

from bot.contracts import Cursor, Fetched, Language, SourceFault, Surroundings, named
from integrations.listing import MOST_PAGES, Several, Site, all_pages, read_json, refuse_nothing, rows
from integrations.sedia.topic import Topic, calls, name_of

_PAGE_SIZE: Final = 100  # more are not given, however many are asked for
_MOST_BYTES: Final = 30 * 1024 * 1024  # a hundred topics, each described in tens of KB


class SediaOptions(BaseModel):
    """Where the search and the portal are, and which calls are wanted; lists are split by commas."""

    model_config = ConfigDict(extra="forbid")

    site: Site = Field(HttpUrl("https://api.tech.ec.europa.eu"), title="Search")
    portal: Site = Field(
        HttpUrl("https://ec.europa.eu/info/funding-tenders/opportunities/portal"),
        title="Portal",
        description="where people read a call",
    )
    programmes: Several = Field(
        ("43108390",), title="Programmes", description="by the portal's codes; 43108390 is Horizon Europe"
    )
    types: Several = Field(("1", "2", "8"), title="Types", description="1, 2 and 8 are calls, 0 is tenders")
    statuses: Several = Field(("31094501", "31094502"), title="States", description="to come, and open")
    period: str = Field("2021 - 2027", title="Programme period")
    words: str = Field("", title="Search words", max_length=200)
    identifiers: Several = Field(
        (), title="Identifiers", description="or their beginnings, such as HORIZON-MISS; all when empty"
    )
    language: Language = Field("en", title="Language", description="in which calls are asked for")


class SediaSource:
    """Reads all pages, in whatever order they come. Its cursor holds `rows` (a digest of each call by its identifier).

    Only calls that are new or changed become reports: their texts are long, and a thousand take a minute.
    """

    def __init__(self, options: SediaOptions, surroundings: Surroundings) -> None:
        self._options = options
        self._surroundings = surroundings
        self._certificate_ends: datetime | None = None

    def fetch(self, since: Cursor) -> Fetched:
        """What is new or changed of what fits the options. Raises SourceFault when the search fails or ignores them."""
        options, faults = self._options, list[str]()
        shown, cut = all_pages(self._page, faults, self._surroundings)
        topics, left_out = rows(shown, Topic, "reference")
        faults += left_out
        wanted = [topic for topic in topics if options.types == () or set(topic.types) & {"", *options.types}]
        if len(wanted) < len(topics):
            faults.append(
                f"{len(topics) - len(wanted)} of {len(topics)} rows are not of the types asked for and were left out"
            )
        if topics and not wanted:
            raise SourceFault(
                "the search ignores the filters: nothing is of the types asked for", kind="structure"
            )
        beginnings = tuple(each.casefold() for each in options.identifiers)
        if beginnings:
            wanted = [topic for topic in wanted if topic.identifier.casefold().startswith(beginnings)]
        found = calls(wanted, str(options.portal).rstrip("/"), options.language, self._surroundings, faults)
        known: Mapping[str, str] = since.get("rows") or {}
        may_be_empty = bool(options.words or options.identifiers)
        refuse_nothing(len(found), faults, len(known), may_be_empty=may_be_empty)
        broken = {name for row in shown if (name := name_of(row))} - {topic.identifier for topic in topics}
        changed = [each for each in found if known.get(each.bare.external_id) != each.digest]
        return Fetched(
            [each.whole() for each in changed],
            {"rows": {each.bare.external_id: each.digest for each in found}},
            faults,
            unchanged=not changed,
            certificate_ends=self._certificate_ends,
            listed=None if cut else named(each.bare for each in found) | broken,
            left=frozenset(broken),
            whole=not cut,
        )

    def _page(self, number: int) -> tuple[list[Any], int]:
        text = self._options.words or "***"
        asked = {"apiKey": "SEDIA", "text": text, "pageSize": _PAGE_SIZE, "pageNumber": number}
        address = f"{str(self._options.site).rstrip('/')}/search-api/prod/rest/search?{urlencode(asked)}"
        answer, page = read_json(address, self._surroundings, parts=self._parts(), limit_bytes=_MOST_BYTES)
        self._certificate_ends = page.certificate_ends
        return _understood(answer)

    def _parts(self) -> dict[str, str]:
        options = self._options
        filters: list[dict[str, Any]] = [
            {"terms": {name: list(values)}}
            for name, values in (
                ("type", options.types),
                ("status", options.statuses),
                ("frameworkProgramme", options.programmes),
            )
            if values
        ]
        if options.period:
            filters.append({"term": {"programmePeriod": options.period}})
        filters.append({"term": {"language": options.language}})
        return {
            "query": json.dumps({"bool": {"must": filters}}),
            "languages": json.dumps([options.language]),
            "sort": json.dumps({"field": "sortStatus", "order": "ASC"}),
        }


def _understood(answer: Any) -> tuple[list[Any], int]:
    """The rows of a page, and how many pages there are."""
    answer = answer if isinstance(answer, dict) else {}
    if answer.get("type") == "throwable":
        raise SourceFault(
            f"the search failed at its end: {str(answer.get('message'))[:200]!r}", kind="unreachable"
        )
    found, total = answer.get("results"), answer.get("totalResults")
    if not isinstance(found, list) or not isinstance(total, int) or isinstance(total, bool):
        raise SourceFault(
            "the answer is built otherwise than before: it has no results or no count", kind="structure"
        )
    if total > MOST_PAGES * _PAGE_SIZE:
        raise SourceFault(
            f"the search finds {total:,}, more than anybody could read: it ignores the filters, or they are too wide",
            kind="options",
        )
    if total > 0 and not found:
        raise SourceFault(f"the search says it found {total:,} and shows none", kind="structure")
    return found, -(-total // max(1, len(found)))
