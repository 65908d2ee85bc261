"""Personal links: signed tokens for a contact's own page, for one-click unsubscribe, and for signing in.

A token carries the contact's pseudonym and the version of their links, so that raising the version
revokes every link sent before. Page links expire; unsubscribe links never do (RFC 8058). Signatures use
real time, whatever clock a rehearsal shows.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from itsdangerous import BadData, SignatureExpired, Signer, TimestampSigner

PAGE_AGE = 180 * 24 * 3600
"""Seconds that a link to a contact's own page is good for."""

CALENDAR_AGE = 2 * 366 * 24 * 3600
"""Seconds that a contact's own calendar is good for: a program asks for it every few hours, for years."""


FILE_AGE = 2 * 366 * 24 * 3600
"""Seconds that the address of a picture or a file of an announcement is good for."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a token speaks for: valid while the contact's links have this version."""

    pseudonym: str
    version: int


class Links:
    """Makes and reads the links of one installation."""

    def __init__(self, secret_key: str, public_url: str) -> None:
        self._url = public_url
        self._page = TimestampSigner(secret_key, salt="silta.page")
        self._unsubscribe = Signer(secret_key, salt="silta.unsubscribe")
        self._calendar = TimestampSigner(secret_key, salt="silta.calendar")
        self._file = TimestampSigner(secret_key, salt="silta.file")
        self._sign_in = Signer(secret_key, salt="silta.sign-in")
        self._marks = hashlib.sha256(f"silta.delivery\0{secret_key}".encode()).digest()

    def inside(self, path: str) -> str:
        """The address of a page of ours."""
        return f"{self._url}{path}"

    def mark(self, text: str) -> str:
        """Sixteen small hex digits that only this installation can put to a text.

        Short and without capitals: it stands in a mail's return path, whose left part has 64 characters and
        may lose its case on the way.
        """
        return hmac.digest(self._marks, text.encode("utf-8", "replace"), "sha256").hex()[:16]

    def site(self, path: str) -> str:
        """The address of one of the installation's pages."""
        return f"{self._url}{path}"

    def page(self, pseudonym: str, version: int) -> str:
        """The address of the contact's own page."""
        return f"{self._url}/m/{self._page.sign(f'{pseudonym}.{version}').decode()}"

    def unsubscribe(self, pseudonym: str, version: int) -> str:
        """The address that stops all messages to the contact."""
        return f"{self._url}/unsubscribe/{self._unsubscribe.sign(f'{pseudonym}.{version}').decode()}"

    def sign_in(self, sign_in_id: int) -> str:
        """The address where a coordinator signs in; the row of that id says until when, and in which browser."""
        return f"{self._url}/sign-in/{self._sign_in.sign(str(sign_in_id)).decode()}"

    def calendar(self, pseudonym: str, version: int) -> str:
        """The address of the contact's own calendar."""
        return f"{self._url}/calendar/mine/{self._calendar.sign(f'{pseudonym}.{version}').decode()}.ics"

    def file(self, key: str) -> str:
        """The address of a picture or a file of an announcement."""
        return f"{self._url}/files/{self._file.sign(key).decode()}"

    def read_file(self, token: str) -> str | None:
        """The key of a file; empty when its address is too old, None when it is forged."""
        try:
            return self._file.unsign(token, max_age=FILE_AGE).decode("ascii", "replace")
        except SignatureExpired:
            return ""
        except BadData:
            return None

    def read_calendar(self, token: str) -> Bearer | None:
        """Whose calendar a token opens; None when it is forged or too old."""
        try:
            return _bearer(self._calendar.unsign(token, max_age=CALENDAR_AGE))
        except BadData:
            return None

    def read_page(self, token: str) -> Bearer | None:
        """Whose page a token opens; None when it is forged or too old."""
        try:
            return _bearer(self._page.unsign(token, max_age=PAGE_AGE))
        except BadData:
            return None

    def read_unsubscribe(self, token: str) -> Bearer | None:
        """Whose messages a token stops; None when it is forged."""
        try:
            return _bearer(self._unsubscribe.unsign(token))
        except BadData:
            return None

    def read_sign_in(self, token: str) -> int | None:
        """The id of the sign-in that a token is for; None when it is forged."""
        try:
            content = self._sign_in.unsign(token).decode("ascii", "replace")
        except BadData:
            return None
        return int(content) if content.isascii() and content.isdecimal() else None


def _bearer(content: bytes) -> Bearer | None:
    pseudonym, _, version = content.decode("ascii", "replace").rpartition(".")
    return Bearer(pseudonym, int(version)) if pseudonym and version.isdecimal() else None
