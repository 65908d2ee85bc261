"""Money, shares, names and moments as a reader of one language says them (Babel knows how)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal

from bot import clock, words
from bot.clock import DEFAULT_ZONE, When
from bot.contracts import Details, Language
from bot.network import Network
from bot.planning.calls import local_day

_LOCALE = {"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"}
_FUNDS: tuple[Mapping[Language, str], ...] = (
    {"fi": "EAKR", "sv": "ERUF", "en": "ERDF"},
    {"fi": "ESR+", "sv": "ESF+", "en": "ESF+"},
    {"fi": "JTF", "sv": "FRO", "en": "JTF"},
)
"""The structural funds by the abbreviations that each language has for them (rakennerahastot.fi)."""

_CLOCK = {"fi": "'klo' H.mm", "sv": "'kl.' H.mm", "en": "HH:mm"}
_DAY = {"fi": "d.", "sv": "'den' d", "en": "d"}
_DAY_AND_MONTH = {"fi": "d. MMMM", "sv": "'den' d MMMM", "en": "d MMMM"}


def euros(amount: float, language: Language) -> str:
    """An amount in euros, with the word in the right number: "1 euro", "1,500,000 euros"."""
    return format_currency(
        amount, "EUR", format="#,##0.##", locale=_LOCALE[language], currency_digits=False, format_type="name"
    )


def percent(share: float, language: Language) -> str:
    """A share of 0-100, such as "60 %"."""
    return words.gettext(language, "{percent} %", percent=format_decimal(share, locale=_LOCALE[language]))


def file_size(size: int, language: Language) -> str:
    """Bytes as people say them: "240 kB", "1.5 MB"."""
    large = size >= 1_000_000
    number = round(size / 1_000_000, 1) if large else max(1, round(size / 1_000))
    return f"{format_decimal(number, locale=_LOCALE[language])} {'MB' if large else 'kB'}"


def moment(when: When, language: Language) -> str:
    """A moment in full, as a sentence has it inside: "den 15 januari 2027" where a fact has no "den"."""
    said = when.spoken(language)
    return f"den {said}" if language == "sv" else said


def hour(when: When, language: Language) -> str:
    """The clock time of an instant in the default zone, and that zone: "16:15 (Finnish time)"."""
    _, _, named = when.spoken(language).rpartition(" (")
    return f"{clock_time(when, language)} ({named}"


def clock_time(when: When, language: Language) -> str:
    """The clock time of an instant in the default zone; Finnish and Swedish say "klo" and "kl." with it."""
    return format_datetime(_local(when), _CLOCK[language], locale=_LOCALE[language])


def between(before: When, after: When, language: Language) -> tuple[str, str]:
    """Two moments for "from … to …", saying what they share once: ("15", "29 January 2027").

    Clock times are left out when both have the same one.
    """
    old, new = local_day(before), local_day(after)
    if (before.at is None) != (after.at is None):
        return moment(before, language), moment(after, language)
    if before.at is not None and _local(before).time() != _local(after).time():
        if old == new:
            return clock_time(before, language), moment(after, language)
        without_zone, _, _ = moment(before, language).rpartition(" (")
        return without_zone, moment(after, language)
    if (old.year, old.month) == (new.year, new.month):
        short = format_date(old, _DAY[language], locale=_LOCALE[language])
    elif old.year == new.year:
        short = format_date(old, _DAY_AND_MONTH[language], locale=_LOCALE[language])
    else:
        short = moment(When(day=old), language)
    return short, moment(When(day=new), language)


def fund(name: str | None, language: Language) -> str:
    """A fund by the abbreviation that readers of the language know; any other name stands as it is."""
    meant = (name or "").strip().casefold()
    known = next((each for each in _FUNDS if meant in map(str.casefold, each.values())), None)
    return known[language] if known else name or ""


def fund_spellings(name: str) -> tuple[str, ...]:
    """All that a fund is called, in small letters: its abbreviation in each language, or the name as it is."""
    meant = name.strip().casefold()
    known = next((each for each in _FUNDS if meant in map(str.casefold, each.values())), None)
    return tuple(dict.fromkeys(map(str.casefold, known.values()))) if known else (meant,)


def known_funds() -> tuple[str, ...]:
    """The abbreviations of the structural funds in every language."""
    return tuple(dict.fromkeys(name for each in _FUNDS for name in each.values()))


def cities(slugs: Iterable[str], language: Language, network: Network) -> str:
    """The names of cities; a slug that the network no longer knows stands as it is."""
    names = {city.slug: city.names[language] for city in network.cities}
    return ", ".join(names.get(slug, slug) for slug in slugs)


def authorities(names: Iterable[str], day: date, language: Language, network: Network) -> str:
    """Authorities under the name that each has on that day, however they were named.

    One that goes by another name since is said with its former one; one nobody knows stands as it is.
    """
    return ", ".join(_authority(name, day, language, network) for name in names)


def _authority(name: str, day: date, language: Language, network: Network) -> str:
    meant, now = network.authority_on(name, date.min), network.authority_on(name, day)
    if meant is None or now is None:
        return name
    if meant.slug == now.slug:
        return now.names[language]
    former = meant.names[language]
    return words.gettext(language, "{name} (formerly {former})", name=now.names[language], former=former)


def naming_day(details: Details) -> date:
    """The day by whose names an item is told: when it closes or takes place, else opens, else today."""
    last = details.closes_at or details.starts_at or details.second_stage_at or details.opens_at
    return local_day(last or details.published_at or When(at=clock.now()))


def _local(when: When) -> datetime:
    return when.begins().astimezone(clock.zone(DEFAULT_ZONE))
