"""The way from the fake Slack to an app: requests signed, timed and repeated as Slack does it.

An app has three seconds. A command or a press that is not answered by then is lost, and the person sees
an error; an event is sent again at once, after a minute and after five, under the same `event_id`.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from werkzeug.serving import WSGIRequestHandler, make_server

ACK_WITHIN = 3.0
APP = "A1"
VERIFICATION = "verification-token"
_FORM = "application/x-www-form-urlencoded"
_AFTER = (0.0, 60.0, 300.0)
"""When an event is sent again, in seconds after the first time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an app answered. `status` is 0 when it did not in time (`body`: timed out) or hung up."""

    status: int
    body: str
    seconds: float
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether it counts as an acknowledgement."""
        return 200 <= self.status < 300

    @property
    def data(self) -> dict[str, Any]:
        """The body's JSON object; empty when it is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


@dataclass
class Delivery:
    """One attempt to deliver an event, or one that is still to be made (`answer` is None)."""

    event_id: str
    number: int
    due: float
    envelope: dict[str, Any] = field(repr=False)
    reason: str = ""
    answer: Answer | None = None


class Door:
    """Sends an app what happens in Slack. `now` is Slack's time in seconds, which also signs."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._url = self._secret = ""
        self.patience = ACK_WITHIN
        self.skew = 0.0
        self.slow: list[tuple[str, float]] = []
        self.waiting: list[Delivery] = []
        self.deliveries: list[Delivery] = []
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)

    def connect(self, url: str, secret: str) -> None:
        """Send everything to this address, signed with this secret."""
        self._url, self._secret = url, secret

    def number(self) -> int:
        """A number that no call gave before, for ids."""
        with self._lock:
            return next(self._numbers)

    def form(self, fields: dict[str, str], what: str) -> Answer:
        """Send a form, as of a slash command; it is never sent again."""
        return self.send(urlencode(fields).encode(), _FORM, what)

    def payload(self, payload: dict[str, Any]) -> Answer:
        """Send an interaction, which is never sent again."""
        return self.form({"payload": json.dumps(payload)}, payload["type"])

    def event(self, envelope: dict[str, Any], repeat: int = 1) -> Answer:
        """Deliver an event; a refusal is met by one more attempt at once and two that wait for `retry_due`.

        `repeat` sends it that often however it is answered, as Slack does when an answer is lost.
        """
        for number in range(repeat - 1):
            self._deliver(Delivery(envelope["event_id"], number, self._now(), envelope, _why(number)))
        answer = self._deliver(
            Delivery(envelope["event_id"], repeat - 1, self._now(), envelope, _why(repeat - 1))
        )
        if repeat > 1 or answer.ok or answer.headers.get("x-slack-no-retry") == "1":
            return answer
        start, reason = self._now(), _reason(answer)
        first, *later = [
            Delivery(envelope["event_id"], number, start + after, envelope, reason)
            for number, after in enumerate(_AFTER, start=1)
        ]
        answer = self._deliver(first)
        if not answer.ok:
            self.waiting += later
        return answer

    def retry_due(self) -> list[Answer]:
        """Send again what is due by Slack's clock; one that is acknowledged is not sent any more."""
        due = [each for each in self.waiting if each.due <= self._now()]
        answers = []
        for each in due:
            if each not in self.waiting:
                continue
            self.waiting.remove(each)
            answers.append(self._deliver(each))
            if answers[-1].ok:
                self.waiting = [other for other in self.waiting if other.event_id != each.event_id]
        return answers

    def _deliver(self, delivery: Delivery) -> Answer:
        headers = {}
        if delivery.number:
            headers = {
                "X-Slack-Retry-Num": str(delivery.number),
                "X-Slack-Retry-Reason": delivery.reason,
            }
        body = json.dumps(delivery.envelope).encode()
        delivery.answer = self.send(body, "application/json", delivery.envelope["event"]["type"], headers)
        self.deliveries.append(delivery)
        return delivery.answer

    def send(
        self, body: bytes, kind: str, what: str, headers: dict[str, str] | None = None, signed: bool = True
    ) -> Answer:
        """Send any bytes; `signed=False` leaves the signature away."""
        assert self._url, "first: slack.connect(request_url, signing_secret)"
        stamp = str(int(self._now() + self.skew))
        base = b"v0:" + stamp.encode() + b":" + body
        signature = "v0=" + hmac.new(self._secret.encode(), base, hashlib.sha256).hexdigest()
        sent = {"Content-Type": kind, "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)"}
        if signed:
            sent |= {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}
        answer = _ask(self._url, body, sent | (headers or {}), self.patience)
        if answer.seconds > ACK_WITHIN or answer.body == "timed out":
            self.slow.append((what, answer.seconds))
        return answer


def _why(number: int) -> str:
    return "http_timeout" if number else ""


def _reason(answer: Answer) -> str:
    if answer.status:
        return "http_error"
    return "http_timeout" if answer.body == "timed out" else "connection_failed"


def _ask(url: str, body: bytes, headers: dict[str, str], patience: float) -> Answer:
    parts = urlsplit(url)
    made = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = made(parts.hostname or "", parts.port, timeout=patience)
    start = time.monotonic()
    try:
        connection.request("POST", parts.path or "/", body, headers)
        response = connection.getresponse()
        text = response.read().decode("utf-8", "replace")
        known = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, text, time.monotonic() - start, known)
    except TimeoutError:
        return Answer(0, "timed out", time.monotonic() - start)
    except (OSError, http.client.HTTPException) as why:
        return Answer(0, f"connection failed: {why}", time.monotonic() - start)
    finally:
        connection.close()


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        """Tests need no access log."""


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """Serve a WSGI app on a loopback port for as long as the block runs; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    # As servers for real have it: of more than werkzeug's 128 at once, some would wait a second for the kernel.
    server.socket.listen(1024)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
