"""An IMAP server for tests (RFC 3501, as much as a reader needs), with a mailbox that can be looked into.

`with FakeImap() as imap:` runs it in threads on a free port of 127.0.0.1. It fails when it is told to:
`drop_at` breaks the line at a command, `deny` answers NO to one, `delay` waits before each reply.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

CERTIFICATE = Path(__file__).parent / "localhost.pem"

_COMMAND = re.compile(rb"(\S+) (?:(UID) )?(\S+)(?: (.*))?", re.DOTALL | re.IGNORECASE)
_PARTIAL = re.compile(rb"BODY(\.PEEK)?\[\]<(\d+)\.(\d+)>", re.IGNORECASE)


@dataclass
class Lying:
    """A letter in the mailbox."""

    number: int
    raw: bytes
    flags: set[str] = field(default_factory=set)


@dataclass
class FakeImap:
    """The server. Its one folder is `folder`; `login` is the name and password it wants."""

    login: tuple[str, str] = ("silta", "secret")
    folder: str = "INBOX"
    tls: bool = False
    delay: float = 0.0
    drop_at: str = ""
    deny: str = ""
    letters: list[Lying] = field(default_factory=list)
    commands: Counter[str] = field(default_factory=Counter)
    sent: int = 0

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._lines: list[socket.socket] = []
        accepting = threading.Thread(target=self._accept)
        accepting.start()
        self._threads.append(accepting)
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for line in self._lines:
            _hang_up(line)
        for thread in self._threads:
            thread.join(timeout=10)

    # -- verbs

    def put(self, *raw: bytes) -> None:
        """Let letters arrive."""
        for each in raw:
            self.letters.append(Lying(len(self.letters) + 1, each))

    def flags(self) -> list[set[str]]:
        """The flags of each letter."""
        return [letter.flags for letter in self.letters]

    # -- the wire

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            self._lines.append(line)
            thread = threading.Thread(target=self._serve, args=(line,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, line: socket.socket) -> None:
        try:
            if self.tls:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(CERTIFICATE)
                line = context.wrap_socket(line, server_side=True)
                self._lines.append(line)
            with line.makefile("rb") as reading:
                line.sendall(b"* OK IMAP4rev1 ready\r\n")
                while (said := reading.readline()) and self._answer(line, said.rstrip(b"\r\n")):
                    pass
        except (OSError, ssl.SSLError):
            pass
        finally:
            _hang_up(line)

    def _answer(self, line: socket.socket, said: bytes) -> bool:
        found = _COMMAND.fullmatch(said)
        if found is None:
            line.sendall(b"* BAD what?\r\n")
            return True
        tag, command, rest = found[1], found[3].decode().upper(), found[4] or b""
        self.commands[command] += 1
        time.sleep(self.delay)
        if command == self.drop_at:
            return False
        if command == self.deny:
            line.sendall(tag + b" NO not today\r\n")
            return True
        verb = getattr(self, f"_{command.lower()}", None)
        status = verb(line, rest) if verb else "BAD unknown"
        line.sendall(tag + b" " + status.encode() + b"\r\n")
        return command != "LOGOUT"

    def _capability(self, line: socket.socket, _rest: bytes) -> str:
        line.sendall(b"* CAPABILITY IMAP4rev1\r\n")
        return "OK done"

    def _login(self, _line: socket.socket, rest: bytes) -> str:
        name, password = (part.strip(b'"').decode() for part in rest.split(b" ", 1))
        return (
            "OK done" if (name, password) == self.login else "NO [AUTHENTICATIONFAILED] Invalid credentials"
        )

    def _select(self, line: socket.socket, rest: bytes) -> str:
        if rest.strip(b'"').decode() != self.folder:
            return "NO [NONEXISTENT] No such mailbox"
        line.sendall(f"* {len(self.letters)} EXISTS\r\n* FLAGS (\\Seen \\Flagged)\r\n".encode())
        return "OK [READ-WRITE] opened"

    def _search(self, line: socket.socket, _rest: bytes) -> str:
        unseen = [str(each.number) for each in self.letters if r"\Seen" not in each.flags]
        line.sendall(f"* SEARCH {' '.join(unseen)}".rstrip().encode() + b"\r\n")
        return "OK done"

    def _fetch(self, line: socket.socket, rest: bytes) -> str:
        letter = self._letter(rest)
        asked = _PARTIAL.search(rest)
        if letter is None or asked is None:
            return "OK done"
        begin, length = int(asked[2]), int(asked[3])
        raw = letter.raw[begin : begin + length]
        if not asked[1]:
            letter.flags.add(r"\Seen")
        head = f"* {letter.number} FETCH (UID {letter.number} BODY[]<{begin}> {{{len(raw)}}}\r\n"
        line.sendall(head.encode() + raw + b")\r\n")
        self.sent += len(raw)
        return "OK done"

    def _store(self, line: socket.socket, rest: bytes) -> str:
        numbers, _, flags = rest.partition(b" ")
        for number in numbers.split(b","):
            letter = self._letter(number)
            if letter is not None:
                letter.flags.update(re.findall(r"\\\w+", flags.decode()))
                line.sendall(f"* {letter.number} FETCH (FLAGS ({' '.join(letter.flags)}))\r\n".encode())
        return "OK done"

    def _noop(self, _line: socket.socket, _rest: bytes) -> str:
        return "OK done"

    def _expunge(self, _line: socket.socket, _rest: bytes) -> str:
        return "OK done"

    def _logout(self, line: socket.socket, _rest: bytes) -> str:
        line.sendall(b"* BYE\r\n")
        return "OK done"

    def _letter(self, rest: bytes) -> Lying | None:
        number = int(rest.split(b" ")[0])
        return next((each for each in self.letters if each.number == number), None)


def _hang_up(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()
