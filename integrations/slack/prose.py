"""Markdown from outside, read into paragraphs of styled words: all that is left of it is text and links.

markdown-it-py does the reading (CommonMark with tables and strikethrough; raw HTML stays text).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from integrations.slack.plain import clean, web_url

SOURCE_LIMIT = 12_000
"""Characters of Markdown that are read: far more than a post can show, and a bound on the time it takes."""

_MARKS = {"strong": "*", "em": "_", "s": "~"}
_ADDRESS = re.compile(r"https?://[^\s<>|]+")
_TRAILING = ".,;:!?)]}'\"»”’"
_LINKABLE = ("http", "https", "mailto")
_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


@dataclass(frozen=True, slots=True)
class Span:
    """Some words in one style. `marks` are mrkdwn's (`*`, `_`, `~` or a backtick), outermost first."""

    text: str
    marks: str = ""
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, list item, table row or code block.

    `lead` is the bullet or number before it. Neighbours with the same `group` stand close together.
    """

    spans: tuple[Span, ...]
    lead: str = ""
    group: int = 0
    quote: bool = False
    code: bool = False


def linked(text: str, marks: str = "") -> list[Span]:
    """Plain text as spans, its web addresses as links."""
    spans: list[Span] = []
    done = 0
    for found in _ADDRESS.finditer(text):
        address = found[0].rstrip(_TRAILING)
        url = web_url(address)
        if url is None:
            continue
        if found.start() > done:
            spans.append(Span(text[done : found.start()], marks))
        spans.append(Span(address, marks, url))
        done = found.start() + len(address)
    if done < len(text):
        spans.append(Span(text[done:], marks))
    return spans


@lru_cache(maxsize=128)
def paragraphs(source: str) -> tuple[Paragraph, ...]:
    """Read Markdown. What exceeds `SOURCE_LIMIT` is not read; an ellipsis ends the last paragraph then."""
    whole = len(source) <= SOURCE_LIMIT
    reader = _Reader()
    for token in _markdown.parse(clean(source if whole else source[:SOURCE_LIMIT])):
        reader.take(token)
    found = reader.found
    if not whole and found:
        found[-1] = replace(found[-1], spans=(*found[-1].spans, Span(" …")))
    return tuple(found)


@dataclass
class _List:
    number: int | None
    fresh: bool = True

    def lead(self, depth: int) -> str:
        if not self.fresh:
            return "    " * (depth + 1)
        self.fresh = False
        mark = "•" if depth == 0 else "◦"
        if self.number is not None:
            mark = f"{self.number}."
            self.number += 1
        return "    " * depth + mark + " "


@dataclass
class _Reader:
    """Walks the tokens once; keeps where it stands: lists, quotes and the table's heads and cells."""

    found: list[Paragraph] = field(default_factory=list)
    lists: list[_List] = field(default_factory=list)
    quotes: int = 0
    group: int = 0
    heading: bool = False
    heads: list[list[Span]] = field(default_factory=list)
    cells: list[list[Span]] = field(default_factory=list)
    in_table: bool = False

    def take(self, token: Token) -> None:
        """Take the next token of the document."""
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                self.group += not self.lists
                number = int(token.attrs.get("start", 1)) if token.type == "ordered_list_open" else None
                self.lists.append(_List(number))
            case "bullet_list_close" | "ordered_list_close":
                self.lists.pop()
            case "list_item_open":
                self.lists[-1].fresh = True
            case "blockquote_open":
                self.quotes += 1
            case "blockquote_close":
                self.quotes -= 1
            case "heading_open" | "heading_close":
                self.heading = token.nesting == 1
            case "fence" | "code_block":
                self._add((Span(token.content.rstrip("\n")),), code=True)
            case "hr":
                self._add((Span("———"),))
            case "inline":
                self._inline(token)
            case _ if token.type in {"table_open", "table_close", "thead_close", "tr_close"}:
                self._table(token.type)

    def _inline(self, token: Token) -> None:
        spans = _spans(token.children or (), "*" if self.heading else "")
        if self.in_table:
            self.cells.append(spans)
        elif spans:
            self._add(tuple(spans))

    def _add(self, spans: tuple[Span, ...], code: bool = False) -> None:
        lead = self.lists[-1].lead(len(self.lists) - 1) if self.lists else ""
        if not self.lists:
            self.group += 1
        self.found.append(Paragraph(spans, lead, self.group, self.quotes > 0, code))

    def _table(self, what: str) -> None:
        if what in {"table_open", "table_close"}:
            self.in_table, self.heads, self.cells = what == "table_open", [], []
            self.group += 1
            return
        if what == "tr_close" and not self.heads:
            self.heads = [[replace(span, marks="*") for span in cell] for cell in self.cells]
        elif what == "tr_close":
            row: list[Span] = []
            for head, cell in zip(self.heads, self.cells, strict=False):
                named = [*head, Span(": ")] if head else []
                row += [Span(" · ")] * bool(row) + named + cell
            self.found.append(Paragraph(tuple(row), "• ", self.group, self.quotes > 0))
        self.cells = []


def _spans(tokens: Sequence[Token], marks: str) -> list[Span]:
    """The inline tokens of one paragraph as spans. Images become links to themselves."""
    spans: list[Span] = []
    open_marks, url, label = [marks] if marks else [], None, ""
    for token in tokens:
        style = "".join(dict.fromkeys(open_marks))
        name = token.type.removesuffix("_open").removesuffix("_close")
        if name in _MARKS:
            open_marks.append(_MARKS[name]) if token.nesting == 1 else open_marks.pop()
        elif token.type == "link_open":
            url, label = web_url(str(token.attrs.get("href", "")), 2000, _LINKABLE), ""
        elif token.type == "link_close":
            if url and not label:
                spans.append(Span(url.removeprefix("mailto:"), style, url))
            url = None
        elif url or token.type == "image":
            text = token.content or " " * (token.nesting == 0)
            target = url or web_url(str(token.attrs.get("src", "")), 2000)
            text = text if text.strip() or url else (target or "")
            label += text.strip()
            spans += [Span(text, style, target)] if text else []
        elif token.type == "code_inline":
            spans.append(Span(token.content, style + "`"))
        elif token.type in {"softbreak", "hardbreak"}:
            spans.append(Span("\n"))
        elif token.content:
            spans += linked(token.content, style)
    return spans
