"""A page that lists articles, read by CSS selectors: an article's link is what it is known by."""

from __future__ import annotations

import re
from dataclasses import replace

from lxml.html import HtmlElement
from pydantic import BaseModel, ConfigDict, Field

from bot.clock import When
from bot.contracts import Cursor, Fetched, Language, SourceFault, Surroundings
from integrations import dates, pages
from integrations.articles import Article, Selector, report, today
from integrations.listing import Site, ended, once_each
from integrations.reading import read, validators

_MOST = 200
_BETWEEN = re.compile(r"\s*[|,•·/]\s*")


class HtmlListOptions(BaseModel):
    """Where the list is, and how it is built. All but `item` is looked for within an item."""

    model_config = ConfigDict(extra="forbid")

    url: Site = Field(title="Address", description="of the page with the list")
    item: Selector = Field(title="Item", description="CSS selector of one article of the list")
    title: Selector | None = Field(None, title="Title", description="CSS selector; the link's text otherwise")
    link: Selector = Field("a[href]", title="Link", description="CSS selector of the link to the article")
    date: Selector | None = Field(None, title="Date", description="CSS selector of the text with the date")
    category: Selector | None = Field(
        None, title="Category", description="CSS selector; several split by , | or •"
    )
    summary: Selector | None = Field(None, title="Summary", description="CSS selector of the text")
    language: Language | None = Field(None, title="Language", description="of the articles")


class HtmlListSource:
    """Reads one list. Its cursor holds `place`, `etag`, `modified`, `hash` and `count`."""

    def __init__(self, options: HtmlListOptions, surroundings: Surroundings) -> None:
        self._options = options
        self._surroundings = surroundings
        self._place = str(options.url)

    def fetch(self, since: Cursor) -> Fetched:
        """All articles of the list. Raises SourceFault when the selectors find none."""
        known = since if since.get("place") == self._place else {}
        page = read(self._place, self._surroundings, known=known, accept="text/html, */*;q=0.1")
        if page.status == 304:
            return Fetched([], known, unchanged=True, certificate_ends=page.certificate_ends)
        items = pages.find(pages.document(page), self._options.item)
        if not items:
            raise SourceFault(
                f"nothing on the page is an item ({self._options.item}): it is built otherwise",
                kind="structure",
            )
        reports, faults = [], []
        for number, item in enumerate(items[:_MOST], 1):
            article = self._article(item, page.url)
            if isinstance(article, str):
                faults.append(f"item {number} was left out: {article}")
            else:
                reports.append(report(article, self._surroundings, self._options.language))
        brought = ended(once_each(reports, faults), faults, known, may_be_empty=False)
        cursor = {**brought.cursor, "place": self._place, **validators(page)}
        return replace(brought, cursor=cursor, certificate_ends=page.certificate_ends)

    def _article(self, item: HtmlElement, base: str) -> Article | str:
        """An item in our words, or what it lacks."""
        options = self._options
        anchor = _first(item, options.link)
        link = pages.link(anchor, base) if anchor is not None else pages.link(item, base)
        if link is None:
            return "it has no link"
        named = _first(item, options.title) if options.title else anchor if anchor is not None else item
        title = pages.text(named, 500) if named is not None else ""
        if not title:
            return f"{link} has no title"
        summary = _first(item, options.summary)
        stated, categories = self._line(item)
        return Article(
            id=link,
            title=title,
            link=link,
            body=pages.markdown(summary, base) if summary is not None else "",
            published=stated,
            categories=categories,
        )

    def _line(self, item: HtmlElement) -> tuple[When | None, tuple[str, ...]]:
        """The date, and the categories: both may stand in one line ("12.5.2026 • Rahoitus")."""
        said, filed = (_first(item, each) for each in (self._options.date, self._options.category))
        stated = dates.moment(pages.text(said), today=today()) if said is not None else None
        words = _BETWEEN.split(pages.text(filed, 500)) if filed is not None else []
        return stated, tuple(filter(None, words))


def _first(node: HtmlElement, selector: str | None) -> HtmlElement | None:
    if selector is None:
        return None
    # A selector may also name the item itself: "a" for a list whose items are the links.
    return next(iter(pages.find(node, selector)), None)
