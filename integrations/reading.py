"""How a source reads an address: conditionally, and with faults that a coordinator understands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.contracts import Cursor, FaultKind, SourceFault, Surroundings
from integrations import http

_BY_STATUS: Final[Mapping[int, FaultKind]] = {
    401: "refused",
    403: "refused",
    404: "gone",
    410: "gone",
    429: "limited",
    451: "refused",
}
_LONGEST_VALIDATOR = 500


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

    `known` is a cursor with `etag` and `modified`, as `validators` made it. Raises SourceFault.
    """
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
        )
    except http.HttpFault as fault:
        raise SourceFault(str(fault), fault.retry_after, kind_of(fault)) from fault
    if page.status == 304 and not stated:
        raise SourceFault(
            "the server says nothing has changed, but we never had it (HTTP 304)", kind="broken"
        )
    return page


def kind_of(fault: http.HttpFault) -> FaultKind:
    """What kind of trouble a fault of the client is, for whoever looks after the source."""
    if isinstance(fault, http.BadStatus):
        return _BY_STATUS.get(fault.status, "unreachable")
    if isinstance(fault, http.PrivateAddress | http.BadAddress):
        return "private"
    return "too_large" if isinstance(fault, http.TooLarge) else "unreachable"


def validators(page: http.Page) -> dict[str, str]:
    """The page's ETag and Last-Modified for the next cursor, as far as they can be sent back (RFC 9110 13.1)."""
    found = {"etag": page.headers.get("ETag"), "modified": page.headers.get("Last-Modified")}
    return {
        name: value
        for name, value in found.items()
        if value and value.isprintable() and len(value) < _LONGEST_VALIDATOR
    }
