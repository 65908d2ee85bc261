"""Alerts: what the house itself has to say to its coordinators and admins, each thing once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot import clock, words
from bot.contracts import Action, Language, Message
from bot.network import Network
from bot.planning.fixed_words import house_words
from bot.planning.hours import Hours
from bot.planning.messages import keep_messages
from bot.store.contacts import Contact
from bot.store.db import insert_into, ring
from bot.store.deliveries import Delivery
from bot.store.destinations import Destination, Subscription

WATCHERS = ("coordinator", "admin")
"""Roles whose holders look after the network: they get alerts, and may sign in."""

_KEY_LENGTH = 80
_house = ""


def use(public_url: str) -> None:
    """Let alerts of this process lead to the pages of this installation from now on."""
    global _house
    _house = public_url


@dataclass(frozen=True, slots=True)
class Phrase:
    """A value of an alert that is a sentence itself: said in the reader's language."""

    text: str
    values: Mapping[str, object]


def phrase(msgid: str, /, **values: object) -> Phrase:
    """A sentence within an alert."""
    return Phrase(msgid, values)


def alert(
    session: Session,
    network: Network,
    key: str,
    title: str,
    text: str,
    /,
    *,
    url: str = "",
    path: str = "",
    urgent: bool = False,
    besides: str = "",
    only: str = "",
    draft: tuple[int, int] | None = None,
    does: str = "",
    broken: str = "",
    **values: object,
) -> int:
    """Tell all coordinators and admins something, in the way each prefers; returns how many are told now.

    `title` and `text` are msgids with the same `values`, `text` as Markdown; `url`, or the `path` of a page of ours,
    is where something can be done about it; `draft`, an id and a version, is one to be decided on in a chat. Each is
    told once for a `key`, however often it is said; not `besides`, a pseudonym, who knows it already, and `only` one,
    if it concerns nobody else. Who wants no personal messages gets none. What is not urgent waits for their hours.
    Over a `broken` medium nobody is told who can be told over another.
    """
    short = key if len(key) <= _KEY_LENGTH else hashlib.sha256(key.encode()).hexdigest()
    asked = _watchers().where(Contact.pseudonym != besides)
    watchers = session.execute(asked.where(Contact.pseudonym == only) if only else asked).all()
    if not watchers:
        return 0

    others = _other_ways(session, broken) if broken else {}
    url = url or (path and _house and f"{_house}{path}")

    def compose(language: Language) -> Message:
        return _compose(network, language, title, text, url, urgent, draft, does, values)

    languages = {str(watcher.language) for watcher in watchers}
    messages = keep_messages(session, f"alert:{short}", "alert", languages, compose, None)
    now = clock.now()
    rows = [
        {
            "item_id": None, "revision": 0, "message_id": messages[watcher.language],
            "recipient": watcher.pseudonym,
            **(others if watcher.sender == broken else {}).get(
                watcher.pseudonym, {"destination_id": watcher.id, "sender": watcher.sender}
            ),
            "purpose": "alert", "rhythm": "now", "reason": "alert", "urgent": urgent, "state": "queued",
            "due_at": Hours.parse(watcher.hours).due(now, now, urgent=urgent),
            "dedupe_key": f"alert:{short}:{watcher.pseudonym}", "created_at": now,
        }
        for watcher in watchers
    ]  # fmt: skip
    new = insert_into(session, Delivery).values(rows).on_conflict_do_nothing().returning(Delivery.id)
    told = len(session.scalars(new).all())
    if told:
        ring(session, "send")
    return told


def anybody(session: Session) -> bool:
    """Whether there is a coordinator or an admin to tell something."""
    return session.execute(_watchers().limit(1)).first() is not None


def _watchers() -> Select[str, Language, int, str, str]:
    return (
        select(Contact.pseudonym, Contact.language, Destination.id, Destination.sender, Subscription.hours)
        .join(Subscription, Subscription.contact_id == Contact.id)
        .join(Destination, Destination.id == Subscription.destination_id)
        .where(Contact.role.in_(WATCHERS), Contact.erased_at.is_(None), Subscription.rhythm != "off")
        .order_by(Contact.id)
    )


def _other_ways(session: Session, broken: str) -> dict[str, dict[str, object]]:
    """The way to each watcher that goes not over the medium that is broken, where there is one."""
    rows = session.execute(
        select(Contact.pseudonym, Destination.id, Destination.sender)
        .join(Destination, Destination.contact_id == Contact.id)
        .where(Contact.role.in_(WATCHERS), Destination.sender != broken, Destination.paused_until.is_(None))
        .order_by(Destination.id.desc())
    )
    return {pseudonym: {"destination_id": way, "sender": sender} for pseudonym, way, sender in rows}


def _compose(
    network: Network,
    language: Language,
    title: str,
    text: str,
    url: str,
    urgent: bool,
    draft: tuple[int, int] | None,
    does: str,
    values: dict[str, object],
) -> Message:
    values = {
        name: words.gettext(language, value.text, **value.values) if isinstance(value, Phrase) else value
        for name, value in values.items()
    }
    return Message(
        language=language,
        purpose="alert",
        label=words.gettext(language, "For coordinators"),
        title=words.gettext(language, title, **values),
        body=words.gettext(language, text, **values),
        actions=tuple(_actions(language, url, draft, does)),
        urgent=urgent,
        words=house_words(language, network),
    )


def _actions(language: Language, url: str, draft: tuple[int, int] | None, does: str) -> Iterator[Action]:
    """The link to the page, and in a chat the buttons: they are of the version that the alert speaks of."""
    look = f"open:draft:{draft[0]}" if draft else does
    if url or look:
        yield Action(label=words.gettext(language, "Look at it"), url=url, primary=True, does=look)
    if draft:
        number, version = draft
        yield Action(
            label=words.gettext(language, "Approve"), url="", does=f"open:approve:{number}:{version}"
        )
        yield Action(label=words.gettext(language, "Give back"), url="", does=f"open:return:{number}")
