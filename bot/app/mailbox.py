"""The mailbox of this installation: what opens it, and the duty that reads it every minute."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.app.kinds import check_options, integration
from bot.contracts import Letter, LetterReader, Mailbox, SourceFault
from bot.conversation.mail import Taken
from bot.conversation.mailbox import Offer, read_mailbox
from bot.intake.inbox import SourceInbox
from bot.log import logger
from bot.settings import Settings
from bot.store.sources import HOUSE_KIND, Source
from bot.work.duties import Memory, TimedDuty, every

if TYPE_CHECKING:
    from bot.app.house import House

EVERY = timedelta(minutes=1)

_log = logger("mailbox")


def open_mailbox(settings: Settings) -> Mailbox | None:
    """The mailbox that IMAP_HOST names, not connected yet; None when there is none."""
    if not (settings.imap_host and settings.imap_username and settings.imap_password):
        return None
    from integrations.mailbox import ImapMailbox, MailboxOptions

    options = MailboxOptions.model_validate(
        {
            "host": settings.imap_host, "port": settings.imap_port, "username": settings.imap_username,
            "password": settings.imap_password, "folder": settings.imap_folder,
            "security": settings.imap_security,
        }
    )  # fmt: skip
    return ImapMailbox(options)


def read_letter(raw: bytes) -> Letter:
    """What a letter is, from its bytes."""
    from integrations.mailbox import read

    return read(raw)


def offer_to_sources(house: House) -> Offer:
    """What lets the sources that know letters read one; the first that recognises it takes it."""
    readers = _readers(house)

    def offer(raw: bytes, letter: Letter) -> Taken | None:
        for source, reader in readers:
            heard = reader.read(raw)
            if heard is None:
                continue
            inbox = SourceInbox(
                house.database, house.network, source, house.settings.zone, house.settings.default_language,
                publish=None if heard.proven else "after_approval", corrects=heard.corrects,
            )  # fmt: skip
            receipt = f"letter:{letter.digest}"
            answers = inbox.accept(heard.reports, receipt) if heard.reports else ()
            said = ", ".join(answer.verdict for answer in answers) or "nothing"
            return Taken("source", f"{source.name}: {said}", for_people=heard.passed_over)
        return None

    return offer


def _readers(house: House) -> list[tuple[Source, LetterReader]]:
    """The sources that are not paused and know letters. One with wrong options is logged, and holds up no other."""
    with house.database.reading() as session:
        rows = session.scalars(
            select(Source).where(Source.paused.is_(False), Source.kind != HOUSE_KIND).order_by(Source.name)
        ).all()
    readers = []
    for row in rows:
        try:
            kind = integration(row.kind)
            if kind.letters:
                readers.append((row, kind.letters(check_options(kind, row.options), house.surroundings(row))))
        except SourceFault as fault:
            _log.warning("source cannot read letters", source=row.name, fault=fault.reason)
    return readers


def mailbox_duties(house: House) -> list[TimedDuty]:
    """The duty `mailbox`, where one is configured."""
    if open_mailbox(house.settings) is None:
        return []

    def run(memory: Memory) -> Memory:
        mailbox = open_mailbox(house.settings)
        if mailbox is None:
            return memory
        try:
            count = read_mailbox(
                house.database, mailbox, read_letter, house.stationery, offer_to_sources(house)
            )
        finally:
            mailbox.close()
        return {**memory, "letters": int(memory.get("letters", 0)) + count}

    return [TimedDuty("mailbox", every(EVERY), run)]
