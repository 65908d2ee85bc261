"""Mail that comes back: a mailbox read over IMAP, and what its letters are."""

from __future__ import annotations

from integrations.mailbox.imap import ImapMailbox, MailboxOptions
from integrations.mailbox.reading import LIMIT, read

__all__ = ["LIMIT", "ImapMailbox", "MailboxOptions", "read"]
