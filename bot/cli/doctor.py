"""`doctor`: what is broken, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator

import click
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from bot import clock
from bot.app import House, open_database, open_house, read_environment
from bot.contracts import SourceFault
from bot.delivery.accounts import blocked
from bot.delivery.doubts import GIVE_UP
from bot.settings import Settings
from bot.store.deliveries import Delivery, in_state
from bot.store.destinations import Destination
from bot.store.schema import schema_fault
from bot.store.sources import Source
from bot.store.workplace import Account
from bot.work.workers import living_workers

Finding = tuple[str, str | None]
"""What was looked at, and what is wrong with it (None when it is well)."""


@click.command("doctor")
def doctor() -> None:
    """Check settings, database, schema, workers, senders and sources; ends with 1 when something is broken."""
    settings = read_environment()  # its faults are shown by the caller
    broken = False
    for what, fault in _findings(settings):
        broken |= fault is not None
        click.echo(f"{'broken' if fault else 'well  '}  {what}" + (f": {fault}" if fault else ""))
    if broken:
        raise click.exceptions.Exit(1)


def _findings(settings: Settings) -> Iterator[Finding]:
    yield f"settings (DELIVERY_MODE={settings.delivery_mode}, WORKER={settings.worker})", None
    try:
        database = open_database(settings)
        fault = schema_fault(database.engine)
    except DBAPIError as broken:
        yield "database", f"{str(broken.orig).strip()}: check DATABASE_URL and that the server runs"
        return
    yield "database and schema", fault
    database.close()
    if fault:
        return
    house = open_house(settings)
    yield from _senders(house)
    yield from _workers(house)
    yield from _outbox(house)
    yield from _sources(house)


def _senders(house: House) -> Iterator[Finding]:
    for name, settings in (("slack", "SLACK_BOT_TOKEN"), ("email", "SMTP_HOST and MAIL_FROM")):
        make = house.senders.get(name)
        if make is None:
            live = house.settings.delivery_mode != "preview"
            yield name, f"not configured: set {settings}" if live and _used(house, name) else None
            continue
        sender = make()
        try:
            yield name, "; ".join(sender.check()) or None
        finally:
            sender.close()


def _used(house: House, sender: str) -> bool:
    with house.database.reading() as session:
        return session.scalar(select(Destination.id).where(Destination.sender == sender).limit(1)) is not None


def _workers(house: House) -> Iterator[Finding]:
    with house.database.reading() as session:
        alive = living_workers(session)
    yield (
        f"workers ({len(alive)} alive)",
        None if alive else "none runs: `make run`, or `python -m bot worker`",
    )


def _outbox(house: House) -> Iterator[Finding]:
    with house.database.reading() as session:
        stopped = [row for row in session.scalars(select(Account)) if blocked(row, clock.now())]
        paused = session.scalars(
            select(Destination)
            .where(Destination.paused_until > clock.now())
            .order_by(Destination.id)
            .limit(20)
        ).all()
        old = session.scalar(
            select(Delivery.id).where(in_state("doubtful"), Delivery.due_at < clock.now() - GIVE_UP).limit(1)
        )
    for row in stopped:
        yield f"sender {row.sender}", f"stopped: {row.fault}"
    for place in paused:
        yield (
            f"destination {place.id}",
            f"paused: {place.fault}; `replay --failed --destination {place.id}` tries again",
        )
    yield "deliveries in doubt", "some wait for a decision on /deliveries?state=doubtful" if old else None


def _sources(house: House) -> Iterator[Finding]:
    with house.database.reading() as session:
        rows = session.scalars(select(Source).order_by(Source.name)).all()
    for row in rows:
        fault = row.fault
        if row.paused:
            fault = None
        elif row.next_at is not None:
            fault = _opens(house, row) or fault
        yield f"source {row.name}{' (paused)' if row.paused else ''}", fault


def _opens(house: House, row: Source) -> str | None:
    try:
        house.open_source(row)
    except SourceFault as fault:
        return fault.reason
    return None


COMMANDS = (doctor,)
