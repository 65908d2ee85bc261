"""`creamailer`: the letter's list at Creamailer."""

from __future__ import annotations

from typing import Any

import click
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.app.letters import keep_in_step, open_list
from bot.cli.opening import our_house
from bot.contracts.newsletter import ListFault
from bot.letters.subscribers import Budget, newcomers
from bot.letters.subscribers import push as push_people
from bot.store.db import insert_into
from bot.store.mailbox import ListSubscriber
from bot.store.plans import Duty

DUTY = "creamailer"


@click.group("creamailer")
def creamailer() -> None:
    """The letter's list at Creamailer, kept in step by itself every hour."""


@creamailer.command("sync")
def sync() -> None:
    """Go on with a round over the list now."""
    house = our_house()
    if open_list(house.settings) is None:
        raise _not_configured()
    try:
        memory = dict(keep_in_step(house, house.database.write(_memory)))
    except ListFault as fault:
        raise click.ClickException(fault.reason) from None
    house.database.write(lambda session: _remember(session, memory))
    with house.database.reading() as session:
        rows = session.execute(select(ListSubscriber.status, func.count()).group_by(ListSubscriber.status))
        counts = ", ".join(f"{status} {count}" for status, count in sorted(rows.all()))
    click.echo(f"the list: {counts or 'nobody yet'}")
    if memory.get("rest_until"):
        click.echo(f"{memory['fault']}: the rest follows after {memory['rest_until']}")


@creamailer.command("push")
@click.option("--dry-run", is_flag=True, help="Say how many would be put on the list, and do nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def push(dry_run: bool, yes: bool) -> None:
    """Put the contacts who take the letter and were never on the list on it, 500 a request.

    Their names and addresses then go to Creamailer: do it only where they were told so.
    """
    house = our_house()
    service = open_list(house.settings)
    if service is None:
        raise _not_configured()
    with house.database.reading() as session:
        people = newcomers(session)
    if dry_run:
        click.echo(f"{len(people)} contacts would be put on the list; nothing was changed")
        return
    if house.settings.delivery_mode != "live":
        raise click.ClickException(
            f"DELIVERY_MODE={house.settings.delivery_mode}: nothing leaves; set it to live first, or use --dry-run"
        )
    if not house.database.write(_memory).get("done_at"):
        raise click.ClickException(
            "run `python -m bot creamailer sync` first: who left the list must be known"
        )
    if people and not yes:
        click.confirm(f"Give {len(people)} names and addresses to Creamailer?", abort=True)
    memory = house.database.write(_memory)
    budget = Budget(memory.get("asked", ()))
    try:
        done = push_people(house.database, service, people, budget)
    except ListFault as fault:
        raise click.ClickException(f"{fault.reason}; those put on the list so far stay there") from None
    finally:
        service.close()
        kept = {**memory, "asked": budget.kept()}
        house.database.write(lambda session: _remember(session, kept))
    click.echo(f"{done} contacts were put on the list")


def _memory(session: Session) -> dict[str, Any]:
    return dict(session.scalar(select(Duty.memory).where(Duty.name == DUTY)) or {})


def _remember(session: Session, memory: dict[str, Any]) -> None:
    row = {"name": DUTY, "next_at": clock.now(), "failures": 0, "memory": memory}
    session.execute(insert_into(session, Duty).values(row).on_conflict_do_nothing())
    session.execute(update(Duty).where(Duty.name == DUTY).values(memory=memory))


def _not_configured() -> click.ClickException:
    return click.ClickException("set CREAMAILER_TOKEN, CREAMAILER_SECRET and CREAMAILER_LIST first")


COMMANDS = (creamailer,)
