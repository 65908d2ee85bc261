"""Contacts from a CSV file: every faulty line is named, and nothing is half imported.

Files come from Excel: `;` between the fields, a byte-order mark or Latin-1 letters are all read.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from bot.clock import zone
from bot.contracts import CHANNELS, LANGUAGES, RHYTHMS, ROLES
from bot.network import Network
from bot.people.enrolment import Person, enrol
from bot.store.contacts import email_key

COLUMNS = ("name", "email", "slack_user_id", "city", "role", "language", "timezone", "topics", "rhythm")
OPTIONAL = ("slack_team_id", "channel")
_NEEDED = ("name", "email")
_ADDRESS = re.compile(r"[^\s@,;<>()\[\]\\\"]+@[^\s@,;<>()\[\]\\\"]+\.[^\s@,;<>()\[\]\\\".]+")
LIMIT = 10 * 1024 * 1024


class ImportFault(Exception):
    """The file cannot be imported. `faults` has a sentence for each faulty line; nothing was changed."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(self.faults))


@dataclass(frozen=True, slots=True)
class Imported:
    """How many contacts a file made and changed."""

    new: int
    changed: int


def import_contacts(session: Session, path: Path, network: Network) -> Imported:
    """Make or change the contacts of a file, in the caller's transaction. Raises ImportFault.

    Contacts that the file does not name stay as they are.
    """
    people = read_people(path, network)
    new = sum(enrol(session, person)[1] for person in people)
    return Imported(new, len(people) - new)


def read_people(path: Path, network: Network) -> list[Person]:
    """The people in a file, checked against the network. Raises ImportFault naming every faulty line."""
    rows = _rows(_text(path))
    reader = _Reader(network)
    people, faults = [], []
    seen: dict[str, int] = {}
    slack_ids: dict[tuple[str, str], int] = {}
    for line, row in rows:
        person, wrong = reader.read(row)
        if person:
            first = seen.setdefault(email_key(person.email), line)
            if first != line:
                wrong.append(f"{person.email} is already on line {first}")
            if person.slack_user_id:
                first = slack_ids.setdefault((person.slack_team_id or "", person.slack_user_id), line)
                if first != line:
                    wrong.append(f"Slack user {person.slack_user_id} is already on line {first}")
            people.append(person)
        faults += [f"line {line}: {fault}" for fault in wrong]
    if faults:
        raise ImportFault(faults)
    if not people:
        raise ImportFault(["the file has no contacts"])
    return people


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(LIMIT + 1)
    except OSError as fault:
        raise ImportFault([f"{path} cannot be read: {fault.strerror}"]) from fault
    if len(raw) > LIMIT:
        raise ImportFault([f"{path} is larger than {LIMIT // 1024 // 1024} MB"])
    for encoding in (
        ("utf-16",) if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig", "cp1252", "latin-1")
    ):
        try:
            return raw.decode(encoding).replace("\x00", "")
        except UnicodeDecodeError:
            continue
    raise ImportFault([f"{path} is no text file"])


def _rows(text: str) -> list[tuple[int, Mapping[str, str]]]:
    """The rows by lower-case column name, each with its line in the file."""
    head = text.partition("\n")[0]
    separator = max(";,\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        names = [name.strip().casefold().replace(" ", "_") for name in next(reader, [])]
        _check_head(names)
        rows: list[tuple[int, Mapping[str, str]]] = []
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
                    raise ImportFault(
                        [f"line {reader.line_num}: has {len(cells)} fields, the heading has {len(names)}"]
                    )
                rows.append(
                    (reader.line_num, dict(zip(names, (cell.strip() for cell in cells), strict=False)))
                )
    except csv.Error as fault:
        raise ImportFault([f"line {reader.line_num}: {fault}"]) from fault
    return rows


def _check_head(names: list[str]) -> None:
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        raise ImportFault([f"the first line must name the columns; {', '.join(missing)} is missing"])
    unknown = [name for name in names if name and name not in COLUMNS + OPTIONAL]
    if unknown:
        raise ImportFault(
            [f"unknown column {', '.join(unknown)}: the columns are {', '.join(COLUMNS + OPTIONAL)}"]
        )


class _Reader:
    """Reads rows against one network."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._cities = _by_name(network.city_names())
        self._topics = _by_name({topic.slug: topic.labels.each() for topic in network.topics})

    def read(self, row: Mapping[str, str]) -> tuple[Person | None, list[str]]:
        """A row's person, and what is wrong with the row."""
        wrong: list[str] = []

        def take(column: str, check: Callable[[str], Any], default: Any = None) -> Any:
            text = row.get(column, "")
            try:
                return check(text) if text else default
            except ValueError as fault:
                wrong.append(f"{column}: {fault}")
                return default

        name = row.get("name", "")
        if not name or len(name) > 200:
            wrong.append("name: must have 1 to 200 characters")
        if not row.get("email"):
            wrong.append("email: is missing")
        values: dict[str, Any] = {
            "name": " ".join(name.split()),
            "email": take("email", _address, ""),
            "cities": take("city", lambda text: self._slugs(text, self._cities, "city"), ()),
            "role": take("role", _one_of(ROLES), "contact"),
            "language": take("language", _one_of(LANGUAGES), "fi"),
            "timezone": take("timezone", _zone, "Europe/Helsinki"),
            "topics": take("topics", lambda text: self._slugs(text, self._topics, "topic"), ()),
            "rhythm": take("rhythm", _one_of(RHYTHMS), "now"),
            "channel": take("channel", _one_of(CHANNELS)),
            "slack_user_id": take("slack_user_id", _slack_id("UW")),
            "slack_team_id": take("slack_team_id", _slack_id("TE")),
        }
        return (Person(**values) if values["email"] else None), wrong

    def _slugs(self, text: str, known: Mapping[str, str], noun: Any) -> tuple[str, ...]:
        slugs = []
        for part in (part.strip() for part in text.split(";")):
            if part and part.casefold() not in known:
                near = self._network.nearest(part, noun)
                hint = f"; did you mean {' or '.join(near)}?" if near else ""
                raise ValueError(f"there is no {noun} {part!r}{hint}")
            if part:
                slugs.append(known[part.casefold()])
        return tuple(dict.fromkeys(slugs))


def _by_name(names: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {called.casefold(): slug for slug, all_names in names.items() for called in (slug, *all_names)}


def _address(text: str) -> str:
    if len(text) > 320 or not _ADDRESS.fullmatch(text):
        raise ValueError(f"{text!r} is not a mail address")
    return text


def _zone(text: str) -> str:
    zone(text)
    return text


def _one_of(choices: Iterable[str]) -> Callable[[str], str]:
    allowed = tuple(choices)

    def check(text: str) -> str:
        if text.casefold() not in allowed:
            raise ValueError(f"{text!r} must be one of {', '.join(allowed)}")
        return text.casefold()

    return check


def _slack_id(first: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not re.fullmatch(f"[{first}][A-Z0-9]{{1,31}}", text):
            raise ValueError(f"{text!r} is not an id such as {first[0]}012AB3CD")
        return text

    return check
