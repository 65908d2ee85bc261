"""What was answered in threads as a mail to the workspace's mailbox: a summary for each item, each answer once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock, words
from bot.contracts import Entry, Fact, Language, Message, Section
from bot.conversation.chat.bridge import claim_replies
from bot.network import Network
from bot.planning.fixed_words import house_words
from bot.planning.messages import keep_messages
from bot.planning.offers import opening
from bot.planning.variants import variant
from bot.store.chats import ThreadReply
from bot.store.contacts import Contact
from bot.store.db import insert_into, ring
from bot.store.deliveries import Delivery
from bot.store.destinations import Destination
from bot.store.items import Item

QUIET, LONGEST = timedelta(minutes=10), timedelta(hours=1)
"""A thread is carried on when nobody wrote for so long, or its first answer waited for that long."""

MOST, EACH = 50, 1_500
"""Answers in one mail, and characters of one; the rest is in the thread."""

REASON = "place_bridge"


def carry_on(session: Session, network: Network, mailbox: str, language: Language) -> int:
    """Queue a mail for each item whose threads have new answers; returns how many mails that is.

    The answers are marked in the same transaction.
    """
    replies = claim_replies(session, QUIET, LONGEST)
    if not replies:
        return 0
    place_id = _mailbox(session, mailbox, language)
    for item_id, said in replies.items():
        _queue(session, network, place_id, session.get_one(Item, item_id), said, language)
    ring(session, "send")
    return len(replies)


def _queue(
    session: Session,
    network: Network,
    place_id: int,
    item: Item,
    replies: Sequence[ThreadReply],
    language: Language,
) -> None:
    key = f"bridge:{item.id}:{replies[0].id}"
    message = _compose(session, network, item, replies, language)
    ids = keep_messages(session, key, "bridge", [language], lambda _: message, None)
    # Of no item: a correction of it, or its withdrawal, must not hold back what people wrote.
    row = insert_into(session, Delivery).values(
        item_id=None, revision=0, message_id=ids[language], destination_id=place_id, sender="email",
        recipient=f"place-{place_id}", purpose="bridge", rhythm="now", reason=REASON, urgent=False,
        state="queued", due_at=clock.now(), attempts=0, doubts=0, dedupe_key=key, created_at=clock.now(),
    )  # fmt: skip
    session.execute(row.on_conflict_do_nothing())


def _compose(
    session: Session, network: Network, item: Item, replies: Sequence[ThreadReply], language: Language
) -> Message:
    details = item.content()
    _, title = variant(details.title, language)
    names = _names(session, replies)
    somebody = words.gettext(language, "Somebody in Slack")
    entries = tuple(
        _entry(reply, names.get(reply.contact_id or 0) or somebody, language) for reply in replies[:MOST]
    )
    left = len(replies) - len(entries)
    more = words.ngettext(language, "{n} more answer in Slack.", "{n} more answers in Slack.", left)
    return Message(
        language=language,
        label=words.gettext(language, "Answers in Slack"),
        title=title,
        preheader=words.ngettext(language, "{n} new answer", "{n} new answers", len(replies)),
        actions=opening(details, language),
        notes=(more,) if left else (),
        sections=(Section(title=words.gettext(language, "What was answered"), entries=entries),),
        words=house_words(language, network),
    )


def _entry(reply: ThreadReply, name: str, language: Language) -> Entry:
    return Entry(
        title=name,
        facts=(Fact(label=words.gettext(language, "Written"), when=clock.When(at=reply.written_at)),),
        notes=tuple(_cut(reply.said).splitlines()),
    )


def _cut(said: str) -> str:
    return said if len(said) <= EACH else f"{said[:EACH].rstrip()}…"


def _names(session: Session, replies: Sequence[ThreadReply]) -> dict[int, str]:
    known = {reply.contact_id for reply in replies if reply.contact_id}
    rows = session.execute(select(Contact.id, Contact.name).where(Contact.id.in_(known)))
    return {row.id: row.name for row in rows}


def _mailbox(session: Session, address: str, language: Language) -> int:
    """The destination that the workspace's mailbox is."""
    key = address.casefold()
    row = insert_into(session, Destination).values(
        sender="email", team="", address=address, address_key=key, languages=language, failures=0,
        created_at=clock.now(),
    )  # fmt: skip
    session.execute(row.on_conflict_do_nothing())
    mine = (Destination.sender == "email") & (Destination.team == "") & (Destination.address_key == key)
    return session.scalars(select(Destination.id).where(mine)).one()
