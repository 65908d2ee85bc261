"""What somebody muted, on their own page in a chat: each with what takes that back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import words
from bot.buttons import write
from bot.contracts import Action, Entry, MuteCity, MuteItem, Section
from bot.people.mutes import leads
from bot.planning.fitting import open_at, published
from bot.planning.variants import variant
from bot.store.answers import Mute
from bot.store.contacts import Contact
from bot.store.items import Item

MOST = 5


def muted(session: Session, contact: Contact, now: datetime) -> tuple[Section, ...]:
    """The newest that a contact muted for themselves, or for a city that they lead; nothing while there is none."""
    language = contact.language
    led = [city for city in contact.cities if leads(contact, city)]
    rows = session.execute(
        select(Item, Mute.city)
        .join(Mute, Mute.item_id == Item.id)
        .where(published(), open_at(now), (Mute.contact_id == contact.id) | Mute.city.in_(led))
        .order_by(Mute.id.desc())
        .limit(MOST)
    ).all()
    if not rows:
        return ()
    again, city_again = (
        words.gettext(language, msgid) for msgid in ("Hear of it again", "Let the city hear of it again")
    )
    entries = tuple(
        Entry(
            title=variant(item.content().title, language)[1],
            actions=(
                Action(
                    label=city_again if city else again,
                    url="",
                    does=write(MuteCity(city, off=True) if city else MuteItem(off=True), item.id),
                ),
            ),
        )
        for item, city in rows
    )
    return (Section(title=words.gettext(language, "Muted"), entries=entries),)
