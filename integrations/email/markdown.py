"""Markdown from outside, as HTML that can do nothing and as text that reads well."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from functools import lru_cache
from html import escape

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from markdown_it.utils import EnvType, OptionsDict

from integrations.email.links import URL_SCHEMES, followable

WIDTH = 72
_TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "ul", "ol", "li"),
    *("table", "thead", "tbody", "tr", "th", "td", "a", "strong", "em", "s", "code"),
}
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}


def _image_as_link(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """Pictures from outside would tell their owner who opened the mail: show a link to them."""
    address = str(tokens[index].attrs.get("src", ""))
    words = renderer.renderInlineAsText(tokens[index].children, options, env) or address
    return f'<a href="{escape(address)}">{escape(words)}</a>'


def _deeper_headings(state: StateCore) -> None:
    """Headings begin at the second level, below the mail's own."""
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1]) + 1)}"


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.core.ruler.push("deeper_headings", _deeper_headings)
    parser.add_render_rule("image", _image_as_link)
    # Its rules are gathered at the first use; two threads at once would see half of them.
    parser.parse("first *use*")
    return parser


_MARKDOWN = _parser()


@lru_cache(maxsize=4)  # both parts of a mail are made of the same tokens
def _parsed(source: str) -> tuple[Token, ...]:
    return tuple(_MARKDOWN.parse(source))


def to_html(source: str) -> str:
    """Sanitised HTML of the Markdown."""
    html = _MARKDOWN.renderer.render(_parsed(source), _MARKDOWN.options, {})
    return str(
        nh3.clean(
            html,
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            url_schemes=set(URL_SCHEMES),
            url_relative="deny",
            link_rel="noopener noreferrer",
        )
    )


def to_text(source: str, width: int = WIDTH) -> str:
    """The Markdown as plain text, wrapped; links show their address in angle brackets (RFC 3986, C)."""
    return _blocks(SyntaxTreeNode(_parsed(source)), width)


def wrapped(text: str, width: int = WIDTH, first: str = "", rest: str = "") -> str:
    """Each line of the text wrapped at words, never inside one: a broken address cannot be followed."""
    return "\n".join(
        textwrap.fill(
            line,
            width,
            initial_indent=first if number == 0 else rest,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for number, line in enumerate(text.split("\n"))
    )


def _blocks(node: SyntaxTreeNode, width: int, between: str = "\n\n") -> str:
    shown = (_block(child, max(width, 24)) for child in node.children)
    return between.join(text for text in shown if text)


def _block(node: SyntaxTreeNode, width: int) -> str:
    return _BLOCKS.get(node.type, _paragraph)(node, width)


def _paragraph(node: SyntaxTreeNode, width: int) -> str:
    return wrapped(_inline(node).strip(), width)


def _heading(node: SyntaxTreeNode, width: int) -> str:
    words = _paragraph(node, width)
    return words and f"{words}\n{'-' * max(map(len, words.split(chr(10))))}"


def _code(node: SyntaxTreeNode, _: int) -> str:
    return textwrap.indent(node.content.rstrip("\n"), "    ")


def _quote(node: SyntaxTreeNode, width: int) -> str:
    return textwrap.indent(_blocks(node, width - 2), "> ", lambda _: True)


def _list(node: SyntaxTreeNode, width: int) -> str:
    start = int(node.attrs.get("start", 1))
    items = []
    for number, item in enumerate(node.children, start):
        mark = f"{number}. " if node.type == "ordered_list" else "- "
        text = _blocks(item, width - len(mark), between="\n")
        items.append(mark + textwrap.indent(text, " " * len(mark)).lstrip())
    return "\n".join(items)


def _table(node: SyntaxTreeNode, _: int) -> str:
    rows = (row for part in node.children for row in part.children)
    return "\n".join(" | ".join(_inline(cell).strip() for cell in row.children) for row in rows)


_BLOCKS: dict[str, Callable[[SyntaxTreeNode, int], str]] = {
    "heading": _heading,
    "fence": _code,
    "code_block": _code,
    "blockquote": _quote,
    "bullet_list": _list,
    "ordered_list": _list,
    "table": _table,
    "hr": lambda _node, _width: "* * *",
}


def _inline(node: SyntaxTreeNode) -> str:
    if node.type in {"text", "code_inline"}:
        return node.content
    if node.type in {"softbreak", "hardbreak"}:
        return " " if node.type == "softbreak" else "\n"
    words = "".join(map(_inline, node.children))
    if node.type not in {"link", "image"}:
        return words
    address = str(node.attrs.get("href") or node.attrs.get("src") or "")
    if not followable(address) or words in {address, address.removeprefix("mailto:")}:
        return words
    return f"{words} <{address}>".strip()
