"""Bounces: who a mail did not reach, whether for good, and what the server said (RFC 3464, RFC 3463).

flufl.bounce finds the addresses, in standard reports and in the home-made ones of many servers. The status
code decides what "for good" means: a full mailbox (5.2.2), a mail too large (5.2.3, 5.3.4), its content
(5.6) or a policy (5.7) say nothing about the address, and count as passing.
https://www.iana.org/assignments/smtp-enhanced-status-codes
"""

from __future__ import annotations

import copy
import logging
import re
from collections.abc import Iterator
from email.message import Message
from email.utils import parseaddr

from flufl.bounce import all_failures

from bot.contracts import Bounce

_PASSING = re.compile(r"4\.|5\.(2\.[23]|3\.4|6\.|7\.)")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_KEPT = 300
_NOBODY = "unknown@invalid"

# It writes the whole traceback of each malformed letter to standard error, and raises it too.
logging.getLogger("flufl.bounce").disabled = True


def read_bounce(letter: Message, keys: tuple[str, ...]) -> Bounce | None:
    """The bounce that a letter is; None when nobody can be found in it whom a mail did not reach."""
    try:
        passing, lasting = all_failures(_with_plain_sender(letter))
    except Exception:  # its detectors raise whatever a malformed letter makes them raise
        return None
    recipients = tuple(sorted(each.decode("ascii", "replace") for each in {*passing, *lasting} if each))
    if not recipients:
        return None
    said = [*_reports(letter)]
    status = next((found[1] for text in said if (found := _STATUS.search(text))), "")
    for_good = bool(lasting) and not passing and not _PASSING.match(status)
    return Bounce(keys, recipients, for_good, " ".join(" ".join(said).split())[:_KEPT])


def _with_plain_sender(letter: Message) -> Message:
    """The letter, its sender being one that all detectors can read, also where it is broken or has bare 8-bit signs."""
    said = letter.get("From")
    address = parseaddr(str(said or ""))[1]
    if isinstance(said, str) and "@" in address:
        return letter
    plain = copy.deepcopy(letter)
    del plain["From"]
    plain["From"] = address if "@" in address and address.isascii() and address.isprintable() else _NOBODY
    return plain


def _reports(letter: Message) -> Iterator[str]:
    """Status and diagnostic of every recipient's block, the status first."""
    for part in letter.walk():
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            blocks = part.get_payload()
            for block in blocks if isinstance(blocks, list) else []:
                if isinstance(block, Message):
                    yield from (str(block[name]) for name in ("Status", "Diagnostic-Code") if block[name])
