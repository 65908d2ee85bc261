"""Outside text made harmless before it is encoded: nothing invisible steers a header or a reader's eye."""

from __future__ import annotations

import re

_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Controls, and the bidirectional overrides that make text read other than it is. Marks (U+200E, U+200F)
# and joiners stay: right-to-left text and emoji need them.
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


def paragraphs(text: str) -> str:
    """The text with `\\n` line ends and tabs, and without any other control character."""
    if text.isprintable():  # nearly every name and link: controls, overrides and surrogates are not printable
        return text
    return _LONE_SURROGATE.sub("\ufffd", _UNSEEN.sub("", _LINE_ENDS.sub("\n", text)))


def one_line(text: str) -> str:
    """The text on one line, every run of white space being one space."""
    return " ".join(paragraphs(text).split())


def shortened(text: str, limit: int) -> str:
    """The text, cut with an ellipsis if it is longer than `limit` characters, at a word where one is near."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    at_word = cut.rfind(" ", limit * 3 // 4)
    return cut[: at_word if at_word > 0 else None].rstrip(" \u200d") + "…"
