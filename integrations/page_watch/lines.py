"""A page's text as lines that mean something, and how two versions of it differ."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from lxml.html import HtmlElement

from integrations import text

_BLOCKS = " or ".join(
    f"self::{tag}"
    for tag in (
        "address", "article", "blockquote", "br", "dd", "div", "dt", "figure", "h1", "h2", "h3", "h4", "h5", "h6",
        "hr", "li", "p", "pre", "section", "td", "th", "tr",
    )
)  # fmt: skip
_UNSEEN = ".//script|.//style|.//noscript|.//template|.//svg|.//form|.//button"
# At most one word (a month, "klo") beside the figures: "Päivitetty 12.5.: haku jatkuu" says something.
_NOISE = re.compile(
    r"(sivua? )?((viimeksi )?(päivitetty|muokattu)|(last )?(updated|modified)|(senast )?(uppdaterad|ändrad))"
    r"\W*[\d\s.:,/-]*(\w{2,10}\b\W*)?[\d\s.:,/-]*"
    r"|(luettu|katseltu|katselukert\w*|views?|visningar|visad)\W*\d[\d\s]*\w{0,8}"
    r"|\d[\d\s]* (views?|visningar|katselu\w*)|\W*",
    re.IGNORECASE,
)
_MOST = 3_000
_LONGEST = 2_000
_ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a line that changed; `new` when they were not there before."""

    words: str
    new: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """What was added and removed, and lines that read otherwise now: as they were, and in pieces as they are."""

    added: Sequence[str]
    removed: Sequence[str]
    changed: Sequence[tuple[str, Sequence[Piece]]]


def lines(nodes: Sequence[HtmlElement]) -> list[str]:
    """The visible lines without what changes by itself: dates of updating, counters, blanks."""
    found: list[str] = []
    for node in nodes:
        seen = copy.deepcopy(node)
        for each in seen.xpath(_UNSEEN):
            each.drop_tree()
        for each in seen.iter():
            each.text, each.tail = (" ".join((said or "").split("\n")) for said in (each.text, each.tail))
        for each in seen.xpath(f"descendant-or-self::*[{_BLOCKS}]"):
            each.text = f"\n{each.text or ''}"
            each.tail = f"\n{each.tail or ''}"
        found += (" ".join(text.whole(line).split()) for line in seen.text_content().split("\n"))
    return [line[:_LONGEST] for line in found if not _NOISE.fullmatch(line)][:_MOST]


def difference(before: Sequence[str], now: Sequence[str]) -> Difference:
    """How two versions differ, line by line, and in alike lines word by word."""
    added: list[str] = []
    removed: list[str] = []
    changed: list[tuple[str, Sequence[Piece]]] = []
    for was, became in _blocks(before, now):
        left = list(became)
        for line in was:
            other = next((each for each in left if _alike(line, each)), None)
            if other is None:
                removed.append(line)
                continue
            left.remove(other)
            changed.append((line, list(_pieces(line.split(), other.split()))))
        added += left
    moved = set(added) & set(removed)
    return Difference(
        [line for line in added if line not in moved],
        [line for line in removed if line not in moved],
        changed,
    )


def _blocks(before: Sequence[str], now: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    matcher = SequenceMatcher(None, before, now, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            yield before[start:end], now[new_start:new_end]


def _alike(line: str, other: str) -> bool:
    matcher = SequenceMatcher(None, line.split(), other.split(), autojunk=False)
    return matcher.quick_ratio() > _ALIKE and matcher.ratio() > _ALIKE


def _pieces(before: Sequence[str], now: Sequence[str]) -> Iterator[Piece]:
    for tag, _, _, start, end in SequenceMatcher(None, before, now, autojunk=False).get_opcodes():
        if end > start:
            yield Piece(" ".join(now[start:end]), new=tag != "equal")
