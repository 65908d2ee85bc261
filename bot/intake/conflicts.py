"""Sources that state different deadlines of one thing: coordinators hear of it, because only they can find out."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot import clock
from bot.clock import When
from bot.contracts import Details
from bot.planning.alerts import alert
from bot.planning.variants import variant
from bot.store.network import read_network


def tell_conflict(session: Session, item_id: int, details: Details, zone: str) -> None:
    """Tell the coordinators which source says what, once for each set of deadlines."""
    network = read_network(session)
    if network is None or not details.stated_deadlines:
        return
    said = [f"{each.source}: {_local(each.when, zone)}" for each in details.stated_deadlines]
    alert(
        session, network, f"deadlines:{item_id}:{sorted(said)}",
        "Sources state different deadlines: {title}",
        "{deadlines}\n\nThe first one counts for reminders until its source changes it. Readers see them all. "
        "Part the reports on the page of item {item} if they are different calls.",
        title=variant(details.title, "en")[1], item=item_id, deadlines="\n".join(f"- {each}" for each in said),
    )  # fmt: skip


def _local(when: When, zone: str) -> str:
    """A moment as every language can read it."""
    return when.isoformat() if when.at is None else f"{when.at.astimezone(clock.zone(zone)):%Y-%m-%d %H:%M}"
