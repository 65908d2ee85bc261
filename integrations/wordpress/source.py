"""Posts of a WordPress site (https://developer.wordpress.org/rest-api/reference/posts/), the newest first.

`_embed=wp:term` brings the names of categories and tags along, `_fields` leaves out what nobody reads
(https://developer.wordpress.org/rest-api/using-the-rest-api/global-parameters/). One page is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlencode, urljoin

from pydantic import BaseModel, ConfigDict, Field

from bot.clock import When
from bot.contracts import Cursor, Fetched, Language, SourceFault, Surroundings
from integrations import text
from integrations.articles import Article, report
from integrations.listing import Site, ended, once_each, parsed, rows
from integrations.reading import read, validators

_FIELDS = "id,guid,link,date_gmt,title,content,excerpt,_links,_embedded"


class WordPressOptions(BaseModel):
    """Which site, and how much of it."""

    model_config = ConfigDict(extra="forbid")

    url: Site = Field(title="Address", description="of the site, e.g. https://www.example.fi/")
    path: Annotated[str, Field(pattern=r"^[/?][^\s#]{0,200}$")] = Field(
        "/wp-json/wp/v2/posts",
        title="Path of the posts",
        description="?rest_route=/wp/v2/posts where addresses are not rewritten",
    )
    posts: int = Field(20, ge=1, le=100, title="Posts", description="how many of the newest are read")
    language: Language | None = Field(None, title="Language", description="of the posts")


class _Rendered(BaseModel):
    rendered: str = ""
    protected: bool = False


class Post(BaseModel):
    """One post, as far as it is read. What is protected by a password has no text."""

    id: int
    guid: _Rendered = _Rendered()
    link: str = ""
    date_gmt: str | None = None
    title: _Rendered = _Rendered()
    content: _Rendered = _Rendered()
    excerpt: _Rendered = _Rendered()
    embedded: dict[str, Any] = Field({}, alias="_embedded")

    def article(self, base: str) -> Article | None:
        """The post in our words; None when it has no words."""
        source = self.content.rendered or self.excerpt.rendered
        title = text.title(self.title.rendered, is_html=True) or text.heading(source, is_html=True)
        if not title:
            return None
        link = text.web_link(self.link, base)
        return Article(
            id=text.whole(self.guid.rendered).strip() or link or f"{base}?p={self.id}",
            title=title,
            link=link,
            body=text.markdown(source, is_html=True, base=link or base),
            published=_instant(self.date_gmt),
            categories=tuple(self._terms()),
        )

    def _terms(self) -> Iterator[str]:
        taxonomies = self.embedded.get("wp:term")
        for terms in taxonomies if isinstance(taxonomies, list) else ():
            for term in terms if isinstance(terms, list) else ():
                if isinstance(term, dict) and isinstance(term.get("name"), str):
                    yield text.title(term["name"], is_html=True)


class WordPressSource:
    """Reads one site. Its cursor holds `place`, `etag`, `modified`, `hash` and `count`."""

    def __init__(self, options: WordPressOptions, surroundings: Surroundings) -> None:
        self._options = options
        self._surroundings = surroundings
        place = urljoin(str(options.url), options.path)
        query = urlencode({"per_page": options.posts, "_embed": "wp:term", "_fields": _FIELDS}, safe=":,")
        self._place = f"{place}{'&' if '?' in place else '?'}{query}"

    def fetch(self, since: Cursor) -> Fetched:
        """The newest posts. Raises SourceFault when the site has no such interface, or hides it."""
        known = since if since.get("place") == self._place else {}
        page = read(self._place, self._surroundings, known=known, accept="application/json")
        if page.status == 304:
            return Fetched([], known, unchanged=True, certificate_ends=page.certificate_ends)
        cursor = {"place": self._place, **validators(page)}
        found = parsed(page.body)
        if not isinstance(found, list):
            said = found.get("message") if isinstance(found, dict) else None
            why = f": {text.title(str(said), is_html=True)[:200]}" if said else ""
            raise SourceFault(f"the answer is no list of posts{why}", kind="structure")
        posts, faults = rows(found, Post, "link")
        reports = []
        for post in posts:
            article = post.article(str(self._options.url))
            if article is None:
                faults.append(f"post {post.id} was left out: it has neither title nor text")
            else:
                reports.append(report(article, self._surroundings, self._options.language))
        brought = ended(once_each(reports, faults), faults, known, may_be_empty=not known.get("count"))
        return replace(brought, cursor={**brought.cursor, **cursor}, certificate_ends=page.certificate_ends)


def _instant(value: str | None) -> When | None:
    """WordPress writes UTC without saying so."""
    try:
        return When.parse(f"{value}Z") if value else None
    except ValueError:
        return None
