"""Whether a letter is from whom it says: what our own mail server found out (RFC 8601)."""

from __future__ import annotations

from email.message import Message
from email.utils import getaddresses

from authres import AuthenticationResultsHeader

_STATED_BY = {"dmarc": ("header", "from"), "dkim": ("header", "d"), "spf": ("smtp", "mailfrom")}
"""Where each method states the domain that it vouches for."""


def sender_of(letter: Message) -> str:
    """The one address that a letter says it is from, in small letters; empty when there is none or several."""
    stated = getaddresses([str(field) for field in letter.get_all("From") or []])
    address = stated[0][1].lower() if len(stated) == 1 else ""
    return address if address.count("@") == 1 and address.isascii() else ""


def is_proven(letter: Message, sender: str, authserv: str) -> bool:
    """Whether the server called `authserv` vouches for the sender's domain by DMARC, DKIM or SPF.

    Only its topmost field counts: what stands below came with the letter, and anybody can write it (RFC 8601, 5).
    One that cannot be read may be ours: then nothing is proven.
    """
    domain = sender.partition("@")[2]
    for field in letter.get_all("Authentication-Results") or []:
        try:
            stated = AuthenticationResultsHeader.parse(
                f"Authentication-Results: {' '.join(str(field).split())}"
            )
        except Exception:  # its parser raises what a malformed field makes it raise
            return False
        if str(stated.authserv_id).lower() == authserv.lower():
            return any(_vouches(result, domain) for result in stated.results)
    return False


def _vouches(result: object, domain: str) -> bool:
    method = str(getattr(result, "method", "")).lower()
    if method not in _STATED_BY or str(getattr(result, "result", "")).lower() != "pass":
        return False
    for each in getattr(result, "properties", ()):
        if (str(each.type).lower(), str(each.name).lower()) == _STATED_BY[method]:
            found = str(each.value).lower().rpartition("@")[2].strip(" .")
            # A parent may vouch for its children: its owner rules their DNS as well.
            if found == domain or (found.count(".") >= 1 and domain.endswith(f".{found}")):
                return True
    return False
