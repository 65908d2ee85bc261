"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/). Only the first page is read."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field, ValidationError

from bot.contracts import SourceFault
from integrations import text
from integrations.feed.entries import Entry, Feed, first_of, moment
from integrations.http import Page
from integrations.listing import parsed
from integrations.text import Text, web_link


class Item(BaseModel):
    """One item; numbers pass as ids. `_silta` is ours: see `integrations.feed.extension`."""

    id: Text | int | float | None = None
    url: Text | None = None
    external_url: Text | None = None
    title: Text | None = None
    content_html: Text | None = None
    content_text: Text | None = None
    summary: Text | None = None
    date_published: Text | None = None
    date_modified: Text | None = None
    tags: list[Text] | None = None
    language: Text | None = None
    silta: dict[str, Any] | None = Field(None, alias="_silta")


def read(page: Page) -> Feed:
    """The entries of a JSON Feed. Raises SourceFault when it is none."""
    document = parsed(page.body)
    version = document.get("version") if isinstance(document, dict) else None
    if not isinstance(version, str) or "jsonfeed.org/version/" not in version:
        raise SourceFault("this is JSON, but not a JSON Feed: its version is missing", kind="structure")
    items = document.get("items")
    if not isinstance(items, list):
        raise SourceFault("this JSON Feed has no list of items", kind="structure")
    entries: list[Entry] = []
    faults: list[str] = []
    for number, raw in enumerate(first_of(items, faults), start=1):
        try:
            entries.append(_entry(Item.model_validate(raw), page.url))
        except ValidationError as fault:
            first = fault.errors(include_url=False, include_input=False)[0]
            field = ".".join(str(part) for part in first["loc"]) or "it"
            faults.append(f"item {number} was left out: {field}: {first['msg']}")
    language = document.get("language")
    return Feed(entries, language if isinstance(language, str) else None, faults)


def _entry(item: Item, base: str) -> Entry:
    published, modified = moment(item.date_published), moment(item.date_modified)
    is_html = bool(item.content_html)
    body = item.content_html or item.content_text or item.summary or ""
    return Entry(
        id=text.whole(str(item.id if item.id is not None else "")).strip(),
        link=web_link(item.url or item.external_url, base),
        title=text.title(item.title or "", is_html=False) or text.heading(body, is_html=is_html),
        body=text.markdown(body, is_html=is_html, base=base),
        language=item.language,
        published=published or modified,
        changed=modified or published,
        categories=tuple(item.tags or ()),
        extension=item.silta or {},
    )
