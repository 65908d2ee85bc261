"""How alike two reports are: surely of the same thing, perhaps, or not (docs/adr/0010)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from rapidfuzz import fuzz, process

from bot.contracts import Details, Language
from bot.intake.keys import FURTHEST_DAYS, TITLED, day_of, identifier, links, plain
from bot.planning.calls import local_day

SURE, DOUBT = 93.0, 75.0
"""Likeness of two titles, of 100, from which on they are the same title, and from which on they may be."""

SUBSET, LEAST = 95.0, 3
"""Titles of which one has all the words of the other may be the same when the shorter has at least three."""

_LINKED = frozenset({"call", "event", "news"})
_NUMBER = re.compile(r"\d+|\b[ivx]{1,4}\b")

Days = Literal["same", "lacking", "unknown", "moved", "far"]


@dataclass(frozen=True, slots=True)
class Alike:
    """Why two reports are taken for the same thing; `why` lists rules and what each found. `score` is of 100."""

    sure: bool
    score: float
    why: tuple[tuple[str, str], ...]


def compare(one: Details, other: Details, zone: str, *, own_link: bool) -> Alike | None:
    """Compare two reports; None when they are different things. `own_link`: no third thing has their link."""
    same_kind = one.kind == other.kind
    number, theirs = identifier(one), identifier(other)
    days = days_between(one, other, zone)
    if number and number == theirs:
        return Alike(same_kind, 100.0, (("identifier", one.identifier or ""),))
    titles = _titles(one, other)
    best = max(titles, default=0.0)
    fits = not (number and theirs) and days in {"same", "lacking", "unknown"}
    shared = set(links(one)) & set(links(other))
    if shared and (same_kind or {one.kind, other.kind} <= _LINKED):
        if same_kind and own_link and fits:
            return Alike(True, 100.0, (("link", min(shared)),))
        if own_link or best >= DOUBT:
            return Alike(False, max(best, DOUBT), (("link", min(shared)), ("days", days)))
    if not same_kind or one.kind not in TITLED or best < DOUBT or days == "far":
        return None
    cities, others = set(one.cities), set(other.cities)
    why = (("title", f"{best:.0f}"), ("days", days))
    if fits and days == "same" and best >= SURE and min(titles) >= DOUBT and cities == others:
        return Alike(_same_numbers(one, other), best, why)
    near = days == "same" or (best >= SURE and _same_numbers(one, other))
    return Alike(False, best, why) if near and (not cities or not others or cities & others) else None


def like_titled(
    title: Mapping[Language, str], others: Sequence[Mapping[Any, str]], least: float
) -> Iterator[int]:
    """Which of these titles by language are alike enough to look any further; some more than once."""
    for language, words in title.items():
        mine = plain(words)
        choices = {at: plain(other[language]) for at, other in enumerate(others) if language in other}
        alike = process.extract_iter(_in_order(mine), {at: _in_order(each) for at, each in choices.items()},
                                     scorer=fuzz.ratio, score_cutoff=least)  # fmt: skip
        near = {at for _, _, at in alike}
        if least <= DOUBT and len(mine.split()) >= LEAST:
            near |= {
                at
                for _, _, at in process.extract_iter(
                    mine, choices, scorer=fuzz.token_set_ratio, score_cutoff=SUBSET
                )
            }
        yield from (at for at in near if _alike(mine, choices[at]) >= least)


def days_between(one: Details, other: Details, zone: str) -> Days:
    """How the days compare by which both are known. Two instants of one day are two deadlines."""
    mine, theirs = day_of(one), day_of(other)
    if mine is None or theirs is None:
        return "unknown" if mine is theirs else "lacking"
    day, another = local_day(mine, zone), local_day(theirs, zone)
    if day == another:
        return "moved" if mine.at and theirs.at and mine.at != theirs.at else "same"
    return "moved" if abs((day - another).days) <= FURTHEST_DAYS else "far"


def _titles(one: Details, other: Details) -> list[float]:
    """The likeness of the titles in each language that both have; 0 where the numbers in them contradict."""
    return [
        _alike(plain(one.title[each]), plain(other.title[each])) for each in one.title if each in other.title
    ]


def _alike(one: str, other: str) -> float:
    """The likeness of two plain titles, of 100; 0 where the numbers in them contradict."""
    mine, theirs = _numbers(one), _numbers(other)
    if mine - theirs and theirs - mine:
        return 0.0
    score = fuzz.ratio(_in_order(one), _in_order(other))
    if score >= DOUBT:
        return score
    long_enough = min(len(one.split()), len(other.split())) >= LEAST
    if long_enough and fuzz.token_set_ratio(one, other, score_cutoff=SUBSET):
        return DOUBT
    return score


def _same_numbers(one: Details, other: Details) -> bool:
    both = [each for each in one.title if each in other.title]
    return all(_numbers(plain(one.title[each])) == _numbers(plain(other.title[each])) for each in both)


@lru_cache(16384)
def _in_order(title: str) -> str:
    """A plain title's words by the alphabet: what is alike but for their order is the same so."""
    return " ".join(sorted(title.split()))


@lru_cache(16384)
def _numbers(title: str) -> frozenset[str]:
    return frozenset(_NUMBER.findall(title))
