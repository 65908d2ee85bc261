"""A mail fan-out, measured: from the moment an item is handed in until the last mail is at the sink."""

from __future__ import annotations

import time
from dataclasses import dataclass
from email.message import EmailMessage

from bench.content import call, outgoing
from bench.installation import Installation
from bench.sinks import Sink, reached
from bot.contracts import Sent
from bot.network import load_network
from integrations.email import INTEGRATION
from integrations.email.options import EmailOptions
from tests.fakes.smtp import FakeSmtp

ADDRESS = "alice@example.org"


@dataclass
class MailFanout:
    """An installation with readers, and the sink its mail goes to."""

    home: Installation
    sink: Sink
    readers: int
    told: int = 0

    def mails_a_second(self) -> float:
        """Publish one item for all readers; the rate until the last mail has arrived, all of them settled.

        The time begins before the item is taken in. Raises OutOfTime when mails are lost.
        """
        self.told += 1
        before, started = self.sink.taken(), time.monotonic()
        self.home.publish(call(self.told), f"call-{self.told}")
        seconds = reached(self.sink, before + self.readers) - started
        self.home.settled(self.told * self.readers)
        return self.readers / seconds


@dataclass(frozen=True, slots=True)
class Sample:
    """One mail as it went over the wire: its size in bytes, and it as a reader's program sees it."""

    size: int
    mail: EmailMessage
    marks: dict[str, str]


def sample(number: int = 0) -> Sample:
    """Send one such mail to a fake server and look at it; 0, 1 and 2 differ in language.

    `marks` are its personal parts, with what stands in their place for another reader.
    """
    message = outgoing(load_network(None), ADDRESS, number)
    assert INTEGRATION.sender is not None
    with FakeSmtp() as smtp:
        sender = INTEGRATION.sender(
            EmailOptions(
                host="127.0.0.1", port=smtp.port, security="none", mail_from="Silta <silta@example.org>"
            )
        )
        (outcome,) = sender.send([message])
        sender.close()
        assert isinstance(outcome, Sent), outcome
        (mail,) = smtp.mails
    marks = {
        message.name: "Reader {at} Mäkinen",
        ADDRESS: "reader{at}@example.org",
        message.links["page"]: "http://127.0.0.1:8000/m/{at:064x}",
        message.links["unsubscribe"]: "http://127.0.0.1:8000/unsubscribe/{at:064x}",
    }
    return Sample(len(mail.raw), mail.message, marks)
