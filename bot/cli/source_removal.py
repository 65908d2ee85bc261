"""`sources remove` and `sources put-back`: a source is asked no more; what it brought stays."""

from __future__ import annotations

import click

from bot.cli.opening import our_house
from bot.cli.sources import named, sources
from bot.intake.removal import KEPT, Unremovable, put_back, removed
from bot.intake.removal import remove as remove_source
from bot.store.audit import record


@sources.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Remove a source. What it brought stays, nobody is told, and for 30 days it can be put back."""
    with our_house().database.writing() as session:
        row = named(session, name)
        session.refresh(row, with_for_update=True)
        try:
            remove_source(session, row)
        except Unremovable as fault:
            raise click.ClickException(f"{name} was not removed. {fault}") from None
        record(session, "command", "source.removed", name)
    click.echo(f"{name} was removed; what it brought stays")
    click.echo(f"within {KEPT.days} days this undoes it: python -m bot sources put-back {name}")


@sources.command("put-back")
@click.argument("name")
def undo(name: str) -> None:
    """Put back a source that was removed, as it was: what it told is not told again."""
    with our_house().database.writing() as session:
        gone = removed(session)
        row = next((each for each in gone if each.defaults["removed"]["name"] == name), None)
        if row is None:
            known = ", ".join(each.called for each in gone)
            raise click.ClickException(f"no source {name!r} can be put back: there are {known or 'none'}")
        session.refresh(row, with_for_update=True)
        try:
            put_back(session, row)
        except Unremovable as fault:
            raise click.ClickException(str(fault)) from None
        record(session, "command", "source.restored", name)
    click.echo(f"{name} is back")


COMMANDS = (sources,)
