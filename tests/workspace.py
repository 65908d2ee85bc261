"""The addresses that a Howspace workspace signs for the page inside it."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import quote

from tests.conftest import NOON

SECRET, OLD = "verysecret", "older-secret"
ORIGIN = "https://network.howspace.com"


def signed(
    email: str = "alice@example.org", *, secret: str = SECRET, name: str = "Alice", **more: str
) -> str:
    """The address as the workspace signs it."""
    said = {"userId": "u1", "firstName": name, "lastName": "Ä", "email": email, "pageUrl": ORIGIN}
    said |= {"time": str(int(NOON.timestamp()))} | more
    query = "&".join(f"{key}={quote(value, safe='')}" for key, value in said.items())
    return f"/embed/howspace?{query}&signature={sign(query, secret)}"


def sign(text: str, secret: str = SECRET) -> str:
    return hmac.digest(secret.encode(), text.encode(), hashlib.sha256).hex()
