"""One page that is edited in place: what it says is one report, and a change of it a new revision.

The report is known by the page's address and, where it states one, the day its round closes:
`https://…#2026-05-06`. That stays while a round is open, also when its deadline moves; a new deadline stated after
the last one has passed is a new round, and so a new report.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from lxml.html import HtmlElement
from pydantic import BaseModel, ConfigDict, Field

from bot import clock
from bot.clock import When
from bot.contracts import BODY_LIMIT, Cursor, Details, Fetched, Language, Report, SourceFault, Surroundings
from integrations import dates, pages, text
from integrations.articles import Selector, external_id, today, visibility
from integrations.dates import Span
from integrations.listing import Site
from integrations.page_watch.lines import Difference, difference, lines
from integrations.reading import read, validators

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
)
_FEWEST = 3
"""Of fewer lines than this nobody can say that nearly all are gone."""

_SHOWN = 30
"""Lines of each sort that a difference shows."""


class PageWatchOptions(BaseModel):
    """Which page, and which part of it counts."""

    model_config = ConfigDict(extra="forbid")

    url: Site = Field(title="Address", description="of the page")
    text: Selector = Field(
        "main", title="Text", description="CSS selector of what counts; several split by commas"
    )
    ignore: Selector | None = Field(
        None, title="Left out", description="CSS selector of what does not count in it, e.g. a list of news"
    )
    title: str | None = Field(
        None, min_length=1, max_length=300, title="Title", description="else the page's own"
    )
    language: Language | None = Field(None, title="Language", description="of the page")


class PageWatchSource:
    """Watches one page.

    Its cursor holds `place`, `etag`, `modified`, `hash`, `lines`, `named` (the page's own title), `id`, `closes`, and
    as `doubted` the hash of what stood there at the last poll and hardly was the page.
    """

    dry_run_keeps = frozenset({"place", "hash", "lines", "named", "id", "closes"})
    """Without these a dry run would take a page whose deadline has moved for another one."""

    def __init__(self, options: PageWatchOptions, surroundings: Surroundings) -> None:
        self._options = options
        self._surroundings = surroundings
        self._language = options.language or surroundings.defaults.language
        self._place = str(options.url)

    def fetch(self, since: Cursor) -> Fetched:
        """The page's report when its text is not as it was. Raises SourceFault when the text is not found."""
        place = f"{self._place} {self._options.text} {self._options.ignore}"
        known = dict(since) if since.get("place") == place else {}
        doubted = known.pop("doubted", None)
        page = read(self._place, self._surroundings, known=known, accept="text/html, */*;q=0.1")
        if page.status == 304:
            return Fetched([], known, unchanged=True, certificate_ends=page.certificate_ends)
        tree = pages.document(page)
        named = self._named(tree)
        title = self._options.title or named or self._place
        nodes = self._nodes(tree)
        said = lines(nodes)
        if not said:
            raise SourceFault(f"the text ({self._options.text}) is empty", kind="structure")
        cursor = {**known, "place": place, **validators(page)}
        cursor["hash"] = hashlib.sha256("\n".join([title, *said]).encode()).hexdigest()
        if cursor["hash"] == known.get("hash"):
            return Fetched(
                [],
                cursor,
                unchanged=True,
                certificate_ends=page.certificate_ends,
                listed=frozenset({known["id"]}),
            )
        round_ = _round(said)
        if cursor["hash"] != doubted and _is_doubtful(known, named, said, round_):
            raise SourceFault(
                "what stands there is hardly the page that was there: it is told when the next look shows the same",
                kind="structure",
                cursor=known | {"doubted": cursor["hash"]},
            )
        cursor |= self._known_by(round_, known) | {"lines": said, "named": named}
        same = cursor["id"] == known.get("id")
        body = "\n\n".join(pages.markdown(node, page.url) for node in nodes)
        if same:
            body = f"{self._shown(difference(known['lines'], said))}\n\n{body}"
        return Fetched(
            [self._report(cursor["id"], title, body, round_)],
            cursor,
            certificate_ends=page.certificate_ends,
            listed=frozenset({cursor["id"]}),
        )

    def _nodes(self, tree: HtmlElement) -> list[HtmlElement]:
        for each in pages.find(tree, self._options.ignore) if self._options.ignore else ():
            if each.getparent() is not None:
                each.drop_tree()
        found = pages.find(tree, self._options.text)
        if not found:
            raise SourceFault(
                f"nothing on the page is the text ({self._options.text}): it is built otherwise",
                kind="structure",
            )
        return [node for node in found if not any(other in found for other in node.iterancestors())]

    def _named(self, tree: HtmlElement) -> str:
        named = (pages.text(node, 500) for place in ("//h1", "//title") for node in tree.xpath(place))
        return next(filter(None, named), "")

    def _known_by(self, found: Span | None, known: Cursor) -> dict[str, str | None]:
        closes, opens = (
            (_day(when) if when else None for when in (found.closes, found.opens)) if found else (None, None)
        )
        before = date.fromisoformat(known["closes"]) if known.get("closes") else None
        if known.get("id") and not (closes and before and _is_another(before, opens, closes)):
            return {"id": known["id"], "closes": str(closes or before or "") or None}
        own = f"{self._place}#{closes}" if closes else self._place
        return {"id": external_id(own), "closes": str(closes) if closes else None}

    def _shown(self, change: Difference) -> str:
        sorts = {"added": change.added, "removed": change.removed, "changed": change.changed}
        html = _TEMPLATES.get_template("difference.html").render(
            {name: lines[:_SHOWN] for name, lines in sorts.items()},
            language=self._language,
            more=any(len(lines) > _SHOWN for lines in sorts.values()),
        )
        return text.markdown(html, is_html=True)

    def _report(self, own: str, title: str, body: str, found: Span | None) -> Report:
        defaults = self._surroundings.defaults
        details = Details(
            kind=defaults.kind,
            title={self._language: title},
            body={self._language: text.cut(body, BODY_LIMIT)},
            url=self._place,
            cities=defaults.cities,
            topics=defaults.topics,
            visibility=visibility(defaults.kind, defaults),
            opens_at=found.opens if found else None,
            closes_at=found.closes if found else None,
        )
        return Report(own, details)


def _is_doubtful(known: Cursor, named: str, said: Sequence[str], found: Span | None) -> bool:
    """Whether another page may stand in its place for a while: hardly a line of it is left, or its name and the
    deadline that was ahead are gone at once.
    """
    before = set(known.get("lines", ()))
    if len(before) >= _FEWEST and len(before & set(said)) * 10 < len(before):
        return True
    ahead = bool(known.get("closes")) and date.fromisoformat(known["closes"]) >= today()
    return ahead and not (found and found.closes) and named != known.get("named", named)


def _is_another(before: date, opens: date | None, closes: date) -> bool:
    """Whether a round that closed on `before` is over, and this is the next; not its own day, put right afterwards."""
    return before < today() and before < closes and (closes >= today() or bool(opens and opens > before))


def _day(when: When) -> date:
    return when.day or when.begins().astimezone(clock.zone(clock.DEFAULT_ZONE)).date()


def _round(said: Sequence[str]) -> Span | None:
    """When the page's round opens and closes; None when it states none, or several that differ.

    Of rounds that are over and one that is not, the page means the latter.
    """
    spans = [span for line in said if (span := dates.span(line, today=today())) and span.closes]
    ahead = [span for span in spans if span.closes and span.closes.ends() > clock.now()]
    meant = ahead or spans
    if len({span.closes for span in meant}) != 1:
        return None
    opens = {span.opens for span in meant if span.opens}
    return Span(opens.pop() if len(opens) == 1 else None, meant[0].closes)
