"""A digest's title: what is in it, counted, the most telling first: "Your week: 3 new calls, 2 closing"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot import words
from bot.contracts import Language, Rhythm
from bot.planning.digest_ranking import Shelf

MOST = 3
"""Counts in one title."""


def title_of(shelves: Sequence[Shelf], rhythm: Rhythm, language: Language, *, person: bool) -> str:
    """The title, for a person or for a conversation."""
    counts = _counts(shelves, language)
    told = ", ".join(count for _, count in zip(range(MOST), counts, strict=False))
    if rhythm == "weekly":
        return words.gettext(language, "Your week: {list}" if person else "This week: {list}", list=told)
    if rhythm == "daily":
        return words.gettext(language, "Your day: {list}" if person else "Today: {list}", list=told)
    return words.gettext(language, "Gathered: {list}", list=told)


def _counts(shelves: Sequence[Shelf], language: Language) -> Iterator[str]:
    by_place = {shelf.place: len(shelf.told) + shelf.more for shelf in shelves}
    new = next((shelf for shelf in shelves if shelf.place == "new"), None)
    calls = sum(told.details.kind == "call" for told in new.told) if new else 0
    if new and calls == len(new.told):
        calls += new.more
    others = by_place.get("new", 0) - calls
    if calls:
        yield words.ngettext(language, "{n} new call", "{n} new calls", calls)
    if count := by_place.get("changed"):
        yield words.ngettext(language, "{n} changed", "{n} changed", count)
    if count := by_place.get("closing"):
        yield words.ngettext(language, "{n} closing", "{n} closing", count)
    if count := by_place.get("events"):
        yield words.ngettext(language, "{n} event", "{n} events", count)
    if count := by_place.get("waiting"):
        yield words.ngettext(language, "{n} waiting for an answer", "{n} waiting for an answer", count)
    if count := others + by_place.get("cities", 0):
        yield words.ngettext(language, "{n} piece of news", "{n} pieces of news", count)
    if count := by_place.get("workspace"):
        yield words.ngettext(language, "{n} discussion", "{n} discussions", count)
