"""Which mail of ours a letter may speak of: Message-IDs in its fields, in what it gives back, in its return path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message

from integrations.mailbox.parts import decoded, decoded_part, field

_MESSAGE_ID = re.compile(r"<([^<>@\s]{1,200})@[^<>\s]{1,255}>")
_HEADER_ID = re.compile(r"^Message-ID:\s*<([^<>@\s]{1,200})@", re.MULTILINE | re.IGNORECASE)
_VERP = re.compile(r"[^+@\s]{1,64}\+([^@\s]{1,200})@")


def return_keys(letter: Message) -> Iterator[str]:
    """What the return path carries: a bounce comes back to `bounce+<key>@…` (VERP)."""
    for name in ("X-Original-To", "Delivered-To", "Envelope-To", "To"):
        for value in letter.get_all(name) or []:
            yield from _VERP.findall(decoded(value)[:2000])


def answered_keys(letter: Message) -> Iterator[str]:
    """The mails a letter answers, the newest first (RFC 5322, 3.6.4)."""
    yield from _MESSAGE_ID.findall(field(letter, "In-Reply-To")[:4000])
    yield from reversed(_MESSAGE_ID.findall(field(letter, "References")[-8000:]))


def given_back_keys(letter: Message) -> Iterator[str]:
    """The Message-IDs of mails that a report gives back, whole, as headers, or as text."""
    for value in given_back(letter, "Message-ID"):
        yield from _MESSAGE_ID.findall(value[:2000])
    for part in letter.walk():
        if part.get_content_type() in {"text/plain", "text/rfc822-headers"} and not part.is_multipart():
            yield from _HEADER_ID.findall(decoded_part(part))


def given_back(letter: Message, name: str) -> list[str]:
    """A field of every mail inside a letter."""
    inside = [part for part in letter.walk() if part.get_content_type() == "message/rfc822"]
    mails = [mail for part in inside if part.is_multipart() for mail in part.get_payload()]
    return [
        decoded(value) for mail in mails if isinstance(mail, Message) for value in mail.get_all(name) or []
    ]
