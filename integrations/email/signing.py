"""DKIM (RFC 6376): mails signed with the sender's domain, where nothing on the way does it."""

from __future__ import annotations

import binascii

SIGNED = (
    *("From", "To", "Reply-To", "Subject", "Date", "Message-ID"),
    *(
        "MIME-Version",
        "Content-Type",
        "Auto-Submitted",
        "List-Id",
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
    ),
)
"""The fields under the signature: RFC 6376, 5.4.1; RFC 8058, 4 asks for the last two."""


class BadKey(ValueError):
    """The text is no RSA key that mails can be signed with."""


class Seal:
    """Signs mails for one domain with one key."""

    def __init__(self, domain: str, selector: str, key: str) -> None:
        """Raises BadKey for a key that is none."""
        from dkim.crypto import UnparsableKeyError, parse_pem_private_key  # two megabytes for those who sign

        self._domain, self._selector, self._key = domain.encode(), selector.encode(), key.encode()
        try:
            parse_pem_private_key(self._key)
        except (UnparsableKeyError, ValueError, TypeError, IndexError, KeyError, binascii.Error) as fault:
            remedy = "openssl genrsa -out dkim.pem 2048 makes one"
            raise BadKey(f"DKIM_KEY_FILE is not an RSA key in PEM: {remedy}") from fault

    def field(self, mail: bytes) -> bytes:
        """The DKIM-Signature of a mail with CRLF line ends, to be put above it. Costs some milliseconds."""
        import dkim

        present = mail.partition(b"\r\n\r\n")[0].lower()
        names = [
            name.lower().encode() for name in SIGNED if f"\r\n{name.lower()}:".encode() in b"\r\n" + present
        ]
        signature: bytes = dkim.sign(
            mail,
            self._selector,
            self._domain,
            self._key,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=names,
            linesep=b"\r\n",
        )
        return signature
