"""A mail server for tests: strict, quick, and able to fail at every step of the conversation.

In a test `with FakeSmtp() as smtp:` runs it in threads on a free port of 127.0.0.1. As a process of its
own, `python -m tests.fakes.smtp --port 2525 --log mails.jsonl` writes a line for each mail it took.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self

from tests.fakes.smtp_session import Mail, Session

CERTIFICATE = Path(__file__).parent / "localhost.pem"
EXTENSIONS = ("PIPELINING", "SIZE 26214400", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")

Drop = Literal["greeting", "MAIL", "RCPT", "DATA", "content", "dot", "committed"]
"""Where the line breaks: at the greeting, instead of answering a command, in the middle of the mail,
after the whole mail without keeping it (`dot`), or having kept it, without an answer (`committed`)."""


@dataclass
class FakeSmtp:
    """The server. `security` is as in the sender's options; `login` is the name and password it wants.

    `per_connection` mails are taken over one connection, then comes 421; `delay` is in seconds before
    each reply; `window` in bytes keeps the client from writing far ahead of what the server has read.
    """

    port: int = 0
    security: Literal["starttls", "tls", "none"] = "none"
    login: tuple[str, str] | None = None
    extensions: tuple[str, ...] = EXTENSIONS
    keep: bool = True
    mails: list[Mail] = field(default_factory=list)
    connections: int = 0
    commands: Counter[str] = field(default_factory=Counter)
    on_mail: Callable[[Mail, bool], None] = lambda mail, dropped: None
    per_connection: int | None = None
    delay: float = 0.0
    window: int | None = None
    fault_rate: float = 0.0
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    _answers: dict[str, tuple[str, int | None]] = field(default_factory=dict)
    _drops: Counter[str] = field(default_factory=Counter)
    _open: dict[Session, threading.Thread] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    # -- verbs ------------------------------------------------------------------------------------

    def answer(self, to: str, reply: str, times: int | None = None) -> None:
        """Answer a command (`MAIL`, `DATA`, `AUTH` …), an address, `.` or `greeting` with this reply."""
        self._answers[to] = (reply, times)

    def drop(self, at: Drop, times: int = 1) -> None:
        """Break the line there, that many times."""
        self._drops[at] = times

    def without(self, *names: str) -> None:
        """Offer these extensions no more."""
        self.extensions = tuple(offer for offer in self.extensions if offer.split()[0] not in names)

    def hang_up(self) -> None:
        """Close every connection, as a server does that finds them idle."""
        for session in list(self._open):
            session.shut()

    # -- what a session asks ----------------------------------------------------------------------

    def answered(self, *to: str) -> str | None:
        """The reply set for the first of these that has one."""
        with self._lock:
            for name in to:
                reply, left = self._answers.get(name, ("", 0))
                if left is None or left > 0:
                    self._answers[name] = (reply, None if left is None else left - 1)
                    return reply
        return None

    def dropping(self, at: Drop) -> bool:
        """Whether the line is to break here and now."""
        with self._lock:
            if self._drops[at] > 0:
                self._drops[at] -= 1
                return True
            return (
                self.fault_rate > 0
                and at in {"DATA", "dot", "committed"}
                and self.chance.random() < self.fault_rate / 3
            )

    def take(self, mail: Mail, *, dropped: bool) -> None:
        """Keep a mail. Afterwards the server is responsible for it, whether or not it manages to say so."""
        with self._lock:
            if self.keep:
                self.mails.append(mail)
            self.on_mail(mail, dropped)

    def trust(self) -> ssl.SSLContext:
        """The server's side of TLS, with the certificate of this folder."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        return context

    # -- running ----------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=200)
        if self.window is not None:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.window)
            self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        self.port = self._listener.getsockname()[1]
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._listening.join(5)
        for session, thread in list(self._open.items()):
            session.shut()
            thread.join(5)

    def _listen(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            session = Session(self, sock, self.connections)
            thread = threading.Thread(target=self._serve, args=(session,), daemon=True)
            self._open[session] = thread
            thread.start()

    def _serve(self, session: Session) -> None:
        try:
            session.converse()
        finally:
            session.close()
            del self._open[session]


def main() -> None:
    """Run as a process: `{"rcpt", "message_id", "time", "dropped"}` is appended for each mail taken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--fault-rate", type=float, default=0.0, help="share of mails whose line is broken")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    log = os.open(asked.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def write(mail: Mail, dropped: bool) -> None:
        row = {"rcpt": mail.recipient, "message_id": mail.message_id, "time": time.time(), "dropped": dropped}
        os.write(log, (json.dumps(row) + "\n").encode())

    smtp = FakeSmtp(
        port=asked.port,
        keep=False,
        on_mail=write,
        fault_rate=asked.fault_rate,
        chance=random.Random(asked.seed),
    )
    with smtp:
        print(f"listening on 127.0.0.1:{smtp.port}", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
