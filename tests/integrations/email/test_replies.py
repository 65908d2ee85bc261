"""What the mail server's refusals become, in real conversations."""

from __future__ import annotations

import pytest

from bot.contracts import Misconfigured, Outcome, Rejected, Sent, TryLater, Undeliverable
from tests.fakes.smtp import FakeSmtp
from tests.integrations.email.conftest import SenderFor
from tests.integrations.email.letters import outgoing

ALICE = "alice@example.org"
LATER = "try later"
ALL_LATER = "all try later"

REPLIES = [
    (ALICE, "550 5.1.1 no such user", Undeliverable),
    (ALICE, "550 5.1.2 no such host", Undeliverable),
    (ALICE, "551 5.1.6 moved, no forwarding", Undeliverable),
    (ALICE, "550 5.1.10 recipient not found", Undeliverable),
    (ALICE, "550 5.2.1 mailbox disabled", Undeliverable),
    (ALICE, "550 5.4.1 recipient rejected", Undeliverable),
    (ALICE, "553 mailbox name not allowed", Undeliverable),
    (ALICE, "550 5.1.1 <alice>: user unknown in relay recipient table", Undeliverable),
    (ALICE, "553 5.6.7 no such letters", Undeliverable),
    (ALICE, "550 5.7.1 refused by policy", Rejected),
    (ALICE, "450 4.2.0 greylisted", LATER),
    (ALICE, "451 4.7.1 Greylisting in action", LATER),
    (ALICE, "450 4.2.1 receiving too quickly", LATER),
    (ALICE, "550 5.2.2 over quota", LATER),
    (ALICE, "452 4.2.2 over quota", LATER),
    (ALICE, "552 5.2.2 over quota", LATER),
    (ALICE, "552 over quota", LATER),
    (ALICE, "450 4.7.1 too many mails", ALL_LATER),
    (ALICE, "451 4.3.0 queue file write error", ALL_LATER),
    (ALICE, "421 4.3.2 shutting down", ALL_LATER),
    (ALICE, "503 5.5.1 bad sequence", ALL_LATER),
    (ALICE, "554 5.7.1 <alice>: Relay access denied", Misconfigured),
    (ALICE, "550 5.7.54 unable to relay recipient", Misconfigured),
    (ALICE, "553 5.7.1 sender address rejected: not owned by user", Misconfigured),
    (ALICE, "530 5.7.0 must issue STARTTLS first", Misconfigured),
    (ALICE, "550 5.7.14 log in with a browser first", Misconfigured),
    ("MAIL", "550 5.1.0 sender refused", Misconfigured),
    ("MAIL", "552 5.3.4 too big", Rejected),
    ("MAIL", "552 too big", Rejected),
    ("MAIL", "550 5.3.4 too big", Rejected),
    ("MAIL", "452 4.3.1 out of disk", ALL_LATER),
    ("MAIL", "450 busy", ALL_LATER),
    ("MAIL", "432 4.3.2 concurrent connections limit", ALL_LATER),
    ("MAIL", "550 5.4.5 daily quota exceeded", ALL_LATER),
    ("DATA", "554 5.5.1 no", Rejected),
    ("DATA", "451 4.3.5 configuration", ALL_LATER),
    ("DATA", "250 what", ALL_LATER),
    (".", "550 5.7.1 looks like spam", Rejected),
    (".", "554 5.6.0 content", Rejected),
    (".", "552 5.3.4 too big", Rejected),
    (".", "552 too big", Rejected),
    (".", "550 5.1.1 no such user, seen late", Undeliverable),
    (".", "550 5.2.1 disabled, seen late", Undeliverable),
    (".", "550 5.6.7 no such letters, seen late", Undeliverable),
    (".", "550 5.7.60 no permission to send as this sender", Misconfigured),
    (".", "451 4.2.0 later", LATER),
    (".", "454 Throttling failure: Maximum sending rate exceeded", ALL_LATER),
    (".", "421 4.7.0 enough", ALL_LATER),
]


def kind(outcome: Outcome) -> object:
    """The outcome's class, or how much of the queue is to wait."""
    if isinstance(outcome, TryLater):
        return ALL_LATER if outcome.account else LATER
    return type(outcome)


@pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "one by one"])
@pytest.mark.parametrize(
    ("at", "reply", "expected"), REPLIES, ids=[f"{at} {text}" for at, text, _ in REPLIES]
)
def test_a_refusal_becomes_the_right_outcome(
    smtp: FakeSmtp, sender_for: SenderFor, at: str, reply: str, expected: object, pipelining: bool
) -> None:
    if not pipelining:
        smtp.without("PIPELINING")
    smtp.answer(at, reply, times=1)
    sender = sender_for(smtp)
    first, second = sender.send([outgoing("alice"), outgoing("bob")])
    assert kind(first) == expected
    assert reply.split(" ", 1)[1] in getattr(first, "reason", "")
    # What concerns the sender answers for the rest of the batch; what concerns one reader does not.
    assert kind(second) == (expected if expected in (ALL_LATER, Misconfigured) else Sent)
    # The next batch finds a working connection, and nothing of the refused mail on it.
    (third,) = sender.send([outgoing("charlie")])
    assert kind(third) is Sent
    assert "alice@example.org" not in [mail.recipient for mail in smtp.mails]


def test_waits_are_long_where_a_short_one_cannot_help(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    smtp.answer(ALICE, "552 5.2.2 full")
    smtp.answer("bob@example.org", "450 4.2.0 busy")
    full, busy = sender_for(smtp).send([outgoing("alice"), outgoing("bob")])
    assert isinstance(full, TryLater)
    assert isinstance(busy, TryLater)
    assert full.after == 6 * 3600
    assert busy.after is None


def test_a_reply_of_many_lines_and_odd_letters_is_one_harmless_reason(
    smtp: FakeSmtp, sender_for: SenderFor
) -> None:
    smtp.answer(ALICE, "550-5.1.1 <b>no\x1b[31m\r\n550-5.1.1 " + "x" * 400 + "\r\n550 5.1.1 end")
    (outcome,) = sender_for(smtp).send([outgoing()])
    assert isinstance(outcome, Undeliverable)
    assert outcome.reason.isprintable()
    assert len(outcome.reason) < 300
