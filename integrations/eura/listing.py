"""The page of all calls: its data in a script block, or what its links say.

The page is prerendered by Preact CLI, which leaves the data it was made from in a script block, as URL-encoded JSON:
`preRenderData.hankehaku` are the calls and `preRenderData.koodisto` the names of codes. Nobody documents that, so the
block is known by what it holds and not by what it is called.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from bot.contracts import SourceFault
from integrations import pages
from integrations.http import Page

CALLS: Final = "hankehaku"
CODES: Final = "koodisto"

_SCRIPT = re.compile(r"<script\b[^>]*>(.*?)</script\s*>", re.IGNORECASE | re.DOTALL)
_NOTICE = re.compile(r"/hakuilmoitukset/hakuilmoitus/([0-9a-f][0-9a-f-]{19,59})(?![\w-])", re.IGNORECASE)
_DEEPEST: Final = 4


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows of calls, and the names of codes by table and code. Rows from `links` have an id and a title only."""

    rows: list[Any]
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    links: bool = False

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all rows, also of those that are not as they should be otherwise."""
        found = (row.get("id") for row in self.rows if isinstance(row, dict))
        return frozenset(str(each).strip() for each in found if each)


def read_listing(page: Page) -> Listing:
    """What the page lists. Raises SourceFault for what is not that page, or lists nothing."""
    data = _data(pages.html(page))
    if data is not None:
        rows, codes = data[CALLS], data.get(CODES)
        if not isinstance(rows, list) or not isinstance(codes, dict):
            raise SourceFault(
                "the page is built otherwise: its data have no list or no codes", kind="structure"
            )
        if not rows:
            raise SourceFault("the page lists no call at all", kind="empty")
        return Listing(rows, {str(name): _names(table) for name, table in codes.items()})
    rows = _linked(page)
    if not rows:
        raise SourceFault(
            "the page is built otherwise: it has neither data nor links of calls", kind="structure"
        )
    return Listing(rows, links=True)


def _data(source: str) -> dict[str, Any] | None:
    for block in _SCRIPT.findall(source):
        if CALLS in block and (found := _holding(_parsed(block.strip()))) is not None:
            return found
    return None


def _parsed(block: str) -> Any:
    """The JSON of a script block: URL-encoded (as UTF-8, or Windows-1252 in error), as it is, or assigned."""
    if block.startswith(("%", "\ufeff%")):
        raw = unquote_to_bytes(block.lstrip("\ufeff"))
        try:
            block = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            block = raw.decode("cp1252", "replace")
    elif "&quot;" in block:
        block = html.unescape(block)
    try:
        return json.loads(block[block.index("{") : block.rindex("}") + 1])
    except (ValueError, RecursionError):
        return None


def _holding(value: Any, depth: int = 0) -> dict[str, Any] | None:
    """The object that holds the calls, wherever it lies."""
    if not isinstance(value, dict) or depth > _DEEPEST:
        return None
    if CALLS in value:
        return value
    return next((found for each in value.values() if (found := _holding(each, depth + 1)) is not None), None)


def _names(table: Any) -> dict[str, str]:
    named = {
        str(code): each.get("fi") if isinstance(each, dict) else each
        for code, each in (table.items() if isinstance(table, dict) else ())
    }
    return {code: name for code, name in named.items() if isinstance(name, str) and name.strip()}


def _linked(page: Page) -> list[Any]:
    """Calls by the links to their own pages, each once; the title is the link's heading, or all its text."""
    titles: dict[str, str] = {}
    for ident, title in _anchors(page):
        titles[ident] = titles.get(ident) or title
    return [{"id": ident, "otsikko": title} for ident, title in titles.items()]


def _anchors(page: Page) -> Iterator[tuple[str, str]]:
    for anchor in pages.document(page).iter("a"):
        if found := _NOTICE.search(anchor.get("href") or ""):
            heading = next(iter(anchor.xpath(".//h1 | .//h2 | .//h3 | .//h4")), anchor)
            yield found[1].lower(), pages.text(heading, 500)
