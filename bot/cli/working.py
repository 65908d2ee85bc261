"""`worker`, `work`, `poll`: run the steps."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import clock
from bot.app import House
from bot.cli.opening import our_house
from bot.clock import When
from bot.intake.poll import Polled
from bot.intake.trial import try_out
from bot.store.deliveries import Delivery
from bot.store.sources import Source
from bot.work.loop import Loop
from bot.work.workers import living_workers

PATIENCE = 30.0
"""Seconds of pace or back-off that `work --until-idle` waits out."""


@click.command("worker")
def worker() -> None:
    """Run the steps in a process of their own, until SIGTERM; any number may run."""
    house = our_house()
    if house.settings.worker == "embedded":
        click.echo(
            "WORKER=embedded: the serving process works too; WORKER=separate leaves it to workers", err=True
        )
    ended = threading.Event()
    for kind in (signal.SIGTERM, signal.SIGINT):
        signal.signal(kind, lambda *_: ended.set())
    loop = Loop(house.steps("separate"))
    loop.start()
    ended.wait()
    loop.stop()


@click.command("work")
@click.option("--until-idle", is_flag=True, required=True, help="Do all that is due, then end.")
@click.option("--as-of", metavar="ISO", help="As if it were this instant, such as 2027-01-15T08:00:00+02:00.")
def work(until_idle: bool, as_of: str | None) -> None:
    """Do all that is due, wait out paces of up to 30 s, and say what was done."""
    del until_idle
    house = our_house()
    if as_of:
        _move_clock(house, as_of)
    with house.database.reading() as session:
        before = _states(session)
    steps = house.steps("once")
    loop = Loop(steps)
    loop.start()
    while not steps.idle(within=PATIENCE):
        time.sleep(0.05)
    loop.stop()
    with house.database.reading() as session:
        after = _states(session)
    done = after - before
    told = f"sent {done['sent']}, held {after['held'] + after['queued']}, failed {done['failed']}"
    more = [f"{state} {done[state]}" for state in ("previewed", "expired", "cancelled") if done[state]]
    if after["doubtful"]:
        more.append(f"in doubt {after['doubtful']}")
    click.echo(", ".join([told, *more]))


def _move_clock(house: House, text: str) -> None:
    try:
        instant = When.parse(text).begins(house.settings.zone)
    except ValueError as fault:
        raise click.ClickException(f"--as-of {fault}") from None
    with house.database.reading() as session:
        others = living_workers(session)
    if others:
        raise click.ClickException(
            f"process {others[0].pid} on {others[0].host} works too: stop it first, two clocks would mix"
        )
    clock.set_clock(instant)


def _states(session: Session) -> Counter[str]:
    rows = session.execute(select(Delivery.state, func.count()).group_by(Delivery.state))
    return Counter(dict(rows.all()))


@click.command("poll")
@click.argument("source", required=False)
@click.option("--dry-run", is_flag=True, help="Only say what would come of it: nothing is taken in or told.")
def poll(source: str | None, dry_run: bool) -> None:
    """Ask one source, or all that are due, now."""
    house = our_house()
    if dry_run:
        _try(house, source)
        return
    steps = house.steps("once")
    failed = False
    try:
        for polled in [steps.poll_named(source)] if source else iter(steps.poll, None):
            failed |= polled.fault is not None
            _say(polled)
    except KeyError:
        raise click.ClickException(f"no source {source!r} can be asked: `sources list` shows them") from None
    finally:
        steps.lanes.journal.close()
    if failed:
        raise click.exceptions.Exit(1)


def _try(house: House, name: str | None) -> None:
    """What would come of one source, or of all that are asked."""
    with house.database.reading() as session:
        asked = select(Source).where(
            Source.next_at.is_not(None), Source.name == name if name else Source.paused.is_(False)
        )
        rows = session.scalars(asked.order_by(Source.name)).all()
        session.expunge_all()
    if name and not rows:
        raise click.ClickException(f"no source {name!r} can be asked: `sources list` shows them")
    failed = False
    for row in rows:
        trial = try_out(house.database, house.open_source, row, house.settings.zone)
        if trial.fault:
            failed = True
            click.echo(f"{row.name}: fault: {trial.fault.reason}")
            continue
        new, changed, same = (trial.counts[word] for word in ("new", "changed", "unchanged"))
        click.echo(f"{row.name}: would be new {new}, changed {changed}, unchanged {same}")
        for what, external_id, title in trial.rows:
            if what != "unchanged":
                click.echo(f"  {what}: {external_id} {title}")
        for fault in trial.faults:
            click.echo(f"  left out: {fault}")
    if failed:
        raise click.exceptions.Exit(1)


def _say(polled: Polled) -> None:
    if polled.fault:
        click.echo(f"{polled.name}: fault: {polled.fault}")
        return
    joined = f", joined {polled.joined}" if polled.joined else ""
    joined += f", refused {polled.refused}" if polled.refused else ""
    click.echo(
        f"{polled.name}: new {polled.new}, changed {polled.changed}, unchanged {polled.unchanged}{joined}"
    )
    for fault in polled.faults:
        click.echo(f"  left out: {fault}")


COMMANDS = (worker, work, poll)
