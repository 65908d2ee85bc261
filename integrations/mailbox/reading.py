"""From the bytes of a letter to what it is: a bounce, a complaint, a reply, or something a machine wrote.

Everything in a letter is somebody else's word: it is decoded leniently, cut, and never trusted. Whether it
speaks of a delivery of ours shows only when its key is read (`bot.delivery.envelopes`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses, parseaddr

from bot.contracts import Automatic, Bounce, Complaint, Letter, MailReply
from integrations.mailbox.bounces import read_bounce
from integrations.mailbox.keys import answered_keys, given_back, given_back_keys, return_keys
from integrations.mailbox.parts import decoded, field, part_bytes, text_of
from integrations.mailbox.quoted import new_text

LIMIT = 1024 * 1024
"""Bytes of a letter that are looked at; what a reader wrote, and what a server reports, stands before that."""

_KEYS = 20
_MARKS = ("List-Id", "List-Unsubscribe", "X-Autoreply", "X-Autorespond", "X-Failed-Recipients")
_ROBOT = re.compile(
    r"^(mailer-daemon|postmaster|no-?reply|do-?not-?reply|daemon|bounces?)(\+|$)", re.IGNORECASE
)
_AWAY = re.compile(
    r"^\s*(automaattinen vastaus|poissaolo|poissa toimistolta|automatiskt svar|autosvar|frånvaro"
    r"|automatic reply|auto(matic)?[ -]?response|autoreply|out of (the )?office)",
    re.IGNORECASE,
)
_UNWANTED = {"abuse", "fraud", "virus", "other", "opt-out", "opt-out-list"}
"""Feedback types that are a reader's complaint; `not-spam` and `auth-failure` (RFC 6591) are none."""


def read(raw: bytes) -> Letter:
    """What a letter is. Raises nothing: what cannot be read is no letter of ours."""
    raw = raw[:LIMIT]
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    letter = message_from_bytes(raw)
    name = field(letter, "Message-ID").encode("utf-8", "replace")
    digest = hashlib.sha256(name + b"\n" + body.rstrip(b"\n")).hexdigest()
    return Letter(digest, _about(letter) if head else None)


def _about(letter: Message) -> Bounce | Complaint | MailReply | Automatic | None:
    kind = letter.get_content_type()
    report = str(letter.get_param("report-type") or "").lower() if kind == "multipart/report" else ""
    if report == "feedback-report":
        return _complaint(letter)
    why = _by_machine(letter, report)
    if why:
        keys = _some([*return_keys(letter), *given_back_keys(letter), *answered_keys(letter)])
        return read_bounce(letter, keys) or Automatic(why)
    keys = _some(answered_keys(letter))
    senders = letter.get_all("From") or []
    if not keys or len(senders) != 1:
        return None
    sender = parseaddr(str(senders[0]))[1]  # not decoded: a name could decode to another address
    return MailReply(keys, sender, new_text(text_of(letter))) if "@" in sender else None


def _by_machine(letter: Message, report: str) -> str:
    """Why a letter was written by a machine (RFC 3834, 2 and 5), empty when a person may have."""
    empty_path = letter["Return-Path"] is not None and field(letter, "Return-Path") == "<>"
    signs = {
        "a report": bool(report),
        "Auto-Submitted": field(letter, "Auto-Submitted").partition(";")[0].strip().lower() not in {"", "no"},
        "Precedence": field(letter, "Precedence").lower() in {"bulk", "junk", "list", "auto_reply"},
        "an empty return path": empty_path,
        **{name: letter[name] is not None for name in _MARKS},
        "a sender that is a machine": bool(
            _ROBOT.match(parseaddr(str(letter.get("From", "")))[1].partition("@")[0])
        ),
        "a holiday answer": bool(_AWAY.match(field(letter, "Subject"))),
    }
    return next((why for why, there in signs.items() if there), "")


def _complaint(letter: Message) -> Complaint | Automatic:
    """A feedback report (RFC 5965, 3): its fields, and the headers of the mail it is about."""
    for part in letter.walk():
        if part.get_content_type() != "message/feedback-report":
            continue
        fields = message_from_bytes(part_bytes(part))
        kind = field(fields, "Feedback-Type").strip().lower()
        if kind not in _UNWANTED:
            return Automatic(f"a feedback report of the type {kind[:20]}")
        recipients = [
            parseaddr(decoded(each).removeprefix("rfc822;"))[1]
            for name in ("Original-Rcpt-To", "Removal-Recipient")
            for each in fields.get_all(name) or []
        ]
        if not recipients:
            recipients = [address for _, address in getaddresses(given_back(letter, "To"))]
        found = _some(address for address in recipients if "@" in address)
        return Complaint(_some(given_back_keys(letter)), found, kind)
    return Automatic("a feedback report without its report")


def _some(found: Iterable[str]) -> tuple[str, ...]:
    """Each once, in order, and not without end."""
    return tuple(dict.fromkeys(found))[:_KEYS]
