"""A network of any size, put into a database quickly: readers of 16 cities, 3 languages, 8 topics."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import insert, update

from bot import clock
from bot.contracts import LANGUAGES
from bot.network import Network
from bot.store.contacts import Contact
from bot.store.db import Database
from bot.store.destinations import Destination, Subscription, SubscriptionCity, SubscriptionTopic
from bot.store.sources import Source

BATCH = 5_000


def fill(
    database: Database, network: Network, readers: int, channel: str = "email", cities: int = 16
) -> None:
    """Add readers with an address at example.org (or a Slack id), each of one city, every other with a topic.

    They live in the first `cities` cities of the network, take messages at any hour, and no number of items
    is too many.
    """
    with database.writing() as session:
        session.execute(update(Source).values(flood_limit=0))
    for rows in _batches(_readers(network, readers, channel, cities)):
        with database.writing() as session:
            for table, key in (
                (Contact, "contact"),
                (Destination, "destination"),
                (Subscription, "subscription"),
                (SubscriptionCity, "city"),
                (SubscriptionTopic, "topic"),
            ):
                made = [row[key] for row in rows if key in row]
                if made:
                    session.execute(insert(table), made)


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _readers(network: Network, count: int, channel: str, lived_in: int) -> Iterator[dict[str, Any]]:
    now = clock.now()
    cities = [city.slug for city in network.cities][:lived_in]
    topics = [topic.slug for topic in network.topics][:8]
    for at in range(1, count + 1):
        address = f"U{at:08d}" if channel == "slack" else f"reader{at}@example.org"
        language = LANGUAGES[at % 3]
        row: dict[str, Any] = {
            "contact": {
                "id": at, "pseudonym": f"{at:016x}", "name": f"Reader {at} Mäkinen", "email": address,
                "email_key": address, "language": language, "timezone": "Europe/Helsinki", "role": "contact",
                "rhythm": "now", "channel": None, "cities": [cities[at % lived_in]],
                "topics": [topics[at // 16 % 8]] if at % 2 else [], "hours": "always",
                "links_version": 1, "created_at": now,
            },
            "destination": {
                "id": at, "sender": channel, "team": "", "address": address, "address_key": address,
                "contact_id": at, "languages": language, "failures": 0, "created_at": now,
            },
            "subscription": {
                "id": at, "destination_id": at, "contact_id": at, "rhythm": "now", "everywhere": False,
                "kinds": "", "hours": "Europe/Helsinki always", "created_at": now,
            },
            "city": {"subscription_id": at, "city": cities[at % lived_in]},
        }  # fmt: skip
        if at % 2:
            row["topic"] = {"subscription_id": at, "topic": topics[at // 16 % 8]}
        yield row
