"""From a feed's entries to reports: ids, doubles, cities and topics, and what the extension says."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from bot.contracts import LANGUAGES, Details, Language, Report, Surroundings
from integrations.articles import external_id, slugs, visibility
from integrations.feed import extension
from integrations.feed.entries import Entry, Feed
from integrations.moments import meant


class Reporter:
    """Makes the reports of one source; `language` is what its options say, if they do."""

    def __init__(self, surroundings: Surroundings, language: Language | None) -> None:
        self._surroundings = surroundings
        self._language = language

    def reports(self, feed: Feed) -> tuple[list[Report], list[str]]:
        """One report an entry, newest kept of doubled ids, and a sentence for each thing that was wrong."""
        faults = list(feed.faults)
        reports = []
        for own, entry in _once_each(feed.entries, faults):
            if not entry.title:
                faults.append(f"entry {entry.called} was left out: it has neither title nor text")
                continue
            details, wrong = self._details(entry, feed.language)
            faults += [f"entry {entry.called}: {reason}" for reason in wrong]
            reports.append(Report(own, details))
        return reports, faults

    def _details(self, entry: Entry, feed_language: str | None) -> tuple[Details, list[str]]:
        known, defaults = self._surroundings, self._surroundings.defaults
        said, faults = extension.read(
            entry.extension,
            self._surroundings.cities.keys(),
            self._surroundings.topics.keys(),
            self._surroundings.councils.keys(),
        )
        kind = said.kind or defaults.kind
        # The option stands before the feed's own word: WordPress says en-US until somebody changes it.
        language = _known(entry.language) or self._language or _known(feed_language) or defaults.language
        cities = said.cities if said.cities is not None else slugs(entry.categories, known.cities) or None
        topics = said.topics if said.topics is not None else slugs(entry.categories, known.topics) or None
        details = Details(
            kind=kind,
            title={**said.titles(), language: entry.title},
            body={**said.bodies(), **({language: entry.body} if entry.body else {})},
            url=entry.link,
            cities=tuple(dict.fromkeys(cities if cities is not None else defaults.cities)),
            topics=tuple(dict.fromkeys(topics if topics is not None else defaults.topics)),
            visibility=said.visibility or visibility(kind, defaults),
            opens_at=said.opens_at,
            closes_at=said.closes_at,
            starts_at=said.starts_at,
            ends_at=said.ends_at,
            location=said.location,
            published_at=meant(entry.published),
            **said.of_a_call(),
        )
        return details, faults


def _known(language: str | None) -> Language | None:
    code = (language or "").replace("_", "-").partition("-")[0].strip().lower()
    return next((known for known in LANGUAGES if known == code), None)


def _once_each(entries: Sequence[Entry], faults: list[str]) -> Iterator[tuple[str, Entry]]:
    """Each id once, in the feed's order, with the newest of its entries."""
    same: dict[str, list[Entry]] = defaultdict(list)
    titles: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        if not entry.id and entry.link:
            titles[entry.link].add(entry.title)
    for entry in entries:
        same[_external_id(entry, titles)].append(entry)
    for own, doubles in same.items():
        newest = doubles[0]
        for other in doubles[1:]:
            if other.changed and newest.changed and other.changed.begins() > newest.changed.begins():
                newest = other
        if any(other != newest for other in doubles):
            faults.append(f"entry {newest.called} stands there more than once; the newest was taken")
        yield own, newest


def _external_id(entry: Entry, titles: Mapping[str, set[str]]) -> str:
    """The feed's id, else the link, else a hash of title and date.

    Real feeds announce several calls under one page's address: such a link is told apart by the title.
    """
    if entry.id:
        own = entry.id
    elif entry.link:
        own = entry.link if len(titles[entry.link]) == 1 else f"{entry.link}#{_hash(entry.title)[:16]}"
    else:
        published = entry.published.isoformat() if entry.published else ""
        own = "sha256:" + _hash(f"{entry.title} {published}")
    return external_id(own)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
