"""The parts and fields of a letter, decoded leniently: whatever stands there, text comes out."""

from __future__ import annotations

from contextlib import suppress
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message

from integrations.mailbox.quoted import MOST, text_of_html


def text_of(letter: Message) -> str:
    """What a person wrote: the first plain part, or else the HTML one as text."""
    parts = [part for part in letter.walk() if not part.is_multipart() and not part.get_filename()]
    plain = next((part for part in parts if part.get_content_type() == "text/plain"), None)
    text = decoded_part(plain) if plain is not None else ""
    if text.strip():
        return text
    marked = next((part for part in parts if part.get_content_type() == "text/html"), None)
    return text_of_html(decoded_part(marked, MOST * 10)) if marked is not None else ""


def decoded_part(part: Message, most: int = MOST) -> str:
    """The text of a part, up to so many characters; an unknown encoding is read as UTF-8."""
    raw = part_bytes(part)
    try:
        return raw.decode(part.get_content_charset() or "utf-8", "replace")[:most]
    except (LookupError, ValueError):  # of a name with a NUL, too
        return raw.decode("utf-8", "replace")[:most]


def part_bytes(part: Message) -> bytes:
    """The body of a part; parts that were parsed as mails are written out again."""
    if part.is_multipart():
        inside = part.get_payload()
        return b"\n\n".join(each.as_bytes() for each in inside if isinstance(each, Message))
    raw = part.get_payload(decode=True)
    return raw if isinstance(raw, bytes) else b""


def field(letter: Message, name: str) -> str:
    """A field of the head, empty when it is missing."""
    return decoded(letter.get(name, ""))


def decoded(value: object) -> str:
    """A field's value as text on one line, RFC 2047 words decoded where they can be."""
    text = str(value)
    if "=?" in text:
        with suppress(HeaderParseError, LookupError, ValueError):
            text = str(make_header(decode_header(text)))
    return " ".join(text.split())
