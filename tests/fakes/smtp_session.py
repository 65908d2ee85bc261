"""One conversation of the fake mail server, from greeting to the end of the line (RFC 5321)."""

from __future__ import annotations

import base64
import contextlib
import re
import socket
import struct
import time
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import TYPE_CHECKING, Literal, Never

if TYPE_CHECKING:
    from tests.fakes.smtp import FakeSmtp

_ENVELOPE = re.compile(r"(?:FROM|TO):<([^<>]*)>(.*)", re.IGNORECASE)
_ONCE = (b"from", b"to", b"date", b"message-id", b"subject")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail that the server took. `raw` is as written, with dots undoubled."""

    sender: str
    recipient: str
    raw: bytes
    connection: int
    encrypted: bool

    @property
    def message(self) -> EmailMessage:
        """The mail as a reader's program understands it."""
        return message_from_bytes(self.raw, EmailMessage, policy=default)

    @property
    def message_id(self) -> str:
        """The Message-ID as written."""
        found = re.search(rb"^Message-ID: (\S+)", self.raw, re.MULTILINE | re.IGNORECASE)
        return found.group(1).decode() if found else ""


class HungUp(Exception):
    """The conversation is over."""


class Session:
    """Reads commands, pipelined or not, and answers them; breaks off where the server is told to."""

    def __init__(self, server: FakeSmtp, sock: socket.socket, number: int) -> None:
        self.server, self.sock, self.number = server, sock, number
        self.inward, self.outward = b"", b""
        self.encrypted = False
        self.welcome = server.login is None
        self.taken = 0
        self.sender: str | None = None
        self.recipient: str | None = None
        self.parameters = ""

    def converse(self) -> None:
        """Serve until either side has enough."""
        try:
            if self.server.security == "tls":
                self.encrypt()
            if self.server.dropping("greeting"):
                self.break_off()
            greeting = self.server.answered("greeting") or "220 localhost ESMTP"
            self.say(greeting)
            while greeting.startswith("220"):
                self.obey(self.line().decode("utf-8", "surrogateescape"))
            self.flush()
        except (HungUp, OSError):
            with contextlib.suppress(OSError):
                self.flush()

    def close(self) -> None:
        """Close the line."""
        self.sock.close()

    def shut(self) -> None:
        """End the conversation from another thread."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)

    # -- the wire ---------------------------------------------------------------------------------

    def say(self, reply: str) -> None:
        if self.server.delay:
            time.sleep(self.server.delay)
        self.outward += reply.encode() + b"\r\n"
        if reply.startswith("421"):
            raise HungUp

    def flush(self) -> None:
        if self.outward:
            self.sock.sendall(self.outward)
            self.outward = b""

    def receive(self) -> None:
        self.flush()
        more = self.sock.recv(65536)
        if not more:
            raise HungUp
        self.inward += more

    def line(self) -> bytes:
        while b"\r\n" not in self.inward:
            self.receive()
        line, _, self.inward = self.inward.partition(b"\r\n")
        return line

    def break_off(self) -> Never:
        """Reset the connection, as a crash does: what is in the air is lost."""
        self.outward = b""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise HungUp

    def encrypt(self) -> None:
        self.flush()
        self.sock = self.server.trust().wrap_socket(self.sock, server_side=True)
        self.encrypted = True

    # -- the commands -----------------------------------------------------------------------------

    def obey(self, command: str) -> None:
        verb = command.split(" ", 1)[0].upper()
        self.server.commands[verb] += 1
        if verb in {"MAIL", "RCPT", "DATA"} and self.server.dropping(verb):  # type: ignore[arg-type]
            self.break_off()
        refusal = None if verb == "RCPT" else self.server.answered(verb)
        if refusal is not None:
            self.say(refusal)
            return
        match verb:
            case "EHLO":
                self.hello()
            case "STARTTLS":
                self.say("220 2.0.0 go ahead")
                self.encrypt()
            case "AUTH":
                self.authenticate(command)
            case "MAIL" | "RCPT":
                self.envelope(verb, command)
            case "DATA":
                self.data()
            case "RSET":
                self.forget()
                self.say("250 2.0.0 forgotten")
            case "NOOP":
                self.say("250 2.0.0 here")
            case "QUIT":
                self.say("221 2.0.0 bye")
                raise HungUp
            case _:
                self.say("502 5.5.2 unknown command")

    def hello(self) -> None:
        offers = list(self.server.extensions)
        if self.server.security == "starttls" and not self.encrypted:
            offers.append("STARTTLS")
        if self.server.login is not None:
            offers.append("AUTH PLAIN")
        lines = ["localhost", *offers]
        self.say("\r\n".join(f"250{'-' if line is not lines[-1] else ' '}{line}" for line in lines))

    def authenticate(self, command: str) -> None:
        name, password = self.server.login or ("", "")
        token = base64.b64encode(f"\0{name}\0{password}".encode()).decode()
        self.welcome = command == f"AUTH PLAIN {token}"
        self.say("235 2.7.0 welcome" if self.welcome else "535 5.7.8 wrong name or password")

    def envelope(self, verb: Literal["MAIL", "RCPT"], command: str) -> None:
        found = _ENVELOPE.search(command)
        if not self.welcome:
            self.say("530 5.7.0 log in first")
        elif found is None:
            self.say("501 5.5.4 that is no address")
        elif verb == "MAIL" and self.server.per_connection == self.taken:
            self.say("421 4.7.0 enough for one connection")
        elif verb == "MAIL":
            self.sender, self.parameters = found.group(1), found.group(2).upper()
            self.say("250 2.1.0 ok")
        elif self.sender is None:
            self.say("503 5.5.1 MAIL first")
        elif not found.group(1).isascii() and "SMTPUTF8" not in self.parameters:
            self.say("553 5.6.7 that address needs SMTPUTF8")
        elif refusal := self.server.answered(found.group(1), "RCPT"):
            self.say(refusal)
        else:
            self.recipient = found.group(1)
            self.say("250 2.1.5 ok")

    def forget(self) -> None:
        self.sender, self.recipient, self.parameters = None, None, ""

    def data(self) -> None:
        if self.sender is None or self.recipient is None:
            self.say("503 5.5.1 no valid recipient")
            return
        self.say("354 go on")
        if self.server.dropping("content"):
            self.receive()
            self.break_off()
        raw = self.content()
        fault = self.fault(raw) or self.server.answered(".")
        if fault is not None:
            self.say(fault)
        elif self.server.dropping("dot"):
            self.break_off()
        else:
            dropped = self.server.dropping("committed")
            mail = Mail(self.sender, self.recipient, raw, self.number, self.encrypted)
            self.server.take(mail, dropped=dropped)
            self.taken += 1
            if dropped:
                self.break_off()
            self.say("250 2.0.0 taken")
        self.forget()

    def content(self) -> bytes:
        searched = 0
        while (end := (b"\r\n" + self.inward).find(b"\r\n.\r\n", searched)) < 0:
            searched = max(0, len(self.inward) - 4)
            self.receive()
        raw, self.inward = self.inward[:end], self.inward[end + 3 :]
        return (b"\r\n" + raw).replace(b"\r\n.", b"\r\n")[2:]

    def fault(self, raw: bytes) -> str | None:
        """What a strict server would say against the mail (RFC 5321, 5322, 6152)."""
        if b"\n" in raw.replace(b"\r\n", b"") or b"\r" in raw.replace(b"\r\n", b"") or b"\0" in raw:
            return "554 5.6.0 bare line end or NUL"
        if any(len(line) > 998 for line in raw.split(b"\r\n")):
            return "554 5.6.0 line too long"
        if not raw.isascii() and not {"BODY=8BITMIME", "SMTPUTF8"} & set(self.parameters.split()):
            return "554 5.6.1 8bit content was not announced"
        names = [line.split(b":")[0].lower() for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n")]
        if any(names.count(name) != 1 for name in _ONCE):
            return "554 5.6.0 a header field is missing or doubled"
        return None
