"""Whom an outgoing request may meet, checked on the connected socket before anything is sent.

A name alone proves nothing: it can resolve differently a moment later (DNS rebinding). So the name is
checked first, to be quick and to not even knock at private doors, and the peer's address after it.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from ssl import SSLSocket, cert_time_to_seconds
from threading import Timer
from typing import Any, ClassVar

from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies, select_proxy
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util import Url

from bot import clock
from integrations.http_faults import PrivateAddress, Unreachable

PORTS = {"http": 80, "https": 443}

_NAT64 = IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_DOCUMENTATION = IPv6Network("3fff::/20")  # RFC 9637, not yet known to every Python we run on


def is_public(address: str) -> bool:
    """Whether an IP address lies in the public internet, looking through IPv4 embedded in IPv6.

    Shapes that carry an IPv4 address: mapped (RFC 4291 2.5.5.2), 6to4 (RFC 3056), NAT64 (RFC 6052).
    """
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        embedded = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            embedded = IPv4Address(int(ip) & 0xFFFFFFFF)
        if embedded is not None:
            ip = embedded
        elif ip not in _GLOBAL_UNICAST or ip in _DOCUMENTATION:
            return False
    return ip.is_global and not ip.is_multicast


class Visit:
    """One fetch: whom it may meet, and the sockets it opened, which are cut when its time is over.

    `allow_private` holds exceptions as "host:port", `deadline` is in seconds, without what is spent in `aside`.
    `overdue` tells afterwards whether the time ran out, `certificates` until when those of the hosts it met are good.
    """

    def __init__(self, allow_private: frozenset[str], deadline: float) -> None:
        self.overdue = False
        self.certificates: dict[str, datetime] = {}
        self._allow_private = allow_private
        self._sockets: list[socket.socket] = []
        self._left = deadline
        self._run()

    def _run(self) -> None:
        self._since = clock.monotonic()
        self._timer = Timer(self._left, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def aside(self, wait: Callable[[], None]) -> None:
        """Do what is no part of the fetch (waiting for a turn, obeying robots.txt) while its time stands still."""
        self._timer.cancel()
        self._left = max(0.0, self._left - (clock.monotonic() - self._since))
        try:
            wait()
        finally:
            self._run()

    def check_name(self, target: Url) -> None:
        """Refuse a name that resolves to nothing but private addresses, without connecting.

        A name that only the configured proxy can resolve is left to the proxy.
        Raises PrivateAddress or Unreachable.
        """
        host = (target.host or "").strip("[]")
        port = target.port or PORTS[target.scheme or "http"]
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except socket.gaierror as fault:
            if select_proxy(target.url, get_environ_proxies(target.url)):
                return
            raise Unreachable(f"the name {host} cannot be found") from fault
        addresses = [str(entry[4][0]) for entry in found]
        if not any(self._may_meet(host, port, address) for address in addresses):
            raise PrivateAddress(f"{host} leads to the private address {addresses[0]}")

    def admit(self, sock: socket.socket, connection: HTTPConnection) -> socket.socket:
        """Check whom a socket is connected to; a connection to a proxy is trusted. Raises PrivateAddress."""
        try:
            peer = sock.getpeername()[0]
            if connection.proxy is None and not self._may_meet(connection.host, connection.port, peer):
                raise PrivateAddress(f"{connection.host} leads to the private address {peer}")
            # A duplicate stays valid when TLS takes the socket over, and shuts the same connection.
            self._sockets.append(sock.dup())
        except BaseException:
            sock.close()
            raise
        if self.overdue:
            self._cut()
        return sock

    def close(self) -> None:
        """Stop the watch."""
        self._timer.cancel()
        self._timer.join()
        for sock in self._sockets:
            sock.close()

    def _may_meet(self, host: str, port: int, address: str) -> bool:
        name = f"[{host}]" if ":" in host else host.lower()
        return f"{name}:{port}" in self._allow_private or is_public(address)

    def _cut(self) -> None:
        self.overdue = True
        for sock in list(self._sockets):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:  # the other side was faster
                continue


VISIT: ContextVar[Visit] = ContextVar("visit")
"""The visit that this thread is on. Without one no guarded connection opens."""


class _PlainConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return VISIT.get().admit(super()._new_conn(), self)


class _TlsConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return VISIT.get().admit(super()._new_conn(), self)

    def connect(self) -> None:
        super().connect()
        certificate = self.sock.getpeercert() if isinstance(self.sock, SSLSocket) else None
        if ends := (certificate or {}).get("notAfter"):
            VISIT.get().certificates[self.host.lower()] = datetime.fromtimestamp(
                cert_time_to_seconds(str(ends)), UTC
            )


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class GuardedAdapter(HTTPAdapter):
    """requests' adapter over connections that ask the visit before they send."""

    pools: ClassVar = {"http": _PlainPool, "https": _TlsPool}

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self.pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = self.pools
        return manager
