"""HMAC signatures as the senders of webhooks write them: header, prefix, encoding and algorithm vary."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

Encoding = Literal["hex", "base64"]
Algorithm = Literal["sha256", "sha512"]

SHORTEST = 12


def _split(value: Any) -> Any:
    return value.split() if isinstance(value, str) else value


def _long_enough(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < SHORTEST:
        raise ValueError(f"must have at least {SHORTEST} characters")
    return secret


Secrets = Annotated[
    list[Annotated[SecretStr, AfterValidator(_long_enough)]], BeforeValidator(_split), Field(min_length=1)
]
"""One secret, or several split by spaces while one is rotated."""


def is_signed(
    signed: bytes,
    stated: str,
    secrets: Iterable[SecretStr],
    *,
    prefix: str = "",
    encoding: Encoding = "hex",
    algorithm: Algorithm = "sha256",
) -> bool:
    """Whether `stated` is the signature of these bytes under one of the secrets."""
    found = _decoded(stated.removeprefix(prefix), encoding) if stated.startswith(prefix) else b""
    right = [
        hmac.new(each.get_secret_value().encode(), signed, getattr(hashlib, algorithm)).digest()
        for each in secrets
    ]
    return any(hmac.compare_digest(found, each) for each in right)


def is_one_of(stated: str, secrets: Iterable[SecretStr]) -> bool:
    """Whether a word is one of the secrets, compared in constant time."""
    said = stated.encode("utf-8", "replace")
    return any(hmac.compare_digest(said, each.get_secret_value().encode()) for each in secrets)


def _decoded(text: str, encoding: Encoding) -> bytes:
    try:
        return bytes.fromhex(text) if encoding == "hex" else base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return b""
