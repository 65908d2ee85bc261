"""Creamailer's API v2, as its official SDK speaks it (github.com/Creamailer/creamailer-api-sdk, MIT).

Each request carries `X-Access-Token`, `X-Request-Timestamp` (Unix seconds, within 5 minutes of theirs) and
`X-Request-Signature`: hex HMAC-SHA256 over the full URL, the body and the timestamp. A key may ask 100 times an
hour; who asks more gets 429.

    answer              means
    200, 201, 204       done
    401, 403            token, secret or the key's rights are wrong: mend the settings
    404                 there is no such list
    422                 what was sent is not right: a fault of ours, or of one address
    429                 too often: wait as long as it says, or an hour
    5xx, no answer      theirs is broken: wait ten minutes
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import requests
from pydantic import BaseModel, ConfigDict, SecretStr

from bot import clock
from bot.contracts.newsletter import IMPORT_LIMIT, Leaf, Listed, ListFault, Newcomer
from integrations.http import trusted_session

PAGE = 1000
TIMEOUT = (5.0, 30.0)
LARGEST = 16 * 1024 * 1024
HOUR = 3600.0
BROKEN_FOR = 600.0

_MEND = "check CREAMAILER_TOKEN, CREAMAILER_SECRET and that the key may do this (read, write)"


class CreamailerOptions(BaseModel):
    """How Creamailer is reached; `list_id` is the letter's list."""

    model_config = ConfigDict(frozen=True)

    token: SecretStr
    secret: SecretStr
    list_id: str
    url: str = "https://api.cmfile.net"


class Creamailer:
    """One list at Creamailer (`bot.contracts.newsletter.NewsletterList`)."""

    def __init__(self, options: CreamailerOptions) -> None:
        self._options = options
        self._list = f"lists/{options.list_id}"
        self._session = trusted_session()

    def subscribers(self, page: int) -> Leaf:
        """A page of the subscribers, from 1, with all standings."""
        query = {"status": "all", "pagesize": PAGE, "page": page}
        return _leaf(self._ask("GET", f"{self._list}/subscribers", query), "status", "active")

    def suppressions(self, page: int) -> Leaf:
        """A page of the suppressed addresses, from 1."""
        return _leaf(self._ask("GET", "suppressions", {"pagesize": PAGE, "page": page}), "reason", "")

    def suppress(self, email: str) -> None:
        """Suppress an address. One that Creamailer does not take is none it could send to."""
        self._ask("POST", "suppressions", body={"email": email}, fine=(422,))

    def take(self, people: Sequence[Newcomer]) -> None:
        """Put people on the list."""
        if len(people) > IMPORT_LIMIT:
            raise ValueError(f"at most {IMPORT_LIMIT} at once")
        rows = [{"email": each.email, "name": each.name, "language": each.language} for each in people]
        self._ask("POST", f"{self._list}/subscribers/import", body={"subscribers": rows})

    def close(self) -> None:
        """Give the connection back."""
        self._session.close()

    def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        fine: Sequence[int] = (),
    ) -> Any:
        url = f"{self._options.url}/v2/api/{path}" + (f"?{urlencode(query)}" if query else "")
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode() if body else b""
        request = self._session.prepare_request(
            requests.Request(method, url, data=content or None, headers={"Accept": "application/json"})
        )
        if content:
            request.headers["Content-Type"] = "application/json"
        # Signed last: the address must be signed byte for byte as it is sent.
        request.headers.update(self._signed(str(request.url), content))
        try:
            answer = self._session.send(request, timeout=TIMEOUT, allow_redirects=False, stream=True)
            with answer:
                return _read(answer, fine)
        except requests.RequestException as fault:
            raise ListFault(f"Creamailer does not answer ({type(fault).__name__})", BROKEN_FOR) from fault

    def _signed(self, url: str, content: bytes) -> dict[str, str]:
        stamp = str(int(clock.real_now().timestamp()))
        key = self._options.secret.get_secret_value().encode()
        signature = hmac.new(key, url.encode() + content + stamp.encode(), hashlib.sha256).hexdigest()
        return {
            "X-Access-Token": self._options.token.get_secret_value(),
            "X-Request-Timestamp": stamp,
            "X-Request-Signature": signature,
        }


def _read(answer: requests.Response, fine: Sequence[int]) -> Any:
    """The answer's JSON, None where there is none. Raises ListFault."""
    status = answer.status_code
    if status in {401, 403}:
        raise ListFault(f"Creamailer refuses us (HTTP {status}): {_MEND}")
    if status == 404:
        raise ListFault("Creamailer has no such list: check CREAMAILER_LIST")
    if status == 429:
        raise ListFault("Creamailer asks us to wait", _wait(answer))
    if status >= 500:
        raise ListFault(f"Creamailer is broken at its end (HTTP {status})", BROKEN_FOR)
    if status in fine:
        return None
    if not 200 <= status < 300:
        raise ListFault(f"Creamailer does not take that (HTTP {status})")
    content = bytearray()
    for chunk in answer.iter_content(64 * 1024):
        content += chunk
        if len(content) > LARGEST:
            raise ListFault("Creamailer's answer is too large", BROKEN_FOR)
    if not content.strip():
        return None
    try:
        return json.loads(content)
    except ValueError as fault:
        raise ListFault("Creamailer's answer is not JSON", BROKEN_FOR) from fault


def _wait(answer: requests.Response) -> float:
    stated = answer.headers.get("Retry-After", "")
    return min(float(stated), 24 * HOUR) if stated.isascii() and stated.isdigit() else HOUR


def _leaf(answer: Any, field: str, otherwise: str) -> Leaf:
    """One page as Laravel pages it: `data`, and `meta.last_page` or `links.next`. Raises ListFault."""
    try:
        rows, meta, links = answer["data"], answer.get("meta") or {}, answer.get("links") or {}
        listed = [Listed(str(row["email"]), str(row.get(field) or otherwise)) for row in rows]
        if "last_page" in meta:
            return Leaf(listed, int(meta.get("current_page", 1)) >= int(meta["last_page"]))
        return Leaf(listed, not links.get("next"))
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise ListFault("Creamailer's answer is not the page it should be", BROKEN_FOR) from fault
