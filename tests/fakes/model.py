"""A language model behind an OpenAI-compatible endpoint, on a port of its own.

    with FakeModel() as model:
        model.say("A summary.")
        ...ChatSummarizer(model.url, "small-model")

`asked` holds the documents that came, `keys` their Authorization headers. `answer(status, body)` and
`drip(seconds)` make it misbehave from now on.
"""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class FakeModel:
    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.status, self.body, self.seconds = 200, b"", 0.0
        self.say("A summary.")
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.fake = self  # type: ignore[attr-defined]
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def say(self, text: Any) -> None:
        """Answer with this text."""
        self.answer(
            200, json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]}).encode()
        )

    def answer(self, status: int, body: bytes) -> None:
        """Answer with these very bytes."""
        self.status, self.body, self.seconds = status, body, 0.0

    def drip(self, seconds: float) -> None:
        """Send the answer's headers and then nothing but a byte now and then, for so long."""
        self.seconds = seconds

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = 0.0
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:  # whoever asked has gone
            self.close_connection = True

    def do_POST(self) -> None:
        fake: FakeModel = self.server.fake  # type: ignore[attr-defined]
        if self.path != "/v1/chat/completions":
            self.send_error(404)
            return
        length = int(self.headers["Content-Length"])
        fake.asked.append(json.loads(self.rfile.read(length)))
        fake.keys.append(self.headers.get("Authorization"))
        self.send_response(fake.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(fake.body)))
        self.end_headers()
        until = time.monotonic() + fake.seconds
        try:
            while time.monotonic() < until and fake.seconds:
                self.wfile.write(b" ")
                time.sleep(0.05)
            self.wfile.write(fake.body)
        except OSError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        return
