"""Signing in by a one-time mailed link: for coordinators and admins, in the browser that asked.

The link's token names a row and nothing else. The row says until when it opens, in which browser, and
whether it was used; once used it is the session, and ends it. Everything here runs on real time, whatever
clock a rehearsal shows.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot import clock, words
from bot.contracts import Action, Language, Message
from bot.network import Network
from bot.people.mailing import mailbox
from bot.planning.alerts import WATCHERS
from bot.planning.fixed_words import house_words
from bot.planning.messages import keep_messages
from bot.store import audit
from bot.store.contacts import Contact, contact_by_email
from bot.store.db import ring
from bot.store.deliveries import Delivery
from bot.store.sign_ins import SignIn

LINK_AGE = timedelta(minutes=15)
SESSION_AGE = timedelta(days=7)
MOST = 5
"""Links that are mailed to one person within LINK_AGE, however often somebody asks."""

_FORGOTTEN = timedelta(days=90)

Standing = Literal["ready", "used", "late", "elsewhere", "unknown"]
"""How a link stands: it opens here, was used, is too old, was asked for in another browser, is none."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A session that has begun: its row, the secret that only this browser holds, and whose it is."""

    id: int
    nonce: str
    pseudonym: str


def ask(session: Session, network: Network, address: str, browser: str, origin: str) -> bool:
    """Mail a link to whoever has that address and a role that may sign in; returns whether one is mailed.

    `browser` is a secret that the asking browser keeps. Nobody is told whose address is whose: the callers
    answer the same, and the same is written and composed, whatever comes of it.
    """
    now = clock.real_now()
    contact = contact_by_email(session, address)
    well = contact is not None and contact.role in WATCHERS and contact.erased_at is None
    session.execute(delete(SignIn).where(SignIn.asked_at < now - _FORGOTTEN))
    lately = select(func.count()).where(SignIn.asked_at > now - LINK_AGE)
    few = session.scalars(lately.where(SignIn.contact_id == (contact.id if contact else 0))).one() < MOST
    language = contact.language if contact else "fi"
    messages = keep_messages(
        session, _key(network), "sign-in", {language}, lambda each: _compose(network, each), None
    )
    mailed = well and few
    who = contact.pseudonym if contact and well else "nobody"
    audit.record(session, who, "sign_in.asked", who, origin, mailed=mailed)
    if contact is not None and mailed:
        row = SignIn(contact_id=contact.id, browser=_digest(browser), asked_at=now, expires_at=now + LINK_AGE)
        session.add(row)
        session.flush()
        _mail(session, contact, row, messages[language])
    return mailed


def look(session: Session, sign_in_id: int, browser: str) -> Standing:
    """How a link stands for the browser that holds this secret; changes nothing."""
    row = session.get(SignIn, sign_in_id)
    if row is None:
        return "unknown"
    if row.used_at or row.ended_at:
        return "used"
    if row.expires_at <= clock.real_now():
        return "late"
    return "ready" if secrets.compare_digest(row.browser, _digest(browser)) else "elsewhere"


def enter(session: Session, sign_in_id: int, browser: str, origin: str) -> Entered | None:
    """Use a link, once: begin its session. None when it does not open here (any more).

    Other links of that person that were not used yet open nothing after it.
    """
    now, nonce = clock.real_now(), secrets.token_urlsafe(32)
    unused = (SignIn.used_at.is_(None), SignIn.ended_at.is_(None))
    contact_id = session.scalar(
        update(SignIn)
        .where(SignIn.id == sign_in_id, *unused, SignIn.expires_at > now, SignIn.browser == _digest(browser))
        .values(used_at=now, browser=_digest(nonce))
        .returning(SignIn.contact_id)
    )
    contact = session.get(Contact, contact_id) if contact_id is not None else None
    if contact is None or not _may(contact):
        return None
    session.execute(update(SignIn).where(SignIn.contact_id == contact.id, *unused).values(ended_at=now))
    audit.record(session, contact.pseudonym, "signed.in", f"sign-in {sign_in_id}", origin)
    return Entered(sign_in_id, nonce, contact.pseudonym)


def who(session: Session, sign_in_id: int, nonce: str) -> Contact | None:
    """Whose session it is; None when it has ended, by sign-out, age, erasure or a role that was lost."""
    row = session.execute(
        select(SignIn, Contact).join(Contact, Contact.id == SignIn.contact_id).where(SignIn.id == sign_in_id)
    ).first()
    if row is None:
        return None
    begun, contact = row
    lives = (
        begun.used_at is not None
        and begun.ended_at is None
        and begun.used_at > clock.real_now() - SESSION_AGE
        and secrets.compare_digest(begun.browser, _digest(nonce))
    )
    return contact if lives and _may(contact) else None


def leave(session: Session, sign_in_id: int, nonce: str, origin: str) -> None:
    """End a session, wherever its cookie may have been copied to."""
    contact = who(session, sign_in_id, nonce)
    if contact is not None:
        session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(ended_at=clock.real_now()))
        audit.record(session, contact.pseudonym, "signed.out", f"sign-in {sign_in_id}", origin)


def _may(contact: Contact) -> bool:
    return contact.role in WATCHERS and contact.erased_at is None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _mail(session: Session, contact: Contact, row: SignIn, message_id: int) -> None:
    """Queue the mail. The link itself is made when the mail is (`bot.delivery.envelopes`)."""
    now = clock.now()
    session.add(
        Delivery(
            item_id=None, revision=0, message_id=message_id, destination_id=mailbox(session, contact), sender="email",
            recipient=contact.pseudonym, purpose="sign-in", rhythm="now", reason=f"sign_in:{row.id}",
            urgent=True, state="queued", due_at=now, expires_at=now + LINK_AGE,
            dedupe_key=f"sign-in:{row.id}", created_at=now,
        )
    )  # fmt: skip
    ring(session, "send")


def _key(network: Network) -> str:
    said = _compose(network, "en").model_dump_json()
    return f"sign-in:{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def _compose(network: Network, language: Language) -> Message:
    said = words.gettext(
        language,
        "Open the link in the browser in which you asked for it, within {minutes} minutes. It works once.",
        minutes=int(LINK_AGE.total_seconds() // 60),
    )
    no_need = words.gettext(language, "If you did not ask to sign in, you need not do anything.")
    return Message(
        language=language,
        purpose="sign-in",
        label=network.name[language],
        title=words.gettext(language, "Your link to sign in"),
        preheader=said,
        body=said,
        actions=(Action(label=words.gettext(language, "Sign in"), url="", primary=True, personal="sign_in"),),
        notes=(no_need,),
        words=house_words(language, network),
    )
