"""Text from outside, made harmless and measured, before it becomes anything of Slack's."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

ELLIPSIS = "…"

_BREAKS = re.compile("\r\n?|[\u2028\u2029\x85\x0b\x0c]")
# Control characters say nothing, and bidi overrides let a title rewrite the line it stands in.
_UNWANTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_ESCAPED = {"&": 5, "<": 4, ">": 4}
_UNFIT_FOR_URLS = re.compile(r"[\s<>|\"\\^`{}]")


def clean(text: str) -> str:
    """The text without control characters, bidi overrides and lone surrogates; breaks become `\\n`."""
    text = _UNWANTED.sub("", _BREAKS.sub("\n", text))
    return _SURROGATES.sub("\ufffd", text)


def line(text: str) -> str:
    """The text, cleaned, on one line."""
    return " ".join(clean(text).split())


def size(text: str) -> int:
    """Length in UTF-16 units, the most cautious reading of Slack's "characters" (an emoji counts twice)."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def escape(text: str) -> str:
    """The text with the three characters that mrkdwn knows as its own written as entities.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def shorten(text: str, limit: int, *, escaped: bool = True) -> str:
    """The text itself if it fits in `limit` units, else cut at a word, with an ellipsis.

    With `escaped` the limit is for the text as `escape` will write it. Never longer than the limit;
    empty when not even the ellipsis fits.
    """
    if len(text) <= limit and size(escape(text) if escaped else text) <= limit:
        return text
    end, used = 0, len(ELLIPSIS)
    for character in text:
        used += (_ESCAPED.get(character, 1) if escaped else 1) + (character > "\uffff")
        if used > limit:
            break
        end += 1
    space = max(text.rfind(" ", end // 2, end + 1), text.rfind("\n", end // 2, end + 1))
    cut = text[: space if space > 0 else end].rstrip()
    return cut + ELLIPSIS if limit >= len(ELLIPSIS) else ""


def web_url(url: str, limit: int = 3000, schemes: tuple[str, ...] = ("http", "https")) -> str | None:
    """The address, fit to be linked to, or None: wrong scheme, no host, too long, or not an address."""
    url = url.strip()
    if len(url) > limit:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme.lower() not in schemes or not (parts.netloc or parts.scheme == "mailto"):
        return None
    url = _UNFIT_FOR_URLS.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), clean(url))
    return url if size(url) <= limit else None
