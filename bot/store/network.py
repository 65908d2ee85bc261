"""Cities, topics and authorities: the network as `migrate` loaded it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.network import Network
from bot.store.types import Row


class NetworkRow(Row):
    """What is said of the network as a whole: one row."""

    __tablename__ = "network"
    id: Mapped[int] = mapped_column(primary_key=True)
    document: Mapped[dict[str, Any]]


class CityRow(Row):
    """A city of the network. Contacts and subscriptions refer to its slug."""

    __tablename__ = "cities"
    slug: Mapped[str] = mapped_column(String(64), primary_key=True)
    position: Mapped[int]
    document: Mapped[dict[str, Any]]


class TopicRow(Row):
    """A topic of the vocabulary."""

    __tablename__ = "topics"
    slug: Mapped[str] = mapped_column(String(64), primary_key=True)
    position: Mapped[int]
    document: Mapped[dict[str, Any]]


class AuthorityRow(Row):
    """An authority that gives or passes on money, with the dates between which its name is valid."""

    __tablename__ = "authorities"
    slug: Mapped[str] = mapped_column(String(64), primary_key=True)
    position: Mapped[int]
    document: Mapped[dict[str, Any]]


_Entry = type[CityRow] | type[TopicRow] | type[AuthorityRow]
_LISTS: tuple[tuple[str, _Entry], ...] = (
    ("cities", CityRow),
    ("topics", TopicRow),
    ("authorities", AuthorityRow),
)


def save_network(session: Session, network: Network) -> None:
    """Make the stored network equal the given one. Rows that contacts still refer to are kept."""
    document = network.model_dump(mode="json")
    for name, row in _LISTS:
        for position, entry in enumerate(document.pop(name)):
            session.merge(row(slug=entry["slug"], position=position, document=entry))
    session.merge(NetworkRow(id=1, document=document))


def read_network(session: Session) -> Network | None:
    """The stored network, or None before the first `migrate`."""
    head = session.get(NetworkRow, 1)
    if head is None:
        return None
    lists = {
        name: session.scalars(select(row.document).order_by(row.position, row.slug)).all()
        for name, row in _LISTS
    }
    return Network.model_validate({**head.document, **lists})
