"""`replay` and `why`: failed deliveries once more, and how it came that somebody was told, or was not."""

from __future__ import annotations

from collections import Counter
from functools import partial

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.app import House
from bot.cli.contacts import named
from bot.cli.opening import our_house
from bot.planning.again import open_lane, send_again
from bot.planning.case import look
from bot.planning.why import decisions
from bot.store.db import ring
from bot.store.deliveries import Delivery, in_state
from bot.store.destinations import Destination

BATCH = 500


@click.command("replay")
@click.option("--failed", is_flag=True, required=True, help="Those that failed for good.")
@click.option("--destination", type=int, help="Only to this destination; it is opened again if it paused.")
def replay(failed: bool, destination: int | None) -> None:
    """Queue failed deliveries again, with their items' newest texts."""
    del failed
    house = our_house()
    if destination is not None:
        house.database.write(partial(_open, destination=destination))
    queued, refused, after = 0, Counter[str](), 0
    while ids := _failed(house, destination, after):
        done = house.database.write(
            lambda session, ids=ids: send_again(  # type: ignore[misc]
                session, house.network, ids, "command"
            )
        )
        queued += len(done.queued)
        refused.update(done.refused.values())
        after = ids[-1]
    click.echo(f"queued {queued}")
    for why, count in refused.most_common():
        click.echo(f"left out {count}: {why}")


def _open(session: Session, destination: int) -> None:
    place = session.get(Destination, destination, with_for_update=True)
    if place is None:
        raise click.ClickException(f"there is no destination {destination}: `destinations list` shows them")
    open_lane(place)
    ring(session, "send")


def _failed(house: House, destination: int | None, after: int) -> list[int]:
    query = select(Delivery.id).where(in_state("failed"), Delivery.id > after).order_by(Delivery.id)
    if destination is not None:
        query = query.where(Delivery.destination_id == destination)
    with house.database.reading() as session:
        return list(session.scalars(query.limit(BATCH)))


@click.command("why")
@click.option("--contact", "email", required=True, metavar="EMAIL")
@click.option("--item", "item_id", type=int, required=True, metavar="ID")
def why(email: str, item_id: int) -> None:
    """Every decision on the way of one item to one person, one a line."""
    house = our_house()
    with house.database.reading() as session:
        case = look(session, named(session, email), item_id)
        if case is None:
            raise click.ClickException(f"there is no item {item_id}: /items shows them")
        for sentence in decisions(case, house.network, house.settings.zone, clock.now()):
            click.echo(sentence)


COMMANDS = (replay, why)
