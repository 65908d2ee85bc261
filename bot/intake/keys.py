"""What a report is recognised by: its identifier, its links, its title and its day, in the spelling of all sources."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from hashlib import blake2b
from urllib.parse import parse_qsl, urlencode, urlsplit

from bot.clock import When
from bot.contracts import Details
from bot.planning.calls import door, local_day

TITLED = frozenset({"call", "event"})
"""Kinds that are recognised by title and day; all others only by their link."""

_TRACKING = re.compile(r"^(utm_\w+|fbclid|gclid|msclkid|mc_[ce]id|_hs\w*|ref|source|at_\w+)$")
_LANGUAGES = frozenset({"fi", "sv", "en", "se", "fi-fi", "sv-fi", "en-gb", "fi_fi", "sv_fi", "en_gb"})
_MOST_LINKS = 8

FURTHEST_DAYS = 60
"""Days that a deadline may have moved; further away the same title is that of the next round."""


def keys(details: Details, zone: str) -> set[str]:
    """The keys under which a report is found: digests of 32 hex digits, each of a kind of its own."""
    return {_digest(*parts) for parts in _parts(details)} | ({day_key(details, zone)} - {""})


def link_keys(details: Details) -> set[str]:
    """The keys of its links alone."""
    return {_digest("link", link) for link in links(details)}


def strong_keys(details: Details) -> set[str]:
    """The keys under which a source's own reports matter to it too: its number, and its links."""
    number = identifier(details) if details.kind in TITLED else ""
    return link_keys(details) | ({_digest("identifier", number)} if number else set())


def day_key(details: Details, zone: str) -> str:
    """The key of its day alone; empty when it has none."""
    day = day_of(details) if details.kind in TITLED else None
    return _of_day(details.kind, local_day(day, zone)) if day else ""


def meeting(details: Details) -> tuple[When, tuple[str, ...], str] | None:
    """What an event is known by where nothing else names it: its start, its titles and its place; None of others."""
    titles = tuple(f"{language} {plain(title)}" for language, title in sorted(details.title.items()))
    if details.kind != "event" or details.starts_at is None or not any(map(plain, details.title.values())):
        return None
    return details.starts_at, titles, plain(details.location or "")


def near_day_keys(details: Details, zone: str) -> set[str]:
    """The keys of all days that its day may have been moved from or to."""
    day = day_of(details) if details.kind in TITLED else None
    if day is None:
        return set()
    mine = local_day(day, zone)
    return {_of_day(details.kind, mine + timedelta(days=days)) for days in _around(mine)}


def _around(day: date) -> range:
    """Days before and after, within what a calendar has."""
    return range(-min(FURTHEST_DAYS, (day - date.min).days), min(FURTHEST_DAYS, (date.max - day).days) + 1)


@lru_cache(4096)
def _of_day(kind: str, day: date) -> str:
    return _digest("day", kind, day.isoformat())


def links(details: Details) -> list[str]:
    """Its links as `canonical` spells them; those that lead to a whole site say nothing and are left out."""
    urls = [details.url or "", *(link.url for link in details.links)]
    found = [canonical(url) for url in urls[:_MOST_LINKS]]
    return [link for link in dict.fromkeys(found) if link and not link.endswith("/")]


@lru_cache(4096)
def canonical(url: str) -> str:
    """A link without what differs from copy to copy: scheme, www, last slash, fragment, tracking, language.

    A site's first page is `host/`; what is no web address is empty.
    """
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not host:
        return ""
    steps = [step for step in parts.path.split("/") if step]
    if steps and steps[0].lower() in _LANGUAGES:
        del steps[0]
    asked = sorted(
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not _TRACKING.match(name.lower()) and name.lower() not in {"lang", "language", "locale"}
    )
    query = f"?{urlencode(asked)}" if asked else ""
    return f"{host}/{'/'.join(steps)}{query}"


def identifier(details: Details) -> str:
    """Its identifier without case, spaces and signs: `EURA 2021/403-12` is `eura2021-403-12`; empty when none.

    Between numbers a sign stays: `MISS-2026-1-11` and `MISS-2026-11-1` are two calls.
    """
    text = unicodedata.normalize("NFKC", details.identifier or "").casefold()
    return re.sub(r"[^\w-]|_|(?<!\d)-|-(?!\d)", "", re.sub(r"(?<=\d)[\W_]+(?=\d)", "-", text))


@lru_cache(16384)
def plain(title: str) -> str:
    """A title's words in lower case, without signs."""
    text = unicodedata.normalize("NFKC", title).casefold()
    return " ".join(re.sub(r"[\W_]+", " ", text).split())


def day_of(details: Details) -> When | None:
    """The moment that a thing is known by: a call's last deadline, an event's start."""
    return door(details) if details.kind == "call" else details.starts_at


def _parts(details: Details) -> Iterator[tuple[str, ...]]:
    for link in links(details):
        yield "link", link
    if details.kind not in TITLED:
        return
    if number := identifier(details):
        yield "identifier", number
    for title in details.title.values():
        if words := plain(title):
            yield "title", details.kind, words


def _digest(*parts: str) -> str:
    return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()
