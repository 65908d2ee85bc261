"""Creamailer's API v2 on a port of its own: strict about signatures, its clock, its limits and its paging.

    with FakeCreamailer() as service:
        service.subscribe("alice@example.org")
        ...Creamailer(CreamailerOptions(token=service.token, secret=service.secret, list_id="7", url=service.url))

`answer_with(status)` refuses whatever comes next. Requests are kept in `requests`, oldest first.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot import clock
from tests.fakes.served import Served

AN_HOUR, DRIFT = timedelta(hours=1), 300
HOURLY, IMPORT = 100, 500


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    body: Any


class FakeCreamailer(Served):
    def __init__(self, list_id: str = "7") -> None:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        server.fake = self  # type: ignore[attr-defined]
        super().__init__(server)
        self.token, self.secret, self.list_id = "token-of-the-fake", "secret-of-the-fake", list_id
        self.subscribers: dict[str, str] = {}
        self.suppressed: dict[str, str] = {}
        self.requests: list[Request] = []
        self.asked: list[datetime] = []
        self.refusals: list[tuple[int, dict[str, str], bytes]] = []
        self.rights = {"read", "write"}
        self.now: Callable[[], datetime] = clock.real_now

    def subscribe(self, *emails: str, status: str = "active") -> None:
        self.subscribers.update(dict.fromkeys(emails, status))

    def suppress(self, email: str, reason: str = "manual") -> None:
        self.suppressed[email] = reason

    def answer_with(self, status: int, body: bytes = b"{}", **headers: str) -> None:
        """Refuse the next request."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.refusals.append((status, named, body))

    def pageful(self, rows: list[dict[str, str]], query: dict[str, str]) -> dict[str, Any]:
        """A page as Laravel makes it."""
        size, page = int(query.get("pagesize", "100")), int(query.get("page", "1"))
        last = max(1, -(-len(rows) // size))
        return {
            "data": rows[(page - 1) * size : page * size],
            "links": {"next": f"{self.url}?page={page + 1}" if page < last else None},
            "meta": {"current_page": page, "last_page": last, "total": len(rows)},
        }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:  # type: ignore[override]
        """Say nothing."""

    def do_GET(self) -> None:
        self._take("GET")

    def do_POST(self) -> None:
        self._take("POST")

    def _take(self, method: str) -> None:
        fake: FakeCreamailer = self.server.fake  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if fake.refusals:
            status, headers, content = fake.refusals.pop(0)
            return self._answer(status, content, headers)
        status, answer = self._judge(fake, method, body)
        return self._answer(
            status, json.dumps(answer).encode(), {"Retry-After": "1200"} if status == 429 else {}
        )

    def _judge(self, fake: FakeCreamailer, method: str, body: bytes) -> tuple[int, Any]:
        now = fake.now()
        stamp = self.headers.get("X-Request-Timestamp", "")
        signed = f"{fake.url}{self.path}".encode() + body + stamp.encode()
        right = hmac.new(fake.secret.encode(), signed, hashlib.sha256).hexdigest()
        if self.headers.get("X-Access-Token") != fake.token:
            return 401, {"message": "Unknown token"}
        if not stamp.isdigit() or abs(now.timestamp() - int(stamp)) > DRIFT:
            return 401, {"message": "Timestamp is not within five minutes"}
        if not hmac.compare_digest(right, self.headers.get("X-Request-Signature", "")):
            return 401, {"message": "Signature is wrong"}
        fake.asked = [at for at in fake.asked if now - at < AN_HOUR]
        if len(fake.asked) >= HOURLY:
            return 429, {"message": "Too Many Attempts."}
        fake.asked.append(now)
        if ("read" if method == "GET" else "write") not in fake.rights:
            return 403, {"message": "This key may not do that"}
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        content = json.loads(body) if body else None
        fake.requests.append(Request(method, parts.path, query, content))
        return self._serve(fake, method, parts.path.removeprefix("/v2/api/"), query, content)

    def _serve(
        self, fake: FakeCreamailer, method: str, path: str, query: dict[str, str], content: Any
    ) -> tuple[int, Any]:
        ours = f"lists/{fake.list_id}/subscribers"
        if (method, path) == ("GET", ours):
            if int(query.get("pagesize", "100")) > 1000:
                return 422, {"message": "pagesize is at most 1000"}
            wanted = query.get("status", "active")
            rows = [
                {"email": email, "status": status}
                for email, status in fake.subscribers.items()
                if wanted in {"all", status}
            ]
            return 200, fake.pageful(rows, query)
        if (method, path) == ("POST", f"{ours}/import"):
            people = content["subscribers"]
            if not 0 < len(people) <= IMPORT:
                return 422, {"message": "1 to 500 subscribers"}
            for each in people:
                fake.subscribers.setdefault(each["email"], "active")
            return 200, {"imported": len(people)}
        if (method, path) == ("GET", "suppressions"):
            rows = [{"email": email, "reason": why} for email, why in fake.suppressed.items()]
            return 200, fake.pageful(rows, query)
        if (method, path) == ("POST", "suppressions"):
            if "@" not in content.get("email", ""):
                return 422, {"message": "The email must be a valid email address."}
            fake.suppress(content["email"])
            return 201, {"data": content}
        return 404, {"message": "Not found"}

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
