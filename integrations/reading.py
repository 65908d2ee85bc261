"""How a source reads an address: conditionally, with good manners, and with faults that a coordinator understands."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from bot.contracts import Cursor, FaultKind, SourceFault, Surroundings
from integrations import http
from integrations.http_guard import PORTS
from integrations.http_manners import Robots

_BY_STATUS: Final[Mapping[int, FaultKind]] = {
    401: "refused",
    403: "refused",
    404: "gone",
    410: "gone",
    429: "limited",
    451: "refused",
}
_LONGEST_VALIDATOR = 500

ROBOTS = Robots()


def read(
    url: str,
    surroundings: Surroundings,
    *,
    known: Cursor | None = None,
    accept: str = "*/*",
    parts: Mapping[str, str] | None = None,
    limit_bytes: int = 5 * 1024 * 1024,
) -> http.Page:
    """GET an address, or POST `parts` to it as multipart/form-data. Answers 2xx, or 304 as `known` allows.

    Waits for the host's turn, and obeys its robots.txt; what is asked by POST is an interface and no page, and
    only waits. The administrator's own servers (`allow_private`) are asked without waiting.
    `known` is a cursor with `etag` and `modified`, as `validators` made it. Raises SourceFault.
    """
    hosts: list[str] = []

    def before(hop: str) -> None:
        hosts.append(hop)
        (in_turn if parts else _as_a_guest)(hop, surroundings)

    conditions = {"If-None-Match": "etag", "If-Modified-Since": "modified"} if known else {}
    stated = {header: str(known[name]) for header, name in conditions.items() if known and known.get(name)}
    try:
        page = http.fetch(
            url,
            headers={"Accept": accept, **stated},
            parts=parts,
            limit_bytes=limit_bytes,
            allow_private=surroundings.allow_private,
            user_agent=http.user_agent_with(surroundings.contact_url),
            before=before,
        )
    except http.HttpFault as fault:
        if fault.retry_after and hosts:
            _let_rest(hosts[-1], fault.retry_after, surroundings)
        raise SourceFault(str(fault), fault.retry_after, kind_of(fault)) from fault
    if page.status == 304 and not stated:
        raise SourceFault(
            "the server says nothing has changed, but we never had it (HTTP 304)", kind="broken"
        )
    return page


def _as_a_guest(url: str, surroundings: Surroundings) -> None:
    ROBOTS.check(url, partial(_rules, surroundings=surroundings))
    in_turn(url, surroundings)


def in_turn(url: str, surroundings: Surroundings) -> None:
    """Wait until the host of an address may be asked; the administrator's own servers may be at once."""
    if host := _strange_host(url, surroundings):
        surroundings.wait_for_turn(host)


def _let_rest(url: str, seconds: float, surroundings: Surroundings) -> None:
    """Leave a host alone for as long as it asks for (Retry-After): that binds all sources that are read from it."""
    if host := _strange_host(url, surroundings):
        surroundings.let_rest(host, seconds)


def _strange_host(url: str, surroundings: Surroundings) -> str:
    """The host of an address; empty for the administrator's own."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    ours = f"{host}:{parts.port or PORTS.get(parts.scheme)}" in surroundings.allow_private
    return "" if ours else host


def _rules(url: str, surroundings: Surroundings) -> bytes:
    return http.fetch(
        url,
        allow_private=surroundings.allow_private,
        user_agent=http.user_agent_with(surroundings.contact_url),
        before=partial(in_turn, surroundings=surroundings),
        timeout=(5.0, 10.0),
        deadline=20.0,
    ).body


def kind_of(fault: http.HttpFault) -> FaultKind:
    """What kind of trouble a fault of the client is, for whoever looks after the source."""
    if isinstance(fault, http.BadStatus):
        return _BY_STATUS.get(fault.status, "unreachable")
    if isinstance(fault, http.PrivateAddress | http.BadAddress):
        return "private"
    if isinstance(fault, http.RobotsForbid):
        return "robots"
    return "too_large" if isinstance(fault, http.TooLarge) else "unreachable"


def validators(page: http.Page) -> dict[str, str]:
    """The page's ETag and Last-Modified for the next cursor, as far as they can be sent back (RFC 9110 13.1)."""
    found = {"etag": page.headers.get("ETag"), "modified": page.headers.get("Last-Modified")}
    return {
        name: value
        for name, value in found.items()
        if value and value.isprintable() and len(value) < _LONGEST_VALIDATOR
    }
