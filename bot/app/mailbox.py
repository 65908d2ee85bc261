"""The mailbox of this installation: what opens it, and the duty that reads it every minute."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.contracts import Letter, Mailbox
from bot.conversation.mailbox import read_mailbox
from bot.settings import Settings
from bot.work.duties import Memory, TimedDuty, every

if TYPE_CHECKING:
    from bot.app.house import House

EVERY = timedelta(minutes=1)


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


def mailbox_duties(house: House) -> list[TimedDuty]:
    """The duty `mailbox`, where one is configured."""
    if open_mailbox(house.settings) is None:
        return []

    def run(memory: Memory) -> Memory:
        mailbox = open_mailbox(house.settings)
        if mailbox is None:
            return memory
        try:
            count = read_mailbox(house.database, mailbox, read_letter, house.stationery)
        finally:
            mailbox.close()
        return {**memory, "letters": int(memory.get("letters", 0)) + count}

    return [TimedDuty("mailbox", every(EVERY), run)]
