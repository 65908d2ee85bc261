"""Read the mailbox: take every letter in, and mark it as seen when that is committed, never before."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.contracts import Automatic, Letter, Mailbox
from bot.conversation.mail import FOREIGN, Taken, forget_letters, take_in
from bot.delivery.envelopes import Stationery
from bot.log import logger
from bot.store.db import Database

_log = logger("mailbox")

TOGETHER = 20
"""Letters that are marked as seen together."""

Read = Callable[[bytes], Letter]
"""What says what a letter is, from its bytes."""

Offer = Callable[[bytes, Letter], Taken | None]
"""What lets the sources read a letter, and commits what it brings them; None when it is no source's."""


def _to_nobody(_raw: bytes, _letter: Letter) -> None:
    return None


def read_mailbox(
    database: Database, mailbox: Mailbox, read: Read, stationery: Stationery, offer: Offer = _to_nobody
) -> int:
    """Take in the letters not seen yet; returns how many. Raises MailboxFault, and what the database raises.

    What is not about our own mail is offered to the sources. Killed between commit and mark, it reads the same
    letters again, and they do nothing a second time. What a person should look at is flagged. A letter that
    breaks us is logged, flagged, and never in the way.
    """
    waiting: list[tuple[str, bool]] = []
    count = 0
    try:
        for arrived in mailbox.unseen():
            taken = _take(database, read, stationery, offer, arrived.raw)
            _log.info("letter", kind=taken.kind, note=taken.note)
            waiting.append((arrived.number, taken.for_people))
            count += 1
            if len(waiting) == TOGETHER:
                _mark(mailbox, waiting)
                waiting = []
    finally:  # what is committed is marked, whatever stopped us
        _mark(mailbox, waiting)
    if count:
        database.write(forget_letters)
    return count


def _take(database: Database, read: Read, stationery: Stationery, offer: Offer, raw: bytes) -> Taken:
    try:
        letter = read(raw)
        if isinstance(letter.about, Automatic | None) and (brought := offer(raw, letter)):
            return brought
        taken = database.write(lambda session: take_in(session, stationery, letter))
        return (offer(raw, letter) if taken.note in FOREIGN else None) or taken
    except (OperationalError, InterfaceError, PoolTimeout):
        raise  # the database is away: the letter waits where it is
    except Exception:
        _log.exception("letter broke")
        return Taken("broken", "could not be read", for_people=True)


def _mark(mailbox: Mailbox, letters: list[tuple[str, bool]]) -> None:
    for flag in (False, True):
        mailbox.mark_seen([number for number, people in letters if people is flag], flag=flag)
