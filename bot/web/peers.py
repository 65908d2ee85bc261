"""Who is asking: the address of the client, and whether the request was made on this very machine."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from urllib.parse import urlsplit

from flask import request

from bot.settings import Settings, is_loopback

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def client_address(settings: Settings) -> str:
    """The client's IP address. `X-Forwarded-For` is believed only where TRUSTED_PROXIES wrote it.

    Each proxy adds the address it saw at the end, so the last one that is no trusted proxy is the client.
    """
    trusted = _networks(settings.trusted_proxies)
    client = ""
    for hop in (request.remote_addr or "", *reversed(_forwarded_for())):
        address = _address(hop)
        if address is None:  # whoever passed this on is all we know
            break
        client = str(address)
        if not any(address in network for network in trusted):
            break
    return client


def why_not_local(settings: Settings) -> str | None:
    """Why a request cannot be taken for one made on this machine itself, None when it can.

    docs/model.md, *Pages before sign-in*: peer, `Host` and PUBLIC_URL are loopback and no proxy spoke.
    """
    peer = _address(request.remote_addr or "")
    if peer is None or not peer.is_loopback:
        return "the request came from another machine"
    if not is_loopback(_hostname(f"//{request.headers.get('Host', '')}")):
        return "the address in the browser is not this machine's own"
    if any(
        name.lower() == "forwarded" or name.lower().startswith("x-forwarded") for name, _ in request.headers
    ):
        return "the request came through a proxy"
    if not is_loopback(_hostname(settings.public_url)):
        return "PUBLIC_URL is an address that others can reach"
    return None


def _forwarded_for() -> list[str]:
    return [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]


def _hostname(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _address(text: str) -> Address | None:
    """An IP address, out of its brackets and without a port; an IPv4 one in IPv6 clothes is unclothed."""
    bare = text[1:].partition("]")[0] if text.startswith("[") else text
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped if isinstance(mapped, ipaddress.IPv4Address) else address


@lru_cache(maxsize=8)
def _networks(proxies: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(proxy, strict=False) for proxy in proxies)
