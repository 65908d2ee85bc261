"""From a delivery's row to what a sender needs: the message, the reason as a sentence, personal links."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from bot import reasons
from bot.contracts import Language, Message, Outgoing
from bot.delivery.edits import EDITABLE
from bot.delivery.threads import Thread, find_threads, shown_in_conversation
from bot.links import Links
from bot.network import Network
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery, MessageRow
from bot.store.destinations import Destination

Messages = tuple[Message, ...]
KEPT = 500

Roster = Callable[[Session, int, Sequence[Language]], tuple[str, ...]]


@dataclass(frozen=True)
class Stationery:
    """What every envelope of an installation has in common.

    `roster` says in plain lines who answered to an item, one for each language. Messages and reasons never
    change once they are said, so the newest are kept for the whole process.
    """

    network: Network
    links: Links
    installation: str
    zone: str
    roster: Roster | None = None
    _messages: dict[int, Messages] = field(default_factory=dict, repr=False)
    _reasons: dict[tuple[str, Language], str] = field(default_factory=dict, repr=False)

    def key(self, delivery_id: int) -> str:
        """The opaque name of a delivery towards the outside, the same at every attempt, and signed."""
        name = f"{self.installation}-{delivery_id}"
        return f"{name}-{self.links.mark(name)}"

    def read_key(self, key: str) -> int | None:
        """The delivery that a key names; None when it is forged or another installation's."""
        name, _, mark = key.casefold().rpartition("-")
        installation, _, number = name.rpartition("-")
        known = installation == self.installation and re.fullmatch(r"[0-9]{1,18}", number)
        return (
            int(number)
            if known and hmac.compare_digest(mark.encode(), self.links.mark(name).encode())
            else None
        )

    def reason(self, code: str, language: Language) -> str:
        """A reason as a sentence."""
        said = self._reasons.get((code, language))
        if said is None:
            said = self._reasons[code, language] = reasons.spoken(code, language, self.network)
        return said

    def messages(self, session: Session, ids: set[int]) -> dict[int, Messages]:
        """The messages with these ids, read where they are not known yet."""
        missing = ids - self._messages.keys()
        if missing:
            if len(self._messages) > KEPT:
                self._messages.clear()
                missing = ids
            rows = session.execute(
                select(MessageRow.id, MessageRow.content).where(MessageRow.id.in_(missing))
            )
            for key, content in rows:
                self._messages[key] = tuple(Message.model_validate(each) for each in content)
        return {key: self._messages[key] for key in ids}


def addressed() -> Select[*tuple[Any, ...]]:
    """Deliveries with what an envelope needs of them, their destination and its contact."""
    return (
        select(
            Delivery.id,
            Delivery.message_id,
            Delivery.reason,
            Delivery.expires_at,
            Delivery.destination_id,
            Delivery.item_id,
            Delivery.sender,
            Delivery.purpose,
            Delivery.dedupe_key,
            Destination.address,
            Destination.team,
            Destination.broadcast,
            Contact.name,
            Contact.timezone,
            Contact.pseudonym,
            Contact.links_version,
        )
        .join(Destination, Destination.id == Delivery.destination_id)
        .outerjoin(Contact, Contact.id == Destination.contact_id)
    )


def seal(
    session: Session,
    stationery: Stationery,
    rows: Sequence[Row[Any]],
    threads: Mapping[int, Thread] | None = None,
) -> list[Outgoing]:
    """The outgoing form of `addressed()` rows, as plain values that outlive the session, in the same order.

    `threads` are those of the rows, where they are known already.
    """
    messages = stationery.messages(session, {row.message_id for row in rows})
    known = find_threads(session, rows) if threads is None else threads
    rosters = _rosters(session, stationery, rows, messages)
    return [
        replace(
            _outgoing(stationery, row, messages[row.message_id], known.get(row.id)),
            roster=rosters.get((row.item_id, row.message_id), ()),
        )
        for row in rows
    ]


def _rosters(
    session: Session, stationery: Stationery, rows: Sequence[Row[Any]], messages: Mapping[int, Messages]
) -> dict[tuple[int | None, int], tuple[str, ...]]:
    """Who answered, for notices in a medium where that can be edited later, by item and message."""
    said: dict[tuple[int | None, int], tuple[str, ...]] = {}
    for row in rows:
        key = (row.item_id, row.message_id)
        editable = row.item_id is not None and row.purpose == "notice" and row.sender in EDITABLE
        if stationery.roster is not None and editable and key not in said:
            languages = [message.language for message in messages[row.message_id]]
            said[key] = stationery.roster(session, row.item_id, languages)
    return said


def _outgoing(stationery: Stationery, row: Row[Any], messages: Messages, thread: Thread | None) -> Outgoing:
    links = stationery.links
    personal = row.pseudonym is not None
    of = row.reason.partition(":")[2] if row.reason.startswith("sign_in:") else None
    return Outgoing(
        key=stationery.key(row.id),
        address=row.address,
        team=row.team,
        messages=messages,
        reason=stationery.reason("sign_in" if of else row.reason, messages[0].language),
        name=row.name if personal else "",
        zone=row.timezone if personal else stationery.zone,
        links=_links(links, row, of) if personal else {},
        thread=thread.ts if thread else None,
        broadcast=thread is not None and shown_in_conversation(row),
    )


def _links(links: Links, row: Row[Any], of: str | None) -> dict[str, str]:
    """A person's links. That for signing in stands in no message: it is made when the mail is, and alone."""
    if of:
        return {"sign_in": links.sign_in(int(of))}
    return {
        "page": links.page(row.pseudonym, row.links_version),
        "unsubscribe": links.unsubscribe(row.pseudonym, row.links_version),
    }
