"""What somebody left behind in chats: what they asked for there, claimed, and answered in threads."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.people.enrolment import BOUND
from bot.store.audit import Audit
from bot.store.chats import ChatHome, ChatRequestRow, IdentityClaim, ThreadReply
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery, MessageRow

NAMELESS = "–"


def forget(session: Session, contact: Contact) -> None:
    """Remove it all, also from the summaries that carried their answers on. Before their identity is removed."""
    _summaries(session, contact)
    mine = update(ThreadReply).where(ThreadReply.contact_id == contact.id)
    mine = mine.execution_options(synchronize_session=False)
    session.execute(mine.values(said="", contact_id=None, gone_at=clock.now()))
    session.execute(delete(ChatHome).where(ChatHome.contact_id == contact.id))
    users = _accounts(session, contact)
    claims = or_(IdentityClaim.user.in_(users), IdentityClaim.claimed_email == (contact.email_key or ""))
    session.execute(delete(IdentityClaim).where(claims))
    said = ChatRequestRow.data["person"]["user"].as_string().in_(users)
    session.execute(delete(ChatRequestRow).where(said).execution_options(synchronize_session=False))


def answered(session: Session, contact: Contact) -> list[dict[str, Any]]:
    """What is kept of their answers in threads, as JSON."""
    rows = session.scalars(
        select(ThreadReply).where(ThreadReply.contact_id == contact.id).order_by(ThreadReply.id)
    )
    return [{"at": row.written_at.isoformat(), "place": row.place, "said": row.said} for row in rows]


def _accounts(session: Session, contact: Contact) -> set[str]:
    """The accounts that are and were theirs, as the trail tells, but for those that are somebody else's by now."""
    bound = select(Audit.facts).where(Audit.action == BOUND, Audit.subject == contact.pseudonym)
    theirs = {
        str(facts[name]) for facts in session.scalars(bound) for name in ("user", "was") if name in facts
    }
    theirs |= {contact.slack_user_id} if contact.slack_user_id else set()
    others = select(Contact.slack_user_id).where(Contact.slack_user_id.in_(theirs), Contact.id != contact.id)
    return theirs - set(session.scalars(others))


def _summaries(session: Session, contact: Contact) -> None:
    """Take their name and words out of the mails that were composed for the workspace."""
    items = (
        select(Delivery.item_id)
        .join(ThreadReply, ThreadReply.delivery_id == Delivery.id)
        .where(ThreadReply.contact_id == contact.id)
        .distinct()
    )
    for item_id in session.scalars(items).all():
        kept = select(MessageRow).where(MessageRow.content_key.startswith(f"bridge:{item_id}:"))
        for row in session.scalars(kept):
            content = deepcopy(row.content)
            for message in content:
                for section in message["sections"]:
                    for entry in section["entries"]:
                        if entry["title"] == contact.name:
                            entry["title"], entry["notes"] = NAMELESS, []
            row.content = content
