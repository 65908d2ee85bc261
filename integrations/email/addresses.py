"""Mail addresses: what may stand in an envelope and a header, and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import idna

# RFC 5322 dot-atom, with RFC 6531's letters beyond ASCII. Quoted local parts are legal, unused, and the
# way in for injections: they are refused.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\U0010ffff-]+"
_LOCAL = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")


class BadAddress(ValueError):
    """The text is no mail address that a mail can be sent to."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A checked address: the domain is in ASCII (IDNA), the local part perhaps not."""

    local: str
    domain: str

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def international(self) -> bool:
        """Whether the server must offer SMTPUTF8 (RFC 6531)."""
        return not self.local.isascii()


def bounce_path(back: Mailbox, key: str) -> Mailbox:
    """Where a mail comes back to that cannot be delivered: `silta-bounces+KEY@example.org` (VERP).

    Without the key where an address cannot hold it; the Message-ID has it too.
    """
    local = f"{back.local}+{key}"
    fits = len(local) <= 64 and _LOCAL.fullmatch(local) is not None and local.isascii()  # RFC 5321, 4.5.3.1.1
    return Mailbox(local, back.domain) if key and fits else back


def mailbox(address: str) -> Mailbox:
    """Read a bare address such as `alice@example.org`. Raises BadAddress with the reason."""
    local, at, domain = address.strip(" ").rpartition("@")
    if not at:
        raise BadAddress("the address has no @")
    try:
        size = len(local.encode())
    except UnicodeEncodeError as fault:
        raise BadAddress("the address has a character that is none") from fault
    if size > 64 or not _LOCAL.fullmatch(local) or not local.isprintable():  # RFC 5321, 4.5.3.1.1
        raise BadAddress("the part before the @ is not that of a mail address")
    return Mailbox(local, _ascii_domain(domain))


@lru_cache(maxsize=2048)
def _ascii_domain(domain: str) -> str:
    """The domain as it stands in DNS. IDNA 2008: the older codec of Python sends ß to another domain."""
    if len(domain) > 253:
        raise BadAddress("the part after the @ is too long")
    try:
        host = domain.lower() if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except UnicodeError as fault:
        raise BadAddress("the part after the @ is not a domain") from fault
    if not _HOST.fullmatch(host) or any(len(label) > 63 for label in host.split(".")):
        raise BadAddress("the part after the @ is not a domain")
    return host
