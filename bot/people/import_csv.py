"""Contacts from a CSV file: every faulty line is named, and nothing is half imported.

What a file does not say about a contact we know stays as it is: a column that is missing, and an empty
role, language, timezone, rhythm or letter. An empty city, topic, Slack id or channel means none; empty sending
hours, ladder and digest day or hour mean the usual ones. In a workspace's own list of its users an empty city says
nothing either, and its language is for those who are new here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from bot.clock import DEFAULT_ZONE, zone
from bot.contracts import CHANNELS, LANGUAGES, RHYTHMS, ROLES, Language
from bot.network import Network
from bot.network_check import fold
from bot.people.csv_file import ImportFault, Table, read_table
from bot.people.enrolment import Person
from bot.people.preferences import read_day, read_hour, read_hours, read_ladder, read_yes
from bot.setting_parsers import mail_address
from bot.store.contacts import email_key

COLUMNS = ("name", "email", "slack_user_id", "city", "role", "language", "timezone", "topics", "rhythm")
OPTIONAL = ("slack_team_id", "channel", "hours", "ladder", "digest_day", "digest_hour", "letter")
NAME_LIMIT = 200

_NEEDED = ("name", "email")
_FORMULA = re.compile(r"'*[=+@\t\r-]")
_FIELDS = {"city": "cities"}  # columns whose field of Person is called otherwise
_NEVER_EMPTY = frozenset({"role", "language", "timezone", "rhythm", "letter"})
_NEVER_EMPTY_THERE = _NEVER_EMPTY | {"city", "topics"}


def inert(text: str) -> str:
    """A text that no spreadsheet runs as a formula: quoted when it begins like one (OWASP, CSV injection)."""
    return f"'{text}" if _FORMULA.match(text) else text


def _lively(text: str) -> str:
    """The text that `inert` was given."""
    return text[1:] if text[:1] == "'" and _FORMULA.match(text[1:]) else text


def read_people(
    path: Path, network: Network, language: Language = "fi", timezone: str = DEFAULT_ZONE
) -> list[Person]:
    """The people in a file, checked against the network; new ones speak `language` unless they say otherwise.

    Raises ImportFault naming every faulty line.
    """
    return people_of(read_table(path, _NEEDED, COLUMNS + OPTIONAL), network, str(path), language, timezone)


def people_of(
    table: Table,
    network: Network,
    called: str,
    language: Language = "fi",
    timezone: str = DEFAULT_ZONE,
    *,
    elsewhere: bool = False,
) -> list[Person]:
    """The people in a table that was read from a file so called, by the same rules. Raises ImportFault.

    `elsewhere`: the list was not made for this network, so less of it is meant for contacts we know.
    """
    reader = _Reader(network, table.columns, {"language": language, "timezone": timezone}, elsewhere)
    people: list[Person] = []
    faults = [(line, [fault]) for line, fault in table.faults]
    first_line: dict[object, int] = {}
    for line, row in table.rows:
        person, wrong = reader.read(row)
        for key, said in _identities(person):
            if first_line.setdefault(key, line) != line:
                wrong.append(f"{said} is already on line {first_line[key]}")
        if wrong:
            faults.append((line, wrong))
        people.append(person)
    if faults:
        raise ImportFault([f"line {line}: {fault}" for line, wrong in sorted(faults) for fault in wrong])
    if not people:
        raise ImportFault([f"{called} has no contacts"])
    return people


def _identities(person: Person) -> list[tuple[object, str]]:
    """What nobody else in a file may have, and how it is called in a fault."""
    keys: list[tuple[object, str]] = []
    if person.email:
        keys.append((email_key(person.email), person.email))
    if person.slack_user_id:
        keys.append(((person.slack_team_id, person.slack_user_id), f"the Slack user {person.slack_user_id}"))
    return keys


class _Reader:
    """Reads rows against one network."""

    def __init__(
        self, network: Network, columns: frozenset[str], defaults: Mapping[str, str], elsewhere: bool
    ) -> None:
        self._network = network
        self._never_empty = _NEVER_EMPTY_THERE if elsewhere else _NEVER_EMPTY
        self._unstated = set(COLUMNS + OPTIONAL) - columns | ({"language"} if elsewhere else set())
        self._defaults = defaults
        self._cities = _by_name(network.city_names())
        self._topics = _by_name({topic.slug: topic.labels.each() for topic in network.topics})
        self._checks: Mapping[str, Callable[[str], Any]] = {
            "name": _name,
            "email": lambda text: mail_address(_lively(text)),
            "city": lambda text: self._slugs(text, self._cities, "city"),
            "role": _one_of(ROLES),
            "language": _one_of(LANGUAGES),
            "timezone": lambda text: zone(text).key,
            "topics": lambda text: self._slugs(text, self._topics, "topic"),
            "rhythm": _one_of(RHYTHMS),
            "channel": _one_of(CHANNELS),
            "slack_user_id": _slack_id("UW"),
            "slack_team_id": _slack_id("TE"),
            "hours": read_hours,
            "ladder": read_ladder,
            "digest_day": read_day,
            "digest_hour": read_hour,
            "letter": read_yes,
        }

    def read(self, row: Mapping[str, str]) -> tuple[Person, list[str]]:
        """A row's person, as far as it could be read, and what is wrong with the row."""
        wrong = [f"{column} is missing" for column in _NEEDED if not row.get(column)]
        values: dict[str, Any] = {"name": "", "email": "", **self._defaults}
        unstated = set(self._unstated)
        for column, check in self._checks.items():
            text = row.get(column, "")
            if not text:
                unstated |= {column} & self._never_empty
                continue
            try:
                values[_FIELDS.get(column, column)] = check(text)
            except ValueError as fault:
                wrong.append(f"{column}: {fault}")
        return Person(**values, unstated=frozenset(_FIELDS.get(each, each) for each in unstated)), wrong

    def _slugs(self, text: str, known: Mapping[str, str], noun: Any) -> tuple[str, ...]:
        parts = [part.strip() for part in text.split(";") if part.strip()]
        wrong = [part for part in parts if fold(part) not in known]
        if wrong:
            raise ValueError("; ".join(self._unknown(part, noun) for part in wrong))
        return tuple(dict.fromkeys(known[fold(part)] for part in parts))

    def _unknown(self, part: str, noun: Any) -> str:
        near = self._network.nearest(part, noun)
        hint = f", did you mean {' or '.join(near)}?" if near else ""
        return f"there is no {noun} {part[:80]!r}{hint}"


def _by_name(names: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {fold(called): slug for slug, all_names in names.items() for called in (slug, *all_names)}


def _name(text: str) -> str:
    name = " ".join(_lively(text).split())
    if not name or len(name) > NAME_LIMIT:
        raise ValueError(f"must have 1 to {NAME_LIMIT} characters")
    return name


def _one_of(choices: Iterable[str]) -> Callable[[str], str]:
    allowed = tuple(choices)

    def check(text: str) -> str:
        if text.casefold() not in allowed:
            raise ValueError(f"{text[:80]!r} must be one of {', '.join(allowed)}")
        return text.casefold()

    return check


def _slack_id(first: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not re.fullmatch(f"[{first}][A-Z0-9]{{1,31}}", text):
            raise ValueError(f"{text[:80]!r} is not an id such as {first[0]}012AB3CD")
        return text

    return check
