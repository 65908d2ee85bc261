"""The roster of an item: what each city it concerns has answered, who said so, and who is silent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.contracts import AnswerKind
from bot.network import Network
from bot.people.answers import known_item
from bot.people.mutes import muted_cities
from bot.store.answers import AnswerRow
from bot.store.contacts import Contact


@dataclass(frozen=True, slots=True)
class Voice:
    """One contact's answer. `name` is empty for who is not to be named; `agreed`: people of other cities may."""

    name: str
    pseudonym: str
    answer: AnswerKind
    by: str
    at: datetime
    agreed: bool = False


@dataclass(frozen=True, slots=True)
class CityStatus:
    """A city (slug) and its newest answer, None while it is silent; `muted` by its lead."""

    city: str
    newest: Voice | None
    voices: int
    muted: bool


@dataclass(frozen=True, slots=True)
class Roster:
    """The cities that an item concerns, in the network's order, and answers of people without such a city."""

    cities: tuple[CityStatus, ...]
    others: tuple[Voice, ...]

    @property
    def total(self) -> int:
        """How many cities it concerns."""
        return len(self.cities)

    @property
    def answered(self) -> int:
        """How many of them have answered."""
        return sum(status.newest is not None for status in self.cities)

    @property
    def silent(self) -> tuple[str, ...]:
        """The cities that have not answered."""
        return tuple(status.city for status in self.cities if status.newest is None)

    @property
    def partners_wanted(self) -> tuple[CityStatus, ...]:
        """The cities that look for a partner."""
        return tuple(
            status for status in self.cities if status.newest and status.newest.answer == "need_partner"
        )

    def counts(self) -> Mapping[AnswerKind, int]:
        """How many cities gave each answer."""
        return Counter(status.newest.answer for status in self.cities if status.newest)


def roster(session: Session, network: Network, item_id: int, *, named: bool = True) -> Roster:
    """Who answered what to an item. Raises Refused (unknown). Without `named` nobody's name is told."""
    item = known_item(session, item_id)
    concerned = item.content().cities or tuple(city.slug for city in network.cities)
    rows = session.execute(
        select(AnswerRow, Contact.name, Contact.pseudonym, Contact.cities, Contact.named)
        .join(Contact, Contact.id == AnswerRow.contact_id)
        .where(AnswerRow.item_id == item_id, Contact.erased_at.is_(None))
        .order_by(AnswerRow.answered_at.desc(), AnswerRow.contact_id.desc())
    )
    voices: dict[str, list[Voice]] = {slug: [] for slug in concerned}
    others = []
    for row, name, pseudonym, cities, agreed in rows:
        voice = Voice(name if named else "", pseudonym, row.answer, row.by, row.answered_at, agreed)
        mine = [slug for slug in cities if slug in voices]
        for slug in mine:
            voices[slug].append(voice)
        if not mine:
            others.append(voice)
    muted = muted_cities(session, item_id)
    return Roster(tuple(_status(slug, said, slug in muted) for slug, said in voices.items()), tuple(others))


def _status(slug: str, said: Sequence[Voice], muted: bool) -> CityStatus:
    return CityStatus(slug, said[0] if said else None, len(said), muted)
