"""The one outgoing HTTP client.

`fetch` reads one address that a source or its content named, and trusts nothing about it: private
addresses are refused on the connected socket, redirects are followed by hand, size and time have caps.
Its faults are drawn in `integrations.http_faults`. `trusted_session` is for addresses the administrator
configured (Slack, a mail provider).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import Url, parse_url

from bot import clock
from integrations.http_faults import (
    BadAddress,
    BadStatus,
    HttpFault,
    PrivateAddress,
    RobotsForbid,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    Unreachable,
)
from integrations.http_guard import PORTS, VISIT, GuardedAdapter, Visit

__all__ = [
    "USER_AGENT",
    "BadAddress",
    "BadStatus",
    "HttpFault",
    "Page",
    "PrivateAddress",
    "RobotsForbid",
    "TooLarge",
    "TooManyRedirects",
    "TooSlow",
    "Unreachable",
    "fetch",
    "retry_after",
    "trusted_session",
    "user_agent_with",
]

USER_AGENT = "Silta/0.1 (+https://innokaupungit.fi)"

_CHUNK = 64 * 1024
_MIB = 1024 * 1024
_LONGEST_WAIT = 86_400.0  # a server that asks for more is asked again tomorrow


@dataclass(frozen=True, slots=True)
class Page:
    """What came back: status 2xx or 304, the final address, headers (any case), the decompressed body.

    `certificate_ends` is the last instant of the certificate that the server showed.
    """

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes
    certificate_ends: datetime | None = None


def trusted_session() -> requests.Session:
    """A keep-alive session for addresses the administrator configured: no address guard, no retries."""
    session = requests.Session()
    session.headers["User-Agent"] = USER_AGENT
    return session


def user_agent_with(contact_url: str) -> str:
    """How Silta names itself to the servers it reads: with a page where its people can be reached."""
    return f"Silta/0.1 (+{contact_url})" if contact_url else USER_AGENT


def fetch(
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    parts: Mapping[str, str] | None = None,
    limit_bytes: int = 5 * _MIB,
    timeout: tuple[float, float] = (5.0, 20.0),
    deadline: float = 60.0,
    max_redirects: int = 5,
    allow_private: frozenset[str] = frozenset(),
    user_agent: str = USER_AGENT,
    before: Callable[[str], None] | None = None,
) -> Page:
    """GET an address from outside. `headers` go to every hop of a redirect: put no credentials in them.

    With `parts` it is a POST of multipart/form-data, each part a JSON document; a redirect is then refused.

    `timeout` is (connect, read) in seconds, `deadline` in seconds for everything together, so that a
    server which drips a byte at a time cannot hold us. `allow_private` holds "host:port" exceptions.
    `before` is called with the address of every hop, before it is asked, and may refuse it by an HttpFault; how long
    it takes is not counted.
    Behind a configured HTTP(S)_PROXY the name is checked where it resolves here, and the proxy is trusted.
    Raises a kind of HttpFault.
    """
    visit = Visit(allow_private, deadline)
    token = VISIT.set(visit)
    try:
        with requests.Session() as session:
            session.auth = _anonymous
            session.headers.update({"User-Agent": user_agent, "Accept-Encoding": "gzip, deflate"})
            session.headers.update(headers or {})
            session.mount("http://", GuardedAdapter())
            session.mount("https://", GuardedAdapter())
            for _ in range(max_redirects + 1):
                visit.check_name(_checked(url))
                if before:
                    visit.aside(partial(before, url))
                with session.request(
                    "POST" if parts else "GET", url, files=_files(parts), timeout=timeout, stream=True,
                    allow_redirects=False,
                ) as response:  # fmt: skip
                    onward = session.get_redirect_target(response)
                    if onward is not None and parts:
                        raise TooManyRedirects("the server sends us on, though we brought it something")
                    if onward is None:
                        return _page(response, limit_bytes, visit)
                    url = urljoin(response.url, onward)
            raise TooManyRedirects(f"the server sends us on more than {max_redirects} times")
    except (requests.RequestException, HTTPError, OSError, UnicodeError) as fault:
        if visit.overdue:
            raise _overdue() from fault
        raise Unreachable(f"the server cannot be reached ({_cause(fault)})") from fault
    finally:
        visit.close()
        VISIT.reset(token)


def _files(parts: Mapping[str, str] | None) -> dict[str, tuple[str, str, str]] | None:
    return {name: ("blob", text, "application/json") for name, text in parts.items()} if parts else None


def _checked(url: str) -> Url:
    try:
        target = parse_url(url)
    except LocationParseError as fault:
        raise BadAddress("the address is not a web address") from fault
    if target.scheme not in PORTS or not target.host:
        raise BadAddress("the address is not http or https")
    if target.auth is not None:
        raise BadAddress("the address carries a user name")
    return target


def _page(response: requests.Response, limit_bytes: int, visit: Visit) -> Page:
    status = response.status_code
    if not (200 <= status < 300 or status == 304):
        raise BadStatus(status, retry_after(response.headers))
    body = bytearray()
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) > limit_bytes:
            raise TooLarge(f"the answer is larger than {limit_bytes / _MIB:.3g} MiB")
    if visit.overdue:  # an answer without a length ends like a whole one when it is cut
        raise _overdue()
    certificate_ends = visit.certificates.get((urlsplit(response.url).hostname or "").lower())
    return Page(status, response.url, response.headers, bytes(body), certificate_ends)


def _overdue() -> TooSlow:
    return TooSlow("the server is too slow: it was given up before its answer was whole")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """`Retry-After` (RFC 9110 10.2.3), seconds or a date, as seconds from now."""
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value), _LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(0.0, (moment - clock.real_now()).total_seconds()), _LONGEST_WAIT)


def _anonymous(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """No credentials, so that requests does not look for some in ~/.netrc."""
    return request


def _cause(fault: BaseException) -> str:
    """The innermost reason in a few words, without object addresses."""
    while (deeper := fault.__cause__ or fault.__context__) is not None:
        fault = deeper
    return f"{type(fault).__name__}: {fault}"[:200]
