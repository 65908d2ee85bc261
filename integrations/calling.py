"""Calls to an address that a source's options name, with a key: never led on elsewhere, and never into private nets.

`integrations.http.fetch` reads what anybody may read; this also writes, and says whether what broke may have
arrived.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import parse_url

from bot.contracts import FaultKind
from integrations import http
from integrations.http_faults import HttpFault
from integrations.http_guard import VISIT, GuardedAdapter, Visit
from integrations.reading import kind_of

_LIMIT = 2 * 1024 * 1024
_BEFORE_SENDING = (
    "NewConnectionError", "ConnectTimeoutError", "NameResolutionError", "SSLError", "ProxyError", "gaierror",
)  # fmt: skip


class Unreached(Exception):
    """Nothing was sent: the call may be made again. `kind` says why, for whoever looks after a source."""

    def __init__(self, said: str, kind: FaultKind = "unreachable") -> None:
        super().__init__(said)
        self.kind: FaultKind = kind


class Interrupted(Exception):
    """The line broke when the call may have arrived."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: a redirect is an answer too, to `location`. `data` is None for what is no JSON, and for what
    was `too_large` to be read."""

    status: int
    data: Any
    retry_after: float | None = None
    location: str = ""
    too_large: bool = False

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return 200 <= self.status < 300


def call(
    method: str,
    url: str,
    *,
    document: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    allow_private: frozenset[str] = frozenset(),
    timeout: tuple[float, float] = (5.0, 20.0),
    deadline: float = 40.0,
) -> Reply:
    """One request, with a JSON document or without. `timeout` and `deadline` are in seconds.

    Raises Unreached or Interrupted; their words never have the headers or the document.
    """
    visit = Visit(allow_private, deadline)
    token = VISIT.set(visit)
    try:
        with requests.Session() as session:
            session.auth = _anonymous
            session.headers.update({"User-Agent": http.USER_AGENT, "Accept": "application/json"})
            session.mount("http://", GuardedAdapter())
            session.mount("https://", GuardedAdapter())
            visit.check_name(parse_url(url))
            with session.request(
                method, url, json=document, headers=dict(headers or {}), timeout=timeout, stream=True,
                allow_redirects=False,
            ) as response:  # fmt: skip
                body = _body(response)
                if visit.overdue:  # an answer without a length ends like a whole one when it is cut
                    raise Interrupted("the server is too slow")
                return Reply(
                    response.status_code, None if body is None else _document(body),
                    http.retry_after(response.headers), response.headers.get("Location", ""), body is None,
                )  # fmt: skip
    except HttpFault as fault:
        raise Unreached(str(fault), kind_of(fault)) from None
    except LocationParseError as fault:
        raise Unreached(str(fault)) from None
    except (requests.RequestException, HTTPError, OSError) as fault:
        names = _names(fault)
        refused = next((each for each in names if isinstance(each, HttpFault)), None)
        said = str(refused) if refused else type(names[-1]).__name__
        if refused or any(type(each).__name__ in _BEFORE_SENDING for each in names):
            raise Unreached(said, kind_of(refused) if refused else "unreachable") from None
        raise Interrupted(said) from None
    finally:
        visit.close()
        VISIT.reset(token)


def _body(response: requests.Response) -> bytes | None:
    """The whole answer, None when it is larger than anything that is answered here."""
    body = bytearray()
    for chunk in response.iter_content(64 * 1024):
        body += chunk
        if len(body) > _LIMIT:
            return None
    return bytes(body)


def _document(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None


def _anonymous(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """No credentials of ~/.netrc."""
    return request


def _names(fault: BaseException) -> list[BaseException]:
    """The fault and what caused it, down to the first cause, with what urllib3 keeps in `reason`."""
    chain: list[BaseException] = []
    waiting: list[Any] = [fault]
    while waiting:
        each = waiting.pop(0)
        if isinstance(each, BaseException) and each not in chain:
            chain.append(each)
            waiting += [each.__cause__, each.__context__, getattr(each, "reason", None), *each.args]
    return chain
