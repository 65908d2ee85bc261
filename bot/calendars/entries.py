"""One item as calendar entries: a VEVENT for each of its moments (RFC 5545, 3.6.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from babel.numbers import format_decimal
from icalendar import Event

from bot import differing, words
from bot.calendars.moments import Dated, moments
from bot.clock import When, zone
from bot.contracts import LANGUAGES, Details, Kind, Language
from bot.network import Network

ZONED_UNTIL = 2099
"""Later instants are written in UTC: nobody knows their clock changes, and VTIMEZONE would list each."""

LONGEST = 1000
"""Characters of a description's own text; what is longer stands behind the link."""

_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_LABELS: Mapping[str, str] = {
    "opens": "Opens",
    "briefing": "Briefing",
    "closes": "Closes",
    "stage-2": "Second stage closes",
    "cutoff": "Cut-off",
}
_KINDS: Mapping[Kind, str] = {
    "announcement": "Announcement",
    "call": "Funding call",
    "event": "Event",
    "news": "News",
    "discussion": "Discussion",
}
_NUMBERS = {"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"}


@dataclass(frozen=True, slots=True)
class Entry:
    """An item as a calendar needs it. `changed_at` is when its newest revision was made, UTC."""

    item_id: int
    revision: int
    details: Details
    changed_at: datetime
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Voice:
    """How entries are written: in which language, zone and network."""

    language: Language
    network: Network
    zone: str

    def say(self, msgid: str, /, **values: object) -> str:
        """A sentence in this language."""
        return words.gettext(self.language, msgid, **values)


def events(entry: Entry, voice: Voice) -> Iterator[Event]:
    """A VEVENT for each moment of an item, in order of time.

    The UID is the same for ever, SEQUENCE rises with each revision: a deadline that moved moves
    (RFC 5546, 2.1.4). Deadlines and openings take nobody's time (TRANSP).
    """
    for dated in moments(entry.details):
        event = Event()
        event.add("uid", uid(entry.item_id, dated.key, voice.network))
        event.add("sequence", max(0, entry.revision - 1))
        event.add("dtstamp", entry.changed_at)
        event.add("last-modified", entry.changed_at)
        event.add("summary", summary(entry.details, dated, voice))
        begins, ends = _span(dated, voice.zone)
        event.add("dtstart", begins)
        if ends is not None:
            event.add("dtend", ends)
        event.add("status", "CANCELLED" if entry.withdrawn else "CONFIRMED")
        event.add("transp", "OPAQUE" if dated.about in {"starts", "briefing"} else "TRANSPARENT")
        event.add("categories", _categories(entry.details, voice))
        if entry.details.location and dated.about == "starts":
            event.add("location", plain(entry.details.location))
        event.add("description", _description(entry.details, voice))
        if link := _link(entry.details.url):
            event.add("url", link)
        yield event


def uid(item_id: int, key: str, network: Network) -> str:
    """What names a moment of an item for ever, in the shared calendars and in mails alike (RFC 7986, 5.3)."""
    return f"{item_id}-{key}@{urlsplit(network.url).hostname}"


def summary(details: Details, dated: Dated, voice: Voice) -> str:
    """What stands in the calendar: "Closes: Low-carbon Tampere", or just an event's title."""
    title = plain(_told(details.title, voice.language))
    if dated.about == "starts":
        return title
    label = _LABELS["cutoff" if dated.key.startswith("cutoff") else dated.key]
    return f"{voice.say(label)}: {title}"


def _span(dated: Dated, zone_name: str) -> tuple[date | datetime, date | datetime | None]:
    """DTSTART, and DTEND where a source states one that lies after it. A bare date has no clock time."""
    when, until = dated.when, dated.until
    if when.day is not None:
        last = when.day if until is None else (_local_day(until, zone_name))
        return when.day, max(last, when.day) + timedelta(days=1)
    begins = _zoned(when.begins(), zone_name)
    if until is None or until.ends(zone_name) <= when.begins():
        return begins, None
    return begins, _zoned(until.ends(zone_name), zone_name)


def _local_day(when: When, zone_name: str) -> date:
    return when.day or when.begins().astimezone(zone(zone_name)).date()


def _zoned(at: datetime, zone_name: str) -> datetime:
    return at.astimezone(zone(zone_name)) if 1970 < at.year <= ZONED_UNTIL else at.astimezone(UTC)


def _categories(details: Details, voice: Voice) -> list[str]:
    topics = {topic.slug: topic.labels[voice.language] for topic in voice.network.topics}
    return [voice.say(_KINDS[details.kind]), *(topics[slug] for slug in details.topics if slug in topics)]


def _description(details: Details, voice: Voice) -> str:
    cities = {city.slug: city.names[voice.language] for city in voice.network.cities}
    amount, share = details.amount_eur, details.support_percent
    number = _NUMBERS[voice.language]
    moment = differing.closing(details, voice.language, voice.zone)
    facts = [
        ("Closes", moment if details.kind == "call" else ""),
        ("Fund", details.fund or ""),
        ("Amount", voice.say("{amount} euros", amount=format_decimal(amount, locale=number)) if amount else ""),
        ("Support at most", voice.say("{percent} %", percent=format_decimal(share, locale=number)) if share else ""),
        ("Place", details.location or ""),
        ("Cities", ", ".join(cities[slug] for slug in details.cities if slug in cities)),
    ]  # fmt: skip
    lines = [f"{voice.say(label)}: {plain(text)}" for label, text in facts if text]
    if link := _link(details.url):
        lines.append(link)
    return "\n".join(lines)


def _told(texts: Mapping[Language, str], wanted: Language) -> str:
    return next((texts[language] for language in (wanted, *LANGUAGES) if language in texts), "")


def plain(text: str) -> str:
    """One line without what a calendar program cannot read."""
    line = " ".join(_UNWRITABLE.sub(" ", text).split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _link(url: str | None) -> str:
    shown = _UNWRITABLE.sub("", url or "")
    return shown if re.match(r"https?://[^\s]+$", shown, re.IGNORECASE) else ""
