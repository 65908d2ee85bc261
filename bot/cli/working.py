"""`worker`, `work`, `poll`: run the steps."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

import click
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot import clock
from bot.app import House
from bot.cli.opening import our_house
from bot.clock import When
from bot.delivery.outbox import RENEW_EVERY
from bot.intake.foresight import WORDS, Foreseen
from bot.intake.poll import InHand, Polled, in_hand
from bot.intake.trial import try_out
from bot.intake.watch.runs import last_run
from bot.store.deliveries import Delivery
from bot.store.sources import Source, source_named
from bot.work.loop import LOOK_EVERY, Loop
from bot.work.steps import Steps
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
    """Ask one source now, due or not; or all that are due."""
    house = our_house()
    if dry_run:
        _try(house, source)
        return
    steps = house.steps("once")
    failed = False
    try:
        with _kept(steps):
            for polled in [_ask(steps, source)] if source else iter(steps.poll, None):
                failed |= polled.fault is not None
                _say(polled)
    except KeyError:
        raise click.ClickException(f"no source {source!r} can be asked: `sources list` shows them") from None
    finally:
        steps.lanes.journal.close()
    if failed:
        raise click.exceptions.Exit(1)


@contextmanager
def _kept(steps: Steps) -> Iterator[None]:
    """Keep what this command has in hand: there is no loop here that renews leases."""
    ended = threading.Event()

    def keep() -> None:
        while not ended.wait(RENEW_EVERY):
            with suppress(DBAPIError):
                steps.beat()

    keeper = threading.Thread(target=keep, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()
        with steps.database.writing() as session:
            steps.worker.leave(session)


def _ask(steps: Steps, name: str) -> Polled:
    """Ask a source; where a worker does so just now, what that brings is the answer."""
    with steps.database.reading() as session:
        row = source_named(session, name)
        seen = last_run(session, row.id) if row else None
    if row and row.next_at and row.next_at > clock.now():
        click.echo(f"{name} is not due before {row.next_at:%Y-%m-%d %H:%M} UTC; it is asked now", err=True)
    while True:
        try:
            return steps.poll_named(name)
        except InHand as upon:
            number = upon.number
        click.echo(f"{name}: a worker asks it just now, and this waits for what it brings", err=True)
        while _in_hand(steps, number):
            time.sleep(LOOK_EVERY)
        with steps.database.reading() as session:
            run = last_run(session, number)
        if run and (seen is None or run.id != seen.id):
            return Polled.of(name, run)


def _in_hand(steps: Steps, number: int) -> bool:
    with steps.database.reading() as session:
        return in_hand(session, number)


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
        more = "".join(
            f", {said} {trial.counts[WORDS[word]]}"
            for word, said in _ALSO.items()
            if trial.counts[WORDS[word]]
        )
        click.echo(f"{row.name}: would be new {new}, changed {changed}, unchanged {same}{more}")
        for what, external_id, title in trial.rows:
            if what != "unchanged":
                click.echo(f"  {what}: {external_id} {title}")
        for fault in trial.faults:
            click.echo(f"  left out: {fault}")
    if failed:
        raise click.exceptions.Exit(1)


_ALSO: Mapping[Foreseen, str] = {"joined": "joined", "aside": "set aside"}
"""What is only said in counts when there is any."""


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
