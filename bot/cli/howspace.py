"""`howspace`: what a workspace's hosts export to Excel, taken in by hand, and the people it names when it is asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import click
from sqlalchemy.orm import Session

from bot.cli.opening import our_house
from bot.contracts import Report, SourceFault
from bot.contracts.exported import Understood
from bot.people.csv_file import ImportFault
from bot.people.enrolment import Enrolled, enrol_by_portions
from bot.store.audit import record

SHOWN = 5
"""First rows that a dry run shows."""


@click.group("howspace")
def howspace() -> None:
    """Files that a Howspace workspace exports, and its people."""


@howspace.command("import-chat")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--source", "name", help="The workspace, as `sources list` has it; the only one when left out.")
@click.option("--announce", is_flag=True, help="Tell people of the comments, instead of only keeping them.")
@click.option("--dry-run", is_flag=True, help="Show what would be made of the file and change nothing.")
def import_chat(file: Path, name: str | None, announce: bool, dry_run: bool) -> None:
    """Make discussions of a Super Chat's Excel export; the same file twice changes nothing."""
    from bot.app.howspace import (
        chat_source,
        take_chat,
        understand_chat,
    )  # openpyxl: no other command reads Excel

    house = our_house()
    try:
        source = chat_source(house, name)
        understood, reports = understand_chat(house, source, file)
    except SourceFault as fault:
        raise click.ClickException(fault.reason) from None
    except ImportFault as fault:
        raise _refused(fault.faults, file) from None
    if dry_run:
        _show([*_read(understood), *(f"  {_headline(report)}" for report in reports[:SHOWN])])
    if understood.faults:
        raise _refused(understood.faults, file)
    if dry_run:
        click.echo(f"{len(reports)} discussions would be taken in; nothing was changed")
        return
    count = take_chat(house, source, reports, tell=announce)
    with house.database.writing() as session:
        record(
            session, "command", "chat.imported", source.name, new=count["accepted"], changed=count["updated"]
        )
    click.echo(f"new {count['accepted']}, changed {count['updated']}, unchanged {count['duplicate']}")


@howspace.command("import-people")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--from-workspace", "name", help="Ask the Partner API of this source instead of reading a file."
)
@click.option("--dry-run", is_flag=True, help="Show what would be made of it and change nothing.")
def import_people(file: Path | None, name: str | None, dry_run: bool) -> None:
    """Make or change contacts by a workspace's list of users; a faulty one changes nothing, a role is never given."""
    from bot.app.howspace import chat_source, understand_partner, understand_people

    if (file is None) == (name is None):
        raise click.UsageError("either a FILE or --from-workspace NAME is wanted")
    house = our_house()
    called = file.name[:120] if file else str(name)
    try:
        if file:
            understood, people = understand_people(house, file)
            lines = _read(understood)
        else:
            answered, people = understand_partner(house, chat_source(house, name))
            lines = [f"{field} is read from {path}" for field, path in answered.fields.items()]
            lines += [f"not read: {', '.join(map(repr, answered.unread))}"] if answered.unread else []
    except SourceFault as fault:
        raise click.ClickException(fault.reason) from None
    except ImportFault as fault:
        raise _refused(fault.faults, str(file or name)) from None
    if dry_run:
        _show(
            [*lines, *(f"  {each.name} <{each.email}> {', '.join(each.cities)}" for each in people[:SHOWN])]
        )
        click.echo(f"{len(people)} contacts are well; nothing was changed")
        return

    def end(session: Session, done: Enrolled) -> None:
        record(session, "command", "contacts.imported", called, new=done.new, changed=done.changed)

    done = enrol_by_portions(house.database, people, end)
    click.echo(f"new {done.new}, changed {done.changed}, unchanged {done.unchanged}")


def _read(understood: Understood) -> list[str]:
    """How a sheet was read, a line each."""
    lines = [
        f"column {letter} {heading!r} is read as {field}"
        for field, (letter, heading) in understood.columns.items()
    ]
    lines += [f"not read: {', '.join(map(repr, understood.unknown))}"] if understood.unknown else []
    lines += [f"left out: {row}" for row in understood.left_out[:SHOWN]]
    more = len(understood.left_out) - SHOWN
    return [*lines, f"left out: {more} more rows"] if more > 0 else lines


def _show(lines: Sequence[str]) -> None:
    for line in lines:
        click.echo(line)


def _headline(report: Report) -> str:
    if report.details is None:
        return report.external_id
    stated = report.details.published_at
    return f"{stated.spoken('en') if stated else 'no date'}  {next(iter(report.details.title.values()))}"


def _refused(faults: Iterable[str], called: object) -> click.ClickException:
    known = list(faults)
    for sentence in known[:100]:
        click.echo(sentence, err=True)
    count = f"{len(known)} fault{'s' if len(known) > 1 else ''}"
    return click.ClickException(f"nothing was imported: {count} in {called}")


COMMANDS = (howspace,)
