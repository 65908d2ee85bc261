"""Header fields as bytes: RFC 5322 structure, RFC 2047 words, nothing that could end a line early."""

from __future__ import annotations

import hashlib
import re
from email import base64mime
from email.header import Header
from email.utils import format_datetime

from bot import clock
from bot.contracts import Outgoing
from integrations.email.addresses import Mailbox
from integrations.email.links import uri
from integrations.email.neutral import one_line, shortened
from integrations.email.options import EmailOptions, named_mailbox

SUBJECT_LIMIT = 250  # Outlook and Exchange keep 255 characters
NAME_LIMIT = 100
_FOLD_AT = 60
_WORD_BYTES = 45  # what fits one base64 word of 75 characters (RFC 2047, 2); `Header` takes ten times as long
_KEY = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


def shared_fields(options: EmailOptions, *, bulk: bool) -> bytes:
    """The fields that every mail of this sender has; `bulk` is what many get, with a List-Id.

    Auto-Submitted (RFC 3834) and its Exchange counterpart (MS-OXCMAIL, 2.2.3.2.14) keep holiday answers
    away but let bounces through; so there is no need of the unregistered `Precedence`.
    """
    lines = [f"From: {author(options.mail_from)}"]
    if options.reply_to:
        lines.append(f"Reply-To: {author(options.reply_to)}")
    if bulk:
        lines.append(f"List-Id: <silta.{options.domain}>")  # RFC 2919
    lines += [
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: OOF, AutoReply",
        "MIME-Version: 1.0",
    ]
    return _block(lines)


def personal_fields(outgoing: Outgoing, to: Mailbox | None, domain: str, *, bulk: bool) -> bytes:
    """The fields that differ from reader to reader; without `to` (a preview of a bad address) no To.

    What is not `bulk` (a sign-in link) has no list to leave. The Message-ID is the same at every attempt.
    """
    lines = [
        *([f"To: {_named('To', outgoing.name, to)}"] if to else []),
        f"Message-ID: {message_id(outgoing.key, domain)}",
        f"Date: {format_datetime(clock.now())}",
    ]
    if bulk and (unsubscribe := outgoing.links.get("unsubscribe")):
        lines.append(f"List-Unsubscribe: <{uri(unsubscribe)}>")
        lines.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")  # RFC 8058
    return _block(lines)


def message_id(key: str, domain: str) -> str:
    """`<KEY@domain>`; a key that may not stand there is replaced by its digest, the same every time."""
    left = key if _KEY.fullmatch(key) else hashlib.sha256(key.encode(errors="replace")).hexdigest()[:40]
    return f"<{left}@{domain}>"


def author(text: str) -> str:
    """A sender's own address as a header has it: `=?utf-8?…?= <silta@example.org>`."""
    name, sender = named_mailbox(text)
    return _named("From", name, sender)


def unstructured(field: str, text: str) -> str:
    """The value of a field that is plain text (Subject), encoded and folded."""
    clean = shortened(one_line(text), SUBJECT_LIMIT)
    # ASCII that looks like an encoded word would be decoded by the reader into what it hides.
    if clean.isascii() and "=?" not in clean and len(clean) <= _FOLD_AT:
        return clean
    return _encoded(field, clean)


def _named(field: str, name: str, address: Mailbox) -> str:
    shown = shortened(one_line(name), NAME_LIMIT)
    if not shown:
        return str(address)
    if shown.isascii() and "=?" not in shown and len(shown) <= _FOLD_AT:
        escaped = shown.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}" <{address}>'
    return f"{_encoded(field, shown)}\r\n <{address}>"


def _encoded(field: str, text: str) -> str:
    raw = text.encode()
    if len(raw) <= _WORD_BYTES:
        return base64mime.header_encode(raw, "utf-8")
    return Header(text, "utf-8", header_name=field, maxlinelen=75).encode(linesep="\r\n")


def _block(lines: list[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode()
