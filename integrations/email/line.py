"""One mail at a time over one SMTP connection."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from bot import clock
from integrations.email.addresses import Mailbox
from integrations.email.dial import dial
from integrations.email.neutral import one_line
from integrations.email.options import EmailOptions
from integrations.email.replies import Reply, Stage

QUIT_TIMEOUT = 2.0

_GOOD: dict[Stage, frozenset[int]] = {
    "mail": frozenset({250}),
    "rcpt": frozenset({250, 251, 252}),
    "data": frozenset({354}),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply that decided about a mail, and the stage at which it came."""

    stage: Stage
    reply: Reply

    @property
    def taken(self) -> bool:
        """Whether the server is now responsible for the mail (RFC 5321, 6.1)."""
        return self.stage == "content" and self.reply.code // 100 == 2

    @property
    def closing(self) -> bool:
        """Whether the server ends the connection with this reply."""
        return self.reply.code == 421


class Dropped(Exception):
    """The line broke. `handed_over` when the whole mail had been written: then nobody knows."""

    def __init__(self, fault: Exception | str, *, handed_over: bool) -> None:
        super().__init__(one_line(str(fault)))
        self.handed_over = handed_over


class Line:
    """An open connection. `carried` counts the mails that it brought to an answer."""

    def __init__(self, options: EmailOptions) -> None:
        """Open it. Raises Unreachable."""
        self.carried = 0
        self._options = options
        self._smtp = dial(options)
        self._used = clock.monotonic()

    @property
    def idle(self) -> float:
        """Seconds since it was last used."""
        return clock.monotonic() - self._used

    def takes(self, recipient: Mailbox) -> bool:
        """Whether the server can carry mail to an address with such letters."""
        return not recipient.international or self._smtp.has_extn("smtputf8")

    def carry(self, sender: Mailbox, recipient: Mailbox, mail: bytes) -> Answer:
        """Send one mail in wire form. Raises Dropped when the connection ends instead of answering."""
        answer = self._envelope(sender, recipient, len(mail)) or self._content(mail)
        self._used = clock.monotonic()
        self.carried += 1
        return answer

    def forget(self) -> bool:
        """Clear the envelope after a refusal (RSET); False when the line is of no more use."""
        try:
            return self._smtp.rset()[0] == 250
        except OSError:
            return False

    def check(self) -> None:
        """Ask whether the server is still there. Raises Dropped."""
        try:
            code, text = self._smtp.noop()
        except OSError as fault:
            raise Dropped(fault, handed_over=False) from fault
        if code != 250:
            raise Dropped(str(Reply(code, text.decode("utf-8", "replace"))), handed_over=False)

    def leave(self) -> None:
        """Say goodbye where that is still possible, and close."""
        with contextlib.suppress(OSError):
            self._wait(QUIT_TIMEOUT)
            self._smtp.quit()
        self._smtp.close()

    def _envelope(self, sender: Mailbox, recipient: Mailbox, size: int) -> Answer | None:
        """MAIL, RCPT and DATA: None when the server now waits for the mail, else the first refusal."""
        refusal: Answer | None = None
        try:
            for answer in self._answers(self._commands(sender, recipient, size)):
                if answer.reply.code not in _GOOD[answer.stage]:
                    refusal = refusal or answer
                elif refusal is not None and answer.stage == "data":
                    # It waits for a mail without an envelope: only closing delivers nothing at all.
                    self._smtp.close()
        except OSError as fault:
            if refusal is None:
                raise Dropped(fault, handed_over=False) from fault
        return refusal

    def _commands(self, sender: Mailbox, recipient: Mailbox, size: int) -> list[tuple[Stage, str]]:
        parameters = f" SIZE={size}" if self._smtp.has_extn("size") else ""
        if recipient.international:
            parameters += " SMTPUTF8"
        return [
            ("mail", f"MAIL FROM:<{sender}>{parameters}\r\n"),
            ("rcpt", f"RCPT TO:<{recipient}>\r\n"),
            ("data", "DATA\r\n"),
        ]

    def _answers(self, commands: list[tuple[Stage, str]]) -> Iterator[Answer]:
        """One answer a command: all in one write with PIPELINING (RFC 2920), else up to the first refusal."""
        together = self._smtp.has_extn("pipelining")
        if together:
            self._smtp.send("".join(command for _, command in commands).encode())
        for stage, command in commands:
            if not together:
                self._smtp.send(command.encode())
            answer = Answer(stage, self._reply())
            yield answer
            if not together and answer.reply.code not in _GOOD[stage]:
                return

    def _content(self, mail: bytes) -> Answer:
        try:
            self._smtp.send(mail)
        except OSError as fault:
            # A failed write has not brought the ending dot over, so the mail is not taken.
            raise Dropped(fault, handed_over=False) from fault
        try:
            self._wait(self._options.verdict_timeout)
            reply = self._reply()
            self._wait(self._options.timeout)
        except OSError as fault:
            raise Dropped(fault, handed_over=True) from fault
        if reply.code // 100 not in {2, 4, 5}:
            raise Dropped(f"an answer that is none: {reply}", handed_over=True)
        return Answer("content", reply)

    def _reply(self) -> Reply:
        code, text = self._smtp.getreply()
        return Reply(code, text.decode("utf-8", "replace"))

    def _wait(self, seconds: float) -> None:
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(seconds)
