"""`contacts`: import, export, show, erase."""

from __future__ import annotations

import json
from pathlib import Path

import click

from bot.app import open_house, read_environment
from bot.people.erasure import erase
from bot.people.export import everything_about, export_contacts
from bot.people.import_csv import ImportFault, import_contacts, read_people
from bot.store.audit import record
from bot.store.contacts import contact_by_email


@click.group("contacts")
def contacts() -> None:
    """The people of the network."""


@contacts.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check the file and change nothing.")
def import_(file: Path, dry_run: bool) -> None:
    """Make or change the contacts of a CSV file; a faulty file changes nothing."""
    house = open_house(read_environment())
    try:
        if dry_run:
            people = read_people(file, house.network)
            click.echo(f"{len(people)} contacts are well; nothing was changed")
            return
        with house.database.writing() as session:
            done = import_contacts(session, file, house.network)
            record(
                session, "command", "contacts.imported", file.name[:120], new=done.new, changed=done.changed
            )
    except ImportFault as fault:
        for sentence in fault.faults:
            click.echo(sentence, err=True)
        raise click.ClickException(f"nothing was imported: {len(fault.faults)} faults in {file}") from None
    click.echo(f"new {done.new}, changed {done.changed}")


@contacts.command("export")
@click.argument("file", type=click.Path(path_type=Path))
def export(file: Path) -> None:
    """Write all contacts to a CSV file that `import` reads."""
    house = open_house(read_environment())
    try:
        with house.database.reading() as session:
            count = export_contacts(session, file)
    except OSError as fault:
        raise click.ClickException(f"{file} cannot be written: {fault.strerror}") from None
    click.echo(f"{count} contacts written to {file}")


@contacts.command("show")
@click.argument("email")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for an answer to a request under the GDPR.")
def show(email: str, as_json: bool) -> None:
    """All that is kept of a person."""
    house = open_house(read_environment())
    with house.database.reading() as session:
        contact = contact_by_email(session, email)
        if contact is None:
            raise click.ClickException(f"there is no contact {email}")
        known = everything_about(session, contact)
    if as_json:
        click.echo(json.dumps(known, ensure_ascii=False, indent=2))
        return
    for name, value in known.items():
        click.echo(f"{name}: {len(value) if name == 'deliveries' else value}")


@contacts.command("erase")
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase_(email: str, yes: bool) -> None:
    """Forget a person. The proof of what was sent stays, under a pseudonym."""
    house = open_house(read_environment())
    if not yes:
        click.confirm(f"Forget {email}? This cannot be undone.", abort=True)
    with house.database.writing() as session:
        contact = contact_by_email(session, email)
        if contact is None:
            raise click.ClickException(f"there is no contact {email}")
        erase(session, contact, "command")
        click.echo(f"forgotten; the proof stays under {contact.pseudonym}")


COMMANDS = (contacts,)
