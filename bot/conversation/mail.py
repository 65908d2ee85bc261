"""What a letter does: a bounce pauses, a complaint stops, a reply is a command. Each letter once.

Nothing here sends: a confirmation is a delivery like any other. What a machine wrote does nothing, and
nothing answers it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Automatic, Bounce, Complaint, Letter, MailReply
from bot.conversation.bounces import Found, find, take_bounce, take_complaint
from bot.conversation.commands import do
from bot.conversation.confirming import confirm
from bot.conversation.grammar import understand
from bot.conversation.speaker import Room, Speaker
from bot.delivery.envelopes import Stationery
from bot.store.contacts import email_key
from bot.store.db import insert_into
from bot.store.mailbox import MailSeen

KEPT = timedelta(days=400)
"""How long a letter is remembered, so that it does nothing a second time."""

FOREIGN = frozenset({"unknown", "another address"})
"""Notes of a bounce or complaint that speaks of no mail that we sent there."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a letter. `kind`: bounce, complaint, reply, automatic, other, or duplicate.

    `note` says what was done, or why nothing. `for_people`: a person should look at the letter.
    """

    kind: str
    note: str
    for_people: bool = False


def take_in(session: Session, stationery: Stationery, letter: Letter) -> Taken:
    """Do what a letter asks, in the transaction of the session, unless it was taken in before."""
    row = insert_into(session, MailSeen).values(
        digest=letter.digest, kind="", note="", for_people=False, seen_at=clock.now()
    )
    new = session.scalar(row.on_conflict_do_nothing().returning(MailSeen.digest))
    if new is None:  # perhaps its flag was lost with the line
        known = session.get_one(MailSeen, letter.digest)
        return Taken("duplicate", "seen before", known.for_people)
    taken = _take(session, stationery, letter)
    seen = session.get_one(MailSeen, letter.digest)
    if taken.note in FOREIGN and taken.kind != "reply":
        session.delete(seen)  # it did nothing: whoever sends such letters shall not fill our table
    else:
        seen.kind, seen.note, seen.for_people = taken.kind, taken.note, taken.for_people
    return taken


def forget_letters(session: Session) -> None:
    """Forget the letters that are too old to come again."""
    session.execute(delete(MailSeen).where(MailSeen.seen_at < clock.now() - KEPT))


def _take(session: Session, stationery: Stationery, letter: Letter) -> Taken:
    match letter.about:
        case Bounce() as bounce:
            return Taken("bounce", take_bounce(session, stationery, bounce))
        case Complaint() as complaint:
            return Taken("complaint", take_complaint(session, stationery, complaint))
        case MailReply() as reply:
            return _reply(session, stationery, letter.digest, reply)
        case Automatic(why=why):
            return Taken("automatic", why)
        case None:
            return Taken("other", "no answer to a mail of ours", for_people=True)


def _reply(session: Session, stationery: Stationery, digest: str, reply: MailReply) -> Taken:
    found = find(session, stationery, reply.keys)
    if found is None:
        return Taken("reply", "unknown", for_people=True)
    contact = found.contact
    if contact is None or contact.erased_at is not None:
        return Taken("reply", "nobody's any more")
    if email_key(reply.sender) not in {email_key(found.place.address), contact.email_key}:
        return Taken("reply", "another sender", for_people=True)
    return _obey(session, stationery, digest, reply, found)


def _obey(session: Session, stationery: Stationery, digest: str, reply: MailReply, found: Found) -> Taken:
    contact, network = found.contact, stationery.network
    if contact is None:
        raise LookupError("a reply to a mail that went to nobody")
    today = clock.now().astimezone(clock.zone(contact.timezone)).date()
    asked = understand(reply.text, today, network)
    who = Speaker(contact, found.delivery.item_id, "mail", "mail")
    said = do(session, Room(network, stationery.zone, stationery.links), who, asked)
    told = confirm(session, network, contact, found.place, said, digest)
    note = f"{type(asked).__name__}{'' if said.done else ', not done'}{'' if told else ', not confirmed'}"
    return Taken("reply", note, for_people=not said.done)
