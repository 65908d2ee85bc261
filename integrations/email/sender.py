"""The email sender: one connection, one mail after the other, an outcome each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.contracts import (
    Absent,
    InDoubt,
    Misconfigured,
    Outcome,
    Outgoing,
    Rejected,
    Rendering,
    Sent,
    TryLater,
    Undeliverable,
)
from integrations.email.addresses import BadAddress, Mailbox, bounce_path, mailbox
from integrations.email.dial import Unreachable
from integrations.email.line import Answer, Dropped, Line
from integrations.email.neutral import one_line
from integrations.email.options import EmailOptions, named_mailbox
from integrations.email.replies import judge
from integrations.email.signing import BadKey
from integrations.email.writing import Writer, preview

CARRY_LIMIT = 500
"""Mails over one connection; some servers refuse the thousandth."""


@dataclass(frozen=True, slots=True)
class _Letter:
    """One mail ready to go, and where it comes back to if it cannot be delivered."""

    to: Mailbox
    back: Mailbox
    mail: bytes


class EmailSender:
    """Carries messages by SMTP (`bot.contracts.Sender`). Serves one thread."""

    def __init__(self, options: EmailOptions) -> None:
        self.pace = options.pace
        self._options = options
        self._from = named_mailbox(options.mail_from)[1]
        self._bounces = mailbox(options.bounce_to) if options.bounce_to else None
        self._unfit: Misconfigured | None = None
        try:
            seal = options.seal
        except BadKey as fault:
            seal, self._unfit = None, Misconfigured(str(fault))
        self._writer = Writer(options, seal)
        self._line: Line | None = None

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Outcome]:
        """Yield one outcome each, in order. What concerns all of us answers for the rest of the batch."""
        stop: TryLater | Misconfigured | None = self._unfit
        for outgoing in messages:
            outcome = stop or self._send(outgoing)
            match outcome:
                case Misconfigured() | TryLater(account=True):
                    stop = outcome
                case InDoubt(reason):
                    stop = TryLater(reason, account=True)  # so that at most one mail is in doubt
            yield outcome

    def find(self, *_asked: object, **_more: object) -> Absent:
        """Mail cannot be asked; a second copy has the same Message-ID."""
        return Absent()

    def revise(self, ref: Mapping[str, str], outgoing: Outgoing) -> Outcome:  # noqa: ARG002
        """Mail cannot be edited once it is sent."""
        return Rejected("a mail cannot be edited")

    def render(self, outgoing: Outgoing) -> Rendering:
        """The mail as it would be sent, read back from its bytes; `source` holds its header fields."""
        try:
            to: Mailbox | None = mailbox(outgoing.address)
        except BadAddress:
            to = None
        return preview(self._writer.write(outgoing, to))

    def check(self) -> Sequence[str]:
        """Connect, encrypt, log in and ask for a sign of life; the faults, each with its remedy."""
        self.close()
        if self._unfit is not None:
            return [self._unfit.reason]
        try:
            self._open().check()
        except Unreachable as fault:
            return [fault.outcome.reason]
        except Dropped as fault:
            return [f"{self._options.host} hangs up after the login ({fault}): ask its administrator why"]
        finally:
            self.close()
        return []

    def close(self) -> None:
        """Give the connection back."""
        if self._line is not None:
            self._line.leave()
            self._line = None

    def _send(self, outgoing: Outgoing) -> Outcome:
        try:
            to = mailbox(outgoing.address)
        except BadAddress as fault:
            return Undeliverable(str(fault))
        try:
            mail = self._writer.write(outgoing, to)
        except Exception as fault:  # one message that cannot be composed must not stop the others
            return Rejected(f"the mail cannot be composed: {type(fault).__name__}: {one_line(str(fault))}")
        back = bounce_path(self._bounces, outgoing.key) if self._bounces else self._from
        letter = _Letter(to, back, mail)
        try:
            return self._carry(letter)
        except Unreachable as fault:
            return fault.outcome
        except Dropped as fault:
            self.close()
            if fault.handed_over:
                return InDoubt(f"the connection broke before the mail server confirmed the mail ({fault})")
            return TryLater(f"the mail server hung up ({fault})", account=True)

    def _carry(self, letter: _Letter) -> Outcome:
        """Send it. A used connection that the server has shut meanwhile is opened anew, once."""
        line = self._open()
        if not line.takes(letter.to):
            return Undeliverable("the mail server does not take letters such as ä before the @")
        worn = line.carried > 0
        try:
            answer = line.carry(letter.back, letter.to, letter.mail)
        except Dropped as fault:
            if fault.handed_over or not worn:
                raise
        else:
            if not (worn and answer.closing and answer.stage != "content"):
                return self._settled(line, answer)
        self.close()
        line = self._open()
        return self._settled(line, line.carry(letter.back, letter.to, letter.mail))

    def _settled(self, line: Line, answer: Answer) -> Outcome:
        if answer.taken:
            return Sent({})  # its Message-ID derives from the key
        if answer.closing or (answer.stage != "content" and not line.forget()):
            self.close()
        return judge(answer.stage, answer.reply)

    def _open(self) -> Line:
        """The connection, fresh enough. Raises Unreachable."""
        line, limit = self._line, self._options.idle_limit
        if line is not None and (line.idle > limit or line.carried >= CARRY_LIMIT):
            self.close()
        if self._line is None:
            self._line = Line(self._options)
        return self._line
