"""`digest preview`: what a reader's digest would say."""

from __future__ import annotations

from typing import cast

import click

from bot import clock
from bot.app import House
from bot.cli.contacts import named
from bot.cli.opening import our_house
from bot.clock import When
from bot.contracts import Message, Outgoing, Rhythm
from bot.planning.digest_preview import preview
from bot.store.contacts import Contact


@click.group("digest")
def digest() -> None:
    """The digests of readers who do not hear of things at once."""


@digest.command("preview")
@click.option("--rhythm", type=click.Choice(["daily", "weekly"]), required=True)
@click.option("--contact", "email", required=True, metavar="EMAIL")
@click.option("--as-of", metavar="ISO", help="As if it were this instant, such as 2026-11-27T08:00:00+02:00.")
def preview_(rhythm: str, email: str, as_of: str | None) -> None:
    """Print what that reader would get. Nothing is sent, and nothing changes."""
    house = our_house()
    try:
        at = When.parse(as_of).begins(house.settings.zone) if as_of else clock.now()
    except ValueError as fault:
        raise click.ClickException(f"--as-of {fault}") from None
    with house.database.reading() as session:
        contact = named(session, email)
        messages = preview(session, house.desk, contact, cast(Rhythm, rhythm), at)
    if messages is None:
        click.echo(f"nothing to tell {email}: no digest would go out")
        return
    click.echo(_drawn(house, contact, messages))


def _drawn(house: House, contact: Contact, messages: tuple[Message, ...]) -> str:
    """The mail's text; its links open nothing, for they are the contact's alone."""
    links = {name: f"{house.settings.public_url}/{name}/not-shown-here" for name in ("page", "unsubscribe")}
    sender = house.renderers["email"]()
    outgoing = Outgoing(
        key="preview",
        address=str(contact.email),
        messages=messages,
        reason="",
        name=contact.name,
        zone=contact.timezone,
        links=links,
    )
    try:
        drawn = sender.render(outgoing)
    finally:
        sender.close()
    return f"{drawn.title}\n\n{drawn.text}"


COMMANDS = (digest,)
