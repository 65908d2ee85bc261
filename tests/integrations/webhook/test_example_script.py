"""examples/send_webhook.py, run as a person would, against a server that answers with the real receiver."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from bot.contracts import Received
from tests.integrations.webhook.inbox import SECRET, RememberingInbox, webhook

SCRIPT = Path(__file__).parents[3] / "examples" / "send_webhook.py"


class _Server(HTTPServer):
    inbox: RememberingInbox


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = webhook().receive(Received(headers, body, self.path), self.server.inbox)
        self.send_response(answer.status)
        self.end_headers()
        self.wfile.write(json.dumps(answer.body).encode())

    def log_message(self, *args: object) -> None:
        """Keep the tests' output quiet."""


def run(port: int, secret: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"WEBHOOK_SECRET": secret, "PUBLIC_URL": f"http://127.0.0.1:{port}/", "no_proxy": "*"}
    command = [sys.executable, str(SCRIPT), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)


def test_the_script_sends_what_the_receiver_takes() -> None:
    inbox = RememberingInbox()
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.inbox = inbox
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            port = server.server_address[1]
            first = run(port, f"{SECRET} whsec_plJ3nmyCDGBKInavdOK15jsl0OStnHmTq3fK", "demo-1")
            wrong = run(port, "whsec_plJ3nmyCDGBKInavdOK15jsl0OStnHmTq3fK")
        finally:
            server.shutdown()
            thread.join()
    assert (first.returncode, first.stdout) == (0, '200 {"status": "accepted", "item": 7}\n'), first.stderr
    assert inbox.only.external_id == "demo-1"
    assert wrong.returncode == 1
    assert wrong.stdout.startswith("401 ")


def test_without_a_secret_it_says_what_is_missing() -> None:
    result = run(1, "")
    assert result.returncode == 1
    assert "WEBHOOK_SECRET is not set" in result.stderr
