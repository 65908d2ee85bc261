"""`contacts`: import, export, show, erase."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from sqlalchemy.orm import Session

from bot.cli.opening import our_house
from bot.people.csv_file import ImportFault
from bot.people.enrolment import Enrolled, enrol_all
from bot.people.erasure import erase
from bot.people.export import everything_about, export_contacts
from bot.people.import_csv import read_people
from bot.people.suppression import lift
from bot.store.audit import record
from bot.store.contacts import Contact, contact_by_email

LISTS = frozenset({"answers", "mutes", "reminders", "sign_ins", "deliveries", "acts"})
"""Parts of what is known of a person that `show` only counts; `--json` has them whole."""


@click.group("contacts")
def contacts() -> None:
    """The people of the network."""


@contacts.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check the file and change nothing.")
def import_(file: Path, dry_run: bool) -> None:
    """Make or change the contacts of a CSV file; a faulty file changes nothing."""
    house = our_house()
    language, timezone = house.settings.default_language, house.settings.default_timezone
    try:
        people = read_people(file, house.network, language, timezone)
    except ImportFault as fault:
        for sentence in fault.faults:
            click.echo(sentence, err=True)
        count = f"{len(fault.faults)} fault{'s' if len(fault.faults) > 1 else ''}"
        raise click.ClickException(f"nothing was imported: {count} in {file}") from None
    if dry_run:
        click.echo(f"{len(people)} contacts are well; nothing was changed")
        return

    def work(session: Session) -> Enrolled:
        done = enrol_all(session, people)
        record(session, "command", "contacts.imported", file.name[:120], new=done.new, changed=done.changed)
        return done

    done = house.database.write(work)
    click.echo(f"new {done.new}, changed {done.changed}, unchanged {done.unchanged}")
    if done.silent:
        click.echo(f"{done.silent} had stopped all messages themselves, and it stays so")


@contacts.command("export")
@click.argument("file", type=click.Path(path_type=Path))
def export(file: Path) -> None:
    """Write all contacts to a CSV file that `import` reads."""
    with our_house().database.reading() as session:
        count = export_contacts(session, file)
    click.echo(f"{count} contacts written to {file}")


@contacts.command("show")
@click.argument("email")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for an answer to a request under the GDPR.")
def show(email: str, as_json: bool) -> None:
    """All that is kept of a person."""
    with our_house().database.reading() as session:
        known = everything_about(session, named(session, email))
    if as_json:
        click.echo(json.dumps(known, ensure_ascii=False, indent=2))
        return
    for name, value in known.items():
        click.echo(f"{name}: {len(value) if name in LISTS else value}")


@contacts.command("erase")
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do not ask (a script is never asked).")
def erase_(email: str, yes: bool) -> None:
    """Forget a person. The proof of what was sent stays, under a pseudonym."""
    house = our_house()
    with house.database.reading() as session:
        named(session, email)
    if not yes and sys.stdin.isatty():
        click.confirm(f"Forget {email}? This cannot be undone.", abort=True)

    def work(session: Session) -> str:
        contact = named(session, email)
        erase(session, contact, "command")
        return contact.pseudonym

    click.echo(f"forgotten; the proof stays under {house.database.write(work)}")


@contacts.command("unsuppress")
@click.argument("email")
def unsuppress(email: str) -> None:
    """Send to an address again that bounced for good or complained."""
    house = our_house()
    if not house.database.write(lambda session: lift(session, email, "command")):
        raise click.ClickException(f"{email} is not on the suppression list")
    click.echo(f"{email} gets messages again; whoever had stopped them chooses a rhythm on their own page")


def named(session: Session, email: str) -> Contact:
    """The contact with that address; ends the command when there is none."""
    contact = contact_by_email(session, email)
    if contact is None:
        raise click.ClickException(f"there is no contact {email}")
    return contact


COMMANDS = (contacts,)
