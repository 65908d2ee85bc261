"""`doctor`: what is broken, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import click
from sqlalchemy import exists, func, select
from sqlalchemy.exc import DBAPIError

from bot import clock
from bot.app import House, open_database, open_house, read_environment
from bot.app.senders import WALLS
from bot.cli.opening import database_fault
from bot.contracts import SourceFault
from bot.delivery.accounts import blocked
from bot.delivery.doubts import GIVE_UP
from bot.intake.first_look import own_cursor
from bot.intake.watch.remedies import REMEDIES
from bot.planning.alerts import WATCHERS
from bot.settings import Settings, SettingsFault
from bot.store.contacts import Contact
from bot.store.db import Database
from bot.store.deliveries import Delivery, Fanout, in_state
from bot.store.destinations import Destination
from bot.store.drafts import Draft
from bot.store.schema import schema_fault
from bot.store.sources import Source, there
from bot.store.workplace import Account
from bot.work.steps import MakeSender
from bot.work.workers import living_workers

SKEW_LIMIT = timedelta(seconds=60)
LATE = timedelta(minutes=1)
"""After this, work that nobody does is a fault."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, and what there is to say: a note harms nothing, a fault does."""

    what: str
    said: str | None = None
    level: Literal["note", "broken"] = "broken"


@click.command("doctor")
def doctor() -> None:
    """Check settings, database, clock, workers, senders and sources; ends with 1 when something is broken."""
    broken = False
    for finding in _findings():
        level = finding.level if finding.said else "well"
        broken |= level == "broken"
        click.echo(f"{level:<6}  {finding.what}" + (f": {finding.said}" if finding.said else ""))
    if broken:
        raise click.exceptions.Exit(1)


def _findings() -> Iterator[Finding]:
    try:
        settings = read_environment()
    except SettingsFault as faults:
        yield from (Finding("settings", fault) for fault in faults.faults)
        return
    yield Finding(f"settings (DELIVERY_MODE={settings.delivery_mode}, WORKER={settings.worker})")
    try:
        yield from _installation(settings)
    except DBAPIError as fault:
        yield Finding("database", database_fault(fault))
    except OSError as fault:
        yield Finding("files", f"{fault.filename} cannot be used: {fault.strerror}")


def _installation(settings: Settings) -> Iterator[Finding]:
    database = open_database(settings)
    click.get_current_context().call_on_close(database.close)
    fault = schema_fault(database.engine)
    yield Finding("database and schema", fault)
    if fault:
        return
    yield Finding("clock", _skew(database))
    house = open_house(settings)
    click.get_current_context().call_on_close(house.database.close)
    yield from _senders(house)
    yield from _chat(house.settings)
    yield from _mailbox(house)
    yield from _embed(house.settings)
    yield _workers(house)
    yield from _outbox(house)
    yield _eyes(house)
    yield from _sources(house)


def _eyes(house: House) -> Finding:
    """Whether there is anybody to approve what waits."""
    with house.database.reading() as session:
        watchers = select(func.count()).where(Contact.role.in_(WATCHERS), Contact.erased_at.is_(None))
        few = session.scalars(watchers).one() < 2
        waits = session.scalar(select(exists().where(Draft.state == "waiting")))
    if not (waits and few and house.settings.four_eyes):
        return Finding("approvals")
    remedy = "give another that role with `contacts import`, or set FOUR_EYES=off in a network of one"
    return Finding(
        "approvals", f"a draft waits, and there are no two coordinators or admins: {remedy}", "note"
    )


def _embed(settings: Settings) -> Iterator[Finding]:
    """The page inside a workspace works with both of its settings only."""
    if settings.howspace_origin and not settings.howspace_embed_secret:
        yield Finding(
            "howspace page", "HOWSPACE_EMBED_SECRET is missing: set it to the snippet's data-sig-secret"
        )
    elif settings.howspace_embed_secret:
        alone = "no site may frame it: set HOWSPACE_ORIGIN to the workspace's origin"
        yield Finding("howspace page", None if settings.howspace_origin else alone)


def _skew(database: Database) -> str | None:
    """How far the database's clock is from ours; a sender's check compares with its own medium's."""
    if database.sqlite:
        return None
    with database.reading() as session:
        skew = clock.real_now() - session.scalars(select(func.clock_timestamp())).one()
    seconds = round(skew.total_seconds())
    if abs(skew) <= SKEW_LIMIT:
        return None
    return f"it is {seconds:+} s off the database server's: let NTP set both (timedatectl set-ntp true)"


def _senders(house: House) -> Iterator[Finding]:
    for name, settings in (("slack", "SLACK_BOT_TOKEN"), ("email", "SMTP_HOST and MAIL_FROM")):
        make = house.senders.get(name)
        if make is None:
            needed = house.settings.delivery_mode != "preview" and _used(house, name)
            yield Finding(name, f"not configured: set {settings}", "broken" if needed else "note")
            continue
        yield _checked(name, make)
    for name in WALLS:
        if _used(house, name):
            yield _checked(name, house.senders[name])


def _checked(name: str, make: MakeSender) -> Finding:
    sender = make()
    try:
        return Finding(name, "; ".join(sender.check()) or None)
    finally:
        sender.close()


def _chat(settings: Settings) -> Iterator[Finding]:
    """What lies between an app that only posts and one that hears."""
    if not (settings.slack_bot_token or settings.slack_client_id):
        return
    if not settings.slack_signing_secret:
        deaf = "it posts, and hears no command, button or message: set SLACK_SIGNING_SECRET (docs/slack.md)"
        yield Finding("Slack app", deaf, "note")
    elif not settings.public_url.startswith("https://"):
        yield Finding(
            "Slack app", f"Slack reaches only https, and PUBLIC_URL is {settings.public_url}", "note"
        )


def _mailbox(house: House) -> Iterator[Finding]:
    mailbox = house.open_mailbox()
    if mailbox is not None:
        yield Finding("mailbox", "; ".join(mailbox.check()) or None)


def _used(house: House, sender: str) -> bool:
    with house.database.reading() as session:
        return bool(session.scalar(select(exists().where(Destination.sender == sender))))


def _workers(house: House) -> Finding:
    late = clock.now() - LATE
    with house.database.reading() as session:
        alive = living_workers(session)
        waits = exists().where(in_state("queued"), Delivery.due_at < late) | exists().where(
            Fanout.done_at.is_(None), Fanout.created_at < late
        )
        missed = not alive and session.scalar(select(waits))
    remedy = "none runs now: `make run`, or `python -m bot worker`"
    if missed:
        return Finding("workers", f"{remedy}; messages wait")
    return Finding(f"workers ({len(alive)} alive)", None if alive else remedy, "note")


def _outbox(house: House) -> Iterator[Finding]:
    now = clock.now()
    with house.database.reading() as session:
        stopped = [row for row in session.scalars(select(Account)) if blocked(row, now)]
        paused = session.scalars(
            select(Destination).where(Destination.paused_until > now).order_by(Destination.id).limit(20)
        ).all()
        doubtful = exists().where(in_state("doubtful"), Delivery.due_at < now - GIVE_UP)
        old = session.scalar(select(doubtful))
    for row in stopped:
        yield Finding(f"sender {row.sender}", f"stopped: {row.fault}")
    for place in paused:
        remedy = f"`python -m bot replay --failed --destination {place.id}` tries again"
        yield Finding(f"destination {place.id}", f"paused: {place.fault}; {remedy}")
    yield Finding(
        "deliveries in doubt", "some wait for a decision on /deliveries?state=doubtful" if old else None
    )


def _sources(house: House) -> Iterator[Finding]:
    with house.database.reading() as session:
        rows = session.scalars(select(Source).where(there()).order_by(Source.name)).all()
    for row in rows:
        what = f"source {row.name}"
        if row.paused:
            yield Finding(what, "paused: `python -m bot sources resume` lets it bring news again", "note")
            continue
        fault = None
        try:
            what += _asked(house, row)
        except SourceFault as trouble:
            remedy = REMEDIES.get(trouble.kind)
            fault = f"{trouble.reason}. {remedy}" if remedy else trouble.reason
        optional = row.name == "webhook" and not house.settings.webhook_secret
        yield Finding(what, fault or row.fault, "broken" if fault and not optional else "note")


def _asked(house: House, row: Source) -> str:
    """What else there is to say of a source that is well; what it brings is left to the workers. Raises SourceFault."""
    if row.kind == "howspace":
        from bot.app.howspace import probe_partner  # openpyxl: only workspaces need it

        return f" ({probe_partner(house, row)})"
    if row.next_at is None:
        house.open_webhook(row)
    else:
        house.open_source(row).fetch(own_cursor(row))
    return ""


COMMANDS = (doctor,)
