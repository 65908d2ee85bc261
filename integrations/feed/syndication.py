"""RSS 0.9 to 2.0 and Atom through feedparser (docs/adr/0003-feed-library.md says why)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin

import feedparser

from bot.clock import When
from bot.contracts import SourceFault
from integrations import pages, text
from integrations.feed.document import safe_xml
from integrations.feed.entries import Entry, Feed, day, first_of, moment
from integrations.http import Page
from integrations.text import web_link

_HTML = {"text/html", "application/xhtml+xml"}
_OPENING = re.compile(rb"<((?:\w+:)?(?:item|entry))[\s>]")
_MOST_APART = 200


def read(page: Page) -> Feed:
    """The entries of an RSS or Atom document. Raises SourceFault for what is none or cannot be read."""
    data, flaw = safe_xml(page)
    faults = [f"not well-formed XML ({flaw}): entries behind that may be missing"] if flaw else []
    try:
        found = _parsed(data)
        raw_entries = found.entries
    except Exception as fault:  # feedparser gives up the whole feed for, say, one link to http://[x
        found, raw_entries = _parsed_apart(data, faults)
        if not raw_entries:
            raise SourceFault(f"the feed cannot be parsed ({fault})", kind="structure") from fault
    if not found.get("version"):
        raise _no_feed(page, data)
    if flaw and not raw_entries:
        raise SourceFault(
            f"the feed is not well-formed XML ({flaw}), and no entry could be read", kind="structure"
        )
    language = found.feed.get("language")
    entries = []
    for number, entry in enumerate(first_of(raw_entries, faults), start=1):
        try:
            entries.append(_entry(entry, language, page.url))
        except Exception as fault:  # whatever a hostile entry triggers, the others are read
            faults.append(f"entry {number} was left out: it cannot be read ({fault})")
    return Feed(entries, language, faults)


def _no_feed(page: Page, data: bytes) -> SourceFault:
    """What stands where a feed was: a login page or the like by its name, where it is one."""
    if b"<html" not in data[:2_000].lower():
        return SourceFault("this is not a feed (RSS, Atom or JSON Feed)", kind="not_content")
    instead = pages.recognise(page)
    why = f": {instead.reason}" if instead else ""
    return SourceFault(f"this is a web page, not a feed (RSS, Atom or JSON Feed){why}", kind="not_content")


def _parsed(data: bytes) -> Any:
    # Told the feed's address, feedparser would resolve ids against it, and they would change when it moves.
    headers = {"content-type": "application/xml; charset=utf-8"}
    # Given bytes or text instead of a stream, it would first try them as a file name.
    return feedparser.parse(
        io.BytesIO(data), response_headers=headers, resolve_relative_uris=False, sanitize_html=False
    )


def _parsed_apart(data: bytes, faults: list[str]) -> tuple[Any, list[Any]]:
    """The feed without its entries, and its entries parsed one by one; a fault for each that cannot be."""
    spans = list(_spans(data))
    if not spans:
        return None, []
    if len(spans) > _MOST_APART:
        faults.append(f"only the first {_MOST_APART} of {len(spans):,} entries were read one by one")
        spans = spans[:_MOST_APART]
    head, tail = data[: spans[0][0]], data[spans[-1][1] :]
    entries = []
    for number, (start, end) in enumerate(spans, start=1):
        try:
            entries += _parsed(head + data[start:end] + tail).entries
        except Exception as fault:  # see read
            faults.append(f"entry {number} was left out: it cannot be parsed ({fault})")
    return _parsed(head + tail) if entries else None, entries


def _spans(data: bytes) -> Iterator[tuple[int, int]]:
    """Where each entry begins and ends."""
    at = 0
    while opening := _OPENING.search(data, at):
        closing = re.compile(b"</" + opening[1] + rb"\s*>").search(data, opening.end())
        if closing is None:
            return
        at = closing.end()
        yield opening.start(), at


def _entry(entry: Any, feed_language: str | None, address: str) -> Entry:
    heading = entry.get("title_detail") or {}
    name = heading.get("value") or ""
    content = _content(entry)
    body, is_html = content.get("value") or "", content.get("type") in _HTML
    base = _joined(address, content.get("base") or heading.get("base") or "")
    language = entry.get("language") or content.get("language") or heading.get("language")
    published, updated = (_moment(entry, name) for name in ("published", "updated"))
    return Entry(
        id=text.whole(entry.get("id") or "").strip(),
        link=web_link(entry.get("link"), address),
        title=text.title(name, is_html=heading.get("type") in _HTML or text.is_markup(name))
        or text.heading(body, is_html=is_html),
        body=text.markdown(body, is_html=is_html, base=base),
        language=language if language != feed_language else None,
        published=published or updated,
        changed=updated or published,
        categories=tuple(_categories(entry)),
    )


def _joined(address: str, base: str) -> str:
    """The base that `xml:base` gives within a document read from an address."""
    try:
        return urljoin(address, base)
    except ValueError:
        return address


def _content(entry: Any) -> Mapping[str, Any]:
    """The longest form of the text: the content when there is some, else the summary."""
    for content in [*entry.get("content", []), entry.get("summary_detail") or {}]:
        if content.get("value") and (content.get("type") in _HTML or content.get("type") == "text/plain"):
            return content  # type: ignore[no-any-return]
    return {}


def _categories(entry: Any) -> Iterator[str]:
    for tag in entry.get("tags", []):
        yield from filter(None, (tag.get("term"), tag.get("label")))


def _moment(entry: Any, name: str) -> When | None:
    if name not in entry:
        return None
    raw = entry[name]
    # feedparser knows more spellings than we do, but tells UTC and "no zone" not apart: only its day counts.
    parsed = entry.get(f"{name}_parsed") if len(raw) >= 8 else None
    return moment(raw) or (day(*parsed[:3]) if parsed else None)
