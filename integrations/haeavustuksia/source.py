"""Asks haeavustuksia.fi for the calls that are open or will open.

The list is what the site's own pages ask for. Nobody documents it; its shape is taken from public client code,
so the site is an option, and what is not as expected is a fault.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, HttpUrl

from bot.contracts import Cursor, Fetched, SourceFault, Surroundings
from integrations.haeavustuksia.call import Call, report
from integrations.listing import Site, all_pages, ended, once_each, read_json, rows

_PAGE_SIZE: Final = 100


class HaeavustuksiaOptions(BaseModel):
    """Where the site is, and which of its calls are wanted: all, or those of one authority or with some words."""

    model_config = ConfigDict(extra="forbid")

    site: Site = Field(HttpUrl("https://www.haeavustuksia.fi"), title="Site")
    search: str = Field("", title="Search words", description="as one types them on the site", max_length=200)
    authority: str = Field(
        "", title="State authority", description="by its abbreviation on the site, such as TEM", max_length=50
    )


class HaeavustuksiaSource:
    """Reads all pages of the list. Its cursor holds `hash` and `count`."""

    def __init__(self, options: HaeavustuksiaOptions, surroundings: Surroundings) -> None:
        self._options = options
        self._site = str(options.site).rstrip("/")
        self._surroundings = surroundings
        self._certificate_ends: datetime | None = None

    def fetch(self, since: Cursor) -> Fetched:
        """All calls that are open or will open. Raises SourceFault when a page of the list cannot be read."""
        faults: list[str] = []
        found, cut = all_pages(self._page, faults, self._surroundings)
        calls, left_out = rows(found, Call, "hakuasianAsianumero")
        faults += left_out
        reports = [
            report(call, self._site, self._options.authority, self._surroundings, faults) for call in calls
        ]
        brought = ended(
            once_each(reports, faults),
            faults,
            since,
            may_be_empty=bool(self._options.search or self._options.authority),
            cut=cut,
            certificate_ends=self._certificate_ends,
        )
        named = (row.get("hakuasianAsianumero") for row in found if isinstance(row, dict))
        broken = {str(each).strip() for each in named if each} - {call.number for call in calls}
        return replace(brought, left=frozenset(broken), listed=brought.listed and brought.listed | broken)

    def _page(self, number: int) -> tuple[list[Any], int]:
        answer, page = read_json(self._address(number), self._surroundings)
        self._certificate_ends = page.certificate_ends
        return _understood(answer)

    def _address(self, page: int) -> str:
        asked = {
            "Pagination.Page": page,
            "Pagination.PageSize": _PAGE_SIZE,
            "Language": "fi",
            "SearchTerm": self._options.search,
            "VaOrgLyhenne": self._options.authority,
            "ShowFuture": "true",
            "ShowOngoing": "true",
            "ShowEnded": "false",
            "HideExternal": "false",
        }
        return f"{self._site}/api/haku/list-items?{urlencode(asked)}"


def _understood(answer: Any) -> tuple[list[Any], int]:
    """The rows of a page, and how many pages there are."""
    answer = answer if isinstance(answer, dict) else {}
    found, pages, total = (answer.get(name) for name in ("hakuilmoitukset", "pageCount", "totalCount"))
    if not isinstance(found, list) or not isinstance(pages, int) or isinstance(pages, bool):
        raise SourceFault(
            "the list is built otherwise than before: it has no rows or no count", kind="structure"
        )
    if not found and isinstance(total, int) and total > 0 and pages > 0:
        raise SourceFault(f"the list says it has {total} calls and shows none", kind="structure")
    return found, pages
