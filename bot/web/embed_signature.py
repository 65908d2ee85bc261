"""The signature of the page inside a Howspace workspace: who is looking, as the workspace says it.

Howspace appends to the frame's address the HMAC-SHA256, in hex, of the query string without the signature
(https://help.howspace.com/en/articles/272078-custom-parameters-for-the-embed-widget). Whether it signs what
it sends or what that means before it is percent-encoded is not documented, so both are tried. Only the text
that was signed is ever read: a name that holds `&email=…` can then only say a thing twice, which is refused.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import unquote, unquote_plus, unquote_to_bytes

from bot.embed_settings import PARAMETERS

OLDEST, AHEAD = timedelta(hours=12), timedelta(minutes=5)
"""How old a page may be, and how far its clock may run ahead of ours."""

NAME_LIMIT, ADDRESS_LIMIT = 200, 320

Fault = Literal["unsigned", "forged", "twice", "stale"]


class Untrusted(Exception):
    """The address does not say who is looking: it has no signature or a wrong one, says a thing twice, or is old."""

    def __init__(self, why: Fault) -> None:
        super().__init__(why)
        self.why: Fault = why


@dataclass(frozen=True, slots=True)
class Signed:
    """What a workspace said of who is looking. `mark` names this very address; texts are as they came, cut."""

    name: str
    email: str
    mark: str
    at: datetime


def verify(query: bytes, secrets: Sequence[str], called: Mapping[str, str], now: datetime) -> Signed:
    """Who is looking, from the query string as it was received.

    `called` are names of parameters that differ from the usual, `now` is real time. Raises Untrusted.
    """
    names = {each: called.get(each, each) for each in PARAMETERS}
    pieces = query.split(b"&")
    ours = [at for at, piece in enumerate(pieces) if _name(piece) == names["signature"]]
    if len(ours) > 1:
        raise Untrusted("twice")
    if not ours or not (signature := pieces.pop(ours[0]).partition(b"=")[2].strip().lower()):
        raise Untrusted("unsigned")
    said = _verified(
        b"&".join(pieces), signature, secrets
    )  # byte by byte what was signed, with its empty pieces
    stated = [name for name, _ in said]
    if any(stated.count(name) > 1 for name in names.values()) or names["signature"] in stated:
        raise Untrusted("twice")
    values = dict(said)
    at = _moment(values.get(names["time"], ""))
    if at is None or not now - OLDEST <= at <= now + AHEAD:
        raise Untrusted("stale")
    whole = " ".join(f"{_said(values, names['firstName'])} {_said(values, names['lastName'])}".split())
    mark = hashlib.sha256(signature).hexdigest()[:16]
    # A plus may come as it is, and is decoded as a blank then: no address has one.
    email = _said(values, names["email"]).strip().replace(" ", "+")
    return Signed(whole[:NAME_LIMIT], email[:ADDRESS_LIMIT], mark, at)


def _verified(sent: bytes, signature: bytes, secrets: Sequence[str]) -> list[tuple[str, str]]:
    """The parameters of the text that was signed: as it was sent, or decoded. Raises Untrusted (forged)."""
    as_meant = unquote_to_bytes(sent)
    for secret in secrets:
        if hmac.compare_digest(hmac.digest(secret.encode(), sent, "sha256").hex().encode(), signature):
            return [_pair(piece, decode=True) for piece in sent.split(b"&")]
        if hmac.compare_digest(hmac.digest(secret.encode(), as_meant, "sha256").hex().encode(), signature):
            return [_pair(piece, decode=False) for piece in as_meant.split(b"&")]
    raise Untrusted("forged")


def _pair(piece: bytes, *, decode: bool) -> tuple[str, str]:
    name, _, value = piece.decode("utf-8", "replace").partition("=")
    return (unquote_plus(name), unquote_plus(value)) if decode else (name, value)


def _name(piece: bytes) -> str:
    return unquote(piece.partition(b"=")[0].decode("utf-8", "replace"))


def _said(values: Mapping[str, str], name: str) -> str:
    """A value; nothing for a macro that Howspace left as it is."""
    value = values.get(name, "")
    return "" if re.fullmatch(r"_HS_[A-Z_]+_", value) else value


def _moment(text: str) -> datetime | None:
    """Seconds since 1970."""
    return datetime.fromtimestamp(int(text), UTC) if re.fullmatch(r"[0-9]{1,11}", text) else None
