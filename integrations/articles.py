"""Articles of a site, and the reports they make: what sources share that know no more than words."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import cssselect
from pydantic import AfterValidator, StringConstraints

from bot import clock
from bot.clock import When
from bot.contracts import Defaults, Details, Kind, Language, Report, Surroundings, Visibility
from integrations.moments import meant

_LONGEST_ID = 255


def _selects(value: str) -> str:
    try:
        cssselect.HTMLTranslator().css_to_xpath(value)
    except (cssselect.SelectorError, RecursionError) as fault:
        raise ValueError(f"is not a CSS selector ({fault})") from fault
    return value


Selector = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), AfterValidator(_selects)
]
"""A CSS selector in a source's options; several are split by commas."""


@dataclass(frozen=True, slots=True)
class Article:
    """One article: `id` is its own, `title` plain, `body` Markdown."""

    id: str
    title: str
    link: str | None = None
    body: str = ""
    published: When | None = None
    categories: Sequence[str] = ()


def report(article: Article, surroundings: Surroundings, language: Language | None) -> Report:
    """What is said about an article: its categories name cities and topics, the source's defaults the rest."""
    defaults = surroundings.defaults
    said = language or defaults.language
    details = Details(
        kind=defaults.kind,
        title={said: article.title},
        body={said: article.body} if article.body else {},
        url=article.link,
        cities=slugs(article.categories, surroundings.cities) or defaults.cities,
        topics=slugs(article.categories, surroundings.topics) or defaults.topics,
        visibility=visibility(defaults.kind, defaults),
        published_at=_past(article.published),
    )
    return Report(external_id(article.id), details)


def slugs(words: Sequence[str], known: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The cities or topics that words name, in whatever case."""
    by_word = {name.casefold(): slug for slug, names in known.items() for name in (*names, slug)}
    said = (word.strip().lstrip("#").casefold() for word in words)
    return tuple(dict.fromkeys(by_word[word] for word in said if word in by_word))


def visibility(kind: Kind, defaults: Defaults) -> Visibility:
    """Calls and events are public; news is what its source is set to."""
    if kind in {"call", "event"}:
        return "public"
    return (defaults.visibility if kind == "news" else None) or "network"


def external_id(own: str) -> str:
    """A source's own id, or its hash when it is too long to be kept."""
    if len(own) <= _LONGEST_ID and own.isprintable():
        return own
    return "sha256:" + hashlib.sha256(own.encode()).hexdigest()


def today() -> date:
    """The day it is where the network lives."""
    return clock.now().astimezone(clock.zone(clock.DEFAULT_ZONE)).date()


def _past(when: When | None) -> When | None:
    when = meant(when)
    return when if when and when.begins() <= clock.now() else None
