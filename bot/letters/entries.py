"""One item as a letter tells it, in one language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot import clock, differing, words
from bot.contracts import Details, Entry, Fact, Language
from bot.network import Network
from bot.planning import spoken
from bot.planning.calls import next_deadline
from bot.planning.facts import sums
from bot.planning.variants import only, variant
from bot.store.items import Item
from bot.summaries import extract

_TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def entry_of(
    item: Item, language: Language, network: Network, public_url: str, made: tuple[str, str] | None = None
) -> Entry:
    """The item's title, its cities, what a reader must know of it, and where more is to be read.

    `made` is a summary that a language model made, and its name; without one it is an extract.
    """
    details = item.content()
    told, title = variant(details.title, language)
    body_in, body = variant(details.body, language)
    return Entry(
        title=steady(title),
        label=spoken.cities(details.cities, language, network),
        url=read_at(item, details, language, public_url),
        summary=made[0] if made else extract(body, body_in, title),
        made_by=made[1] if made else "",
        facts=tuple(_facts(details, language)),
        notes=(
            *only(language, told, body_in if body and not made else told),
            *filter(None, [differing.deadlines(details, language)]),
        ),
    )


def read_at(item: Item, details: Details, language: Language, public_url: str) -> str:
    """Where a public item is to be read: its own page, in the reader's language if it has one, else ours."""
    versions = {link.language: link.url for link in details.links if link.language}
    url = versions.get(language) or details.url or ""
    if url.lower().startswith(("http://", "https://")):
        return url
    return f"{public_url}/archive/items/{item.id}?language={language}"


def steady(text: str) -> str:
    """One line without the marks that turn the writing round: a title must not turn what stands beside it."""
    return " ".join(_TURNING.sub("", text).split())


def _facts(details: Details, language: Language) -> Iterator[Fact]:
    now = clock.now()
    if details.kind == "call":
        if details.opens_at and details.opens_at.begins() > now:
            yield Fact(label=words.gettext(language, "Opens"), when=details.opens_at)
        if deadline := next_deadline(details, now) or details.closes_at:
            yield Fact(label=words.gettext(language, "Closes"), when=deadline)
        elif details.continuous:
            yield Fact(
                label=words.gettext(language, "Closes"), text=words.gettext(language, "open all the time")
            )
        if said := sums(details, "amount_eur", language):
            yield Fact(label=words.gettext(language, "Amount"), text=said)
    if details.starts_at:
        yield Fact(label=words.gettext(language, "Starts"), when=details.starts_at)
    if details.location:
        yield Fact(label=words.gettext(language, "Place"), text=steady(details.location))
