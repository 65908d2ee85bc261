"""Text from outside made safe and readable: titles as one plain line, bodies as Markdown, addresses whole."""

from __future__ import annotations

import html
import re
from typing import Annotated, Any, Literal
from urllib.parse import urljoin, urlsplit

import nh3
from pydantic import BeforeValidator

from bot.contracts import BODY_LIMIT, TITLE_LIMIT

_TAGS = {
    "a", "b", "blockquote", "br", "code", "dd", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6",
    "hr", "i", "li", "ol", "p", "pre", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
Relative = tuple[Literal["rewrite_with_base"], str] | Literal["deny"]

_BLOCKS = re.compile(r"<(?=/?(?:br|div|h\d|li|p|td|tr)\b)", re.IGNORECASE)
_MARKUP = re.compile(
    r"</?(a|b|br|div|em|font|h\d|i|iframe|img|object|p|script|small|span|strong|style|sub|sup|svg|u)\b[^<>]*>",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(127, 160)])
_UNSEEN = dict.fromkeys([0xAD, 0x200B, 0x2060, 0xFEFF])
"""Where a line may be broken or may not, and nothing else: soft hyphens, spaces of no width."""

# More than any body of 50,000 characters needs; what lies beyond costs time and is cut anyway.
_HTML_LIMIT = 200_000
_MOST_TAGS = 5_000


def whole(text: str) -> str:
    """Without control characters, halves of surrogate pairs and CR, so that every database takes it."""
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)


def _made_whole(value: Any) -> Any:
    return whole(value) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_made_whole)]
"""A string in JSON from outside, made whole before pydantic would refuse it."""


def title(text: str, *, is_html: bool, limit: int = TITLE_LIMIT) -> str:
    """One line of plain text, of at most 500 characters; HTML loses its tags and entities."""
    text = whole(text[: limit * 20])
    if is_html:
        text = html.unescape(nh3.clean(_BLOCKS.sub(" <", text), tags=set()))
    return cut(" ".join(text.translate(_UNSEEN).split()), limit)


def is_markup(text: str) -> bool:
    """Whether a text that is not said to be HTML has tags that nobody means literally."""
    return bool(_MARKUP.search(text))


def heading(text: str, *, is_html: bool) -> str:
    """The beginning of a body as a title, for entries without one."""
    return cut(title(text, is_html=is_html), 80)


def markdown(text: str, *, is_html: bool, base: str = "") -> str:
    """Markdown of at most 50,000 characters. HTML is sanitised first, its links resolved against `base`."""
    text = whole(text[:_HTML_LIMIT])
    if is_html and not _TAG.search(text):
        text, is_html = html.unescape(text), False
    if is_html and text.count("<") > _MOST_TAGS:
        text, is_html = html.unescape(_TAG.sub(" ", text)), False
    try:
        return cut(_converted(text if is_html else _marked_up(text), base), BODY_LIMIT)
    except RecursionError:  # nested deeper than any text is
        return cut(_converted(_marked_up(html.unescape(_TAG.sub(" ", text))), base), BODY_LIMIT)


def web_link(value: str | None, base: str) -> str | None:
    """An absolute http(s) address resolved against the base, or None for anything else."""
    if not value or not value.strip():
        return None
    try:
        link = urljoin(base, value.strip())
        parts = urlsplit(link)
    except ValueError:
        return None
    usable = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
    return link if usable and link.isprintable() and " " not in link and len(link) <= 2_000 else None


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, ending in … at a word's end when something was cut off."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    if not text[limit - 1].isspace():
        whole_words = head.rsplit(maxsplit=1)[0]
        head = whole_words if len(whole_words) > limit // 2 else head
    return head.rstrip() + "…"


def _converted(source: str, base: str) -> str:
    try:
        clean = _sanitised(source, ("rewrite_with_base", base))
    except ValueError:  # the base is no address
        clean = _sanitised(source, "deny")
    # The outer element also keeps BeautifulSoup from warning that a bare text looks like a file name.
    from markdownify import markdownify  # seven megabytes that a process at rest does without

    marked = markdownify(f"<div>{clean}</div>", heading_style="ATX", bullets="-", escape_misc=True)
    return re.sub(r"\n{3,}", "\n\n", whole(marked)).strip()


def _sanitised(source: str, relative: Relative) -> str:
    return nh3.clean(
        source,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        url_relative=relative,
        link_rel=None,
    )


def _marked_up(text: str) -> str:
    """Plain text as HTML: what is set apart by empty lines becomes paragraphs."""
    paragraphs = re.split(r"\n\s*\n", html.escape(text.strip(), quote=False))
    return "".join(f"<p>{paragraph.replace(chr(10), '<br>')}</p>" for paragraph in paragraphs)
