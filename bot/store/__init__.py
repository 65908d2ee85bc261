"""The database: one file a noun."""

from bot.store import (
    answers,
    audit,
    chats,
    contacts,
    deliveries,
    destinations,
    digests,
    drafts,
    installs,
    items,
    joining,
    mailbox,
    network,
    plans,
    sign_ins,
    sources,
    watch,
    workplace,
)
from bot.store.types import Row

metadata = Row.metadata

__all__ = [
    "answers",
    "audit",
    "chats",
    "contacts",
    "deliveries",
    "destinations",
    "digests",
    "drafts",
    "installs",
    "items",
    "joining",
    "mailbox",
    "metadata",
    "network",
    "plans",
    "sign_ins",
    "sources",
    "watch",
    "workplace",
]
