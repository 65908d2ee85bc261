"""Files that a Howspace workspace exports, as the house takes them: comments as reports, users as contacts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from sqlalchemy import select

from bot.app.kinds import check_options, integration
from bot.contracts import Report, SourceFault
from bot.contracts.exported import Understood
from bot.intake.accept import PORTION
from bot.intake.inbox import SourceInbox
from bot.people.csv_file import ImportFault, Table
from bot.people.enrolment import Person
from bot.people.import_csv import people_of
from bot.store.sources import Source, there
from integrations.howspace.exports import contact_row, read_chat, read_people
from integrations.howspace.options import HowspaceOptions
from integrations.howspace.partner import Partner
from integrations.howspace.partner_news import people
from integrations.howspace.workbook import Sheet, WorkbookFault

if TYPE_CHECKING:
    from bot.app.house import House


@dataclass(frozen=True, slots=True)
class Exports:
    """What reads the files that the hosts of one workspace export, and takes them in (`bot.web.house.Exports`)."""

    house: House
    source: Source

    def chat(self, file: BinaryIO) -> tuple[Understood, list[Report]]:
        """What would be told of a Super Chat's export. Raises ImportFault and SourceFault."""
        return understand_chat(self.house, self.source, file)

    def take_chat(self, reports: Sequence[Report], *, tell: bool) -> Mapping[str, int]:
        """Take the comments in; returns how many were what."""
        return take_chat(self.house, self.source, reports, tell=tell)

    def people(self, file: BinaryIO) -> tuple[Understood, list[Person]]:
        """The people of a user list; roles are never granted. Raises ImportFault."""
        return understand_people(self.house, file)


@dataclass(frozen=True, slots=True)
class Answered:
    """How a workspace's people were read: expressions by field, and members of its rows that none names."""

    fields: Mapping[str, str]
    unread: Sequence[str]


def chat_source(house: House, name: str | None) -> Source:
    """The workspace that a chat belongs to: the named one, or the only one. Raises SourceFault."""
    with house.database.reading() as session:
        rows = session.scalars(
            select(Source).where(Source.kind == "howspace", there()).order_by(Source.name)
        ).all()
    found = [row for row in rows if name in {None, row.name}]
    if len(found) == 1:
        return found[0]
    if not rows:
        raise SourceFault("there is no workspace yet: python -m bot sources add howspace NAME")
    raise SourceFault(f"say which workspace with --source: there are {', '.join(row.name for row in rows)}")


def understand_chat(house: House, source: Source, file: Path | BinaryIO) -> tuple[Understood, list[Report]]:
    """What would be told of a Super Chat's export. Raises ImportFault and SourceFault."""
    options = check_options(integration(source.kind), source.options)
    hosts = options.hosts if isinstance(options, HowspaceOptions) else ()
    try:
        sheet, reports = read_chat(file, source.stated_defaults(house.settings.default_language), hosts)
    except WorkbookFault as fault:
        raise ImportFault([str(fault)]) from fault
    return _understood(sheet), reports


def take_chat(house: House, source: Source, reports: Sequence[Report], *, tell: bool) -> Mapping[str, int]:
    """Take the comments in, each once however often it is imported; returns how many were what."""
    inbox = SourceInbox(
        house.database, house.network, source, house.settings.zone, house.settings.default_language, tell=tell
    )
    count: dict[str, int] = {"accepted": 0, "updated": 0, "duplicate": 0}
    waiting = iter(reports)
    while some := list(islice(waiting, PORTION)):
        for answer in inbox.accept(some):
            count[answer.verdict] = count.get(answer.verdict, 0) + 1
    return count


def understand_people(house: House, file: Path | BinaryIO) -> tuple[Understood, list[Person]]:
    """The people of a user list, checked as a CSV file's are; roles are never granted. Raises ImportFault."""
    try:
        sheet, rows = read_people(file)
    except WorkbookFault as fault:
        raise ImportFault([str(fault)]) from fault
    table = Table(frozenset({"name", *(sheet.columns.keys() - {"first", "last"})}), [*rows])
    settings = house.settings
    try:
        called = str(file) if isinstance(file, Path) else "the file"
        people = people_of(
            table, house.network, called, settings.default_language, settings.default_timezone, elsewhere=True
        )
    except ImportFault as fault:
        raise ImportFault([*sheet.faults, *(_by_cell(sheet, each) for each in fault.faults)]) from fault
    if sheet.faults:
        raise ImportFault(sheet.faults)
    return _understood(sheet), people


def understand_partner(house: House, source: Source) -> tuple[Answered, list[Person]]:
    """The people of a workspace, asked of its Partner API and checked as a CSV file's are; roles are never granted.

    Raises ImportFault, and SourceFault when it cannot be asked.
    """
    options = check_options(integration(source.kind), source.options)
    if not isinstance(options, HowspaceOptions):
        raise SourceFault(f"{source.name} is no Howspace workspace")
    rows, faults, unread = people(options, house.surroundings(source))
    fields = options.people_fields or {}
    columns = frozenset({"name", *(fields.keys() - {"first", "last"})})
    table = Table(columns, [(number, contact_row(row)) for number, row in enumerate(rows, 1)])
    settings = house.settings
    try:
        found = people_of(
            table,
            house.network,
            source.name,
            settings.default_language,
            settings.default_timezone,
            elsewhere=True,
        )
    except ImportFault as fault:
        raise ImportFault(
            [*faults, *(f"person {said.removeprefix('line ')}" for said in fault.faults)]
        ) from fault
    if faults:
        raise ImportFault(faults)
    return Answered(fields, unread), found


def probe_partner(house: House, source: Source) -> str:
    """How a workspace's Partner API is: off, or what it answers.

    Raises SourceFault when it is half set, or in trouble.
    """
    options = check_options(integration(source.kind), source.options)
    if not isinstance(options, HowspaceOptions):
        raise SourceFault(f"{source.name} is no Howspace workspace")
    operation = Partner(options, house.surroundings(source)).probe()
    return f"its Partner API answers {operation}" if operation else "its Partner API is off"


def _understood(sheet: Sheet) -> Understood:
    return Understood(sheet.columns, sheet.unknown, sheet.faults, len(sheet.rows), sheet.left_out)


def _by_cell(sheet: Sheet, fault: str) -> str:
    """ "line 17: email: …" as "C17: email: …", where the column is known."""
    line, _, said = fault.partition(": ")
    field = said.partition(":")[0].partition(" ")[0]
    row = line.removeprefix("line ")
    if row.isdigit():
        letter = sheet.columns.get(
            field, sheet.columns.get("first", ("", "")) if field == "name" else ("", "")
        )[0]
        return f"{letter}{row}: {said}" if letter else f"row {row}: {said}"
    return fault
