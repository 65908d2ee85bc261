"""The database: one file a noun."""

from bot.store import audit, contacts, deliveries, destinations, items, network, sources, workplace
from bot.store.types import Row

metadata = Row.metadata

__all__ = [
    "audit",
    "contacts",
    "deliveries",
    "destinations",
    "items",
    "metadata",
    "network",
    "sources",
    "workplace",
]
