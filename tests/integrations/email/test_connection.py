"""One connection, reused and renewed; and what happens when it breaks, at each step."""

from __future__ import annotations

import time

import pytest

from bot import clock
from bot.contracts import Absent, InDoubt, Outcome, Sent, TryLater
from tests.fakes.smtp import Drop, FakeSmtp
from tests.integrations.email.conftest import SenderFor
from tests.integrations.email.letters import message, outgoing

THREE = [outgoing("alice"), outgoing("bob"), outgoing("charlie")]


def kinds(outcomes: list[Outcome]) -> list[str]:
    """The names of the outcomes, `Wait` where the whole sender is to wait."""
    return [
        "Wait" if isinstance(outcome, TryLater) and outcome.account else type(outcome).__name__
        for outcome in outcomes
    ]


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)], ids=["one by one", "pipelined"])
def test_batches_share_one_connection(
    smtp: FakeSmtp, sender_for: SenderFor, extensions: tuple[str, ...]
) -> None:
    smtp.extensions = extensions
    sender = sender_for(smtp)
    for _ in range(3):
        assert kinds(list(sender.send(THREE))) == ["Sent"] * 3
    assert smtp.connections == 1
    sender.close()
    assert kinds(list(sender.send(THREE))) == ["Sent"] * 3
    assert smtp.connections == 2


def test_each_mail_waits_until_its_outcome_is_asked_for(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    outcomes = sender_for(smtp).send(THREE)
    assert smtp.connections == 0
    assert isinstance(next(outcomes), Sent)
    assert [mail.recipient for mail in smtp.mails] == ["alice@example.org"]


def test_a_connection_the_server_closed_meanwhile_is_opened_again_unnoticed(
    smtp: FakeSmtp, sender_for: SenderFor
) -> None:
    sender = sender_for(smtp)
    list(sender.send(THREE))
    smtp.hang_up()
    assert kinds(list(sender.send(THREE))) == ["Sent"] * 3
    assert (len(smtp.mails), smtp.connections) == (6, 2)


def test_an_idle_connection_is_given_back_politely(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    sender = sender_for(smtp, idle_limit=0.05)
    list(sender.send(THREE))
    time.sleep(0.1)
    assert kinds(list(sender.send(THREE))) == ["Sent"] * 3
    assert (smtp.connections, smtp.commands["QUIT"]) == (2, 1)


def test_421_after_some_mails_means_another_connection(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    smtp.per_connection = 2
    outcomes = list(sender_for(smtp).send(THREE + THREE))
    assert kinds(outcomes) == ["Sent"] * 6
    assert smtp.connections == 3


BREAKS: list[tuple[Drop, str, int]] = [
    ("greeting", "Wait", 0),
    ("MAIL", "Wait", 0),
    ("RCPT", "Wait", 0),
    ("DATA", "Wait", 0),
    ("dot", "InDoubt", 0),
    ("committed", "InDoubt", 1),
]


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)], ids=["one by one", "pipelined"])
@pytest.mark.parametrize(("at", "outcome", "arrived"), BREAKS)
def test_only_a_mail_that_was_handed_over_is_in_doubt(
    smtp: FakeSmtp, sender_for: SenderFor, at: Drop, outcome: str, arrived: int, extensions: tuple[str, ...]
) -> None:
    smtp.extensions = extensions
    smtp.drop(at)
    sender = sender_for(smtp)
    assert kinds(list(sender.send(THREE))) == [outcome, "Wait", "Wait"]
    assert (len(smtp.mails), smtp.connections) == (arrived, 1)
    assert kinds(list(sender.send(THREE))) == ["Sent"] * 3


@pytest.mark.parametrize(("at", "arrived"), [("dot", 3), ("committed", 4)])
def test_a_mail_in_doubt_on_a_used_connection_is_not_sent_again(
    smtp: FakeSmtp, sender_for: SenderFor, at: Drop, arrived: int
) -> None:
    sender = sender_for(smtp)
    list(sender.send(THREE))
    smtp.drop(at)
    assert kinds(list(sender.send(THREE))) == ["InDoubt", "Wait", "Wait"]
    assert len(smtp.mails) == arrived


def test_an_answer_that_is_none_leaves_the_mail_in_doubt(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    smtp.answer(".", "354 go on", times=1)
    assert kinds(list(sender_for(smtp).send(THREE))) == ["InDoubt", "Wait", "Wait"]


def test_a_server_that_closes_in_answer_to_the_mail_makes_all_wait(
    smtp: FakeSmtp, sender_for: SenderFor
) -> None:
    sender = sender_for(smtp)
    list(sender.send(THREE))
    smtp.answer(".", "421 4.7.0 enough", times=1)
    assert kinds(list(sender.send(THREE))) == ["Wait"] * 3
    assert len(smtp.mails) == 3


def test_a_mail_without_recipient_is_never_begun(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    smtp.answer("alice@example.org", "550 5.1.1 no such user")
    smtp.answer("DATA", "354 go on all the same", times=1)
    assert kinds(list(sender_for(smtp).send(THREE))) == ["Undeliverable", "Sent", "Sent"]
    assert smtp.connections == 2


def test_a_connection_that_cannot_forget_a_refusal_is_given_up(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    smtp.answer("alice@example.org", "550 5.1.1 no such user")
    smtp.answer("RSET", "500 5.5.1 what", times=1)
    assert kinds(list(sender_for(smtp).send(THREE))) == ["Undeliverable", "Sent", "Sent"]
    assert smtp.connections == 2


@pytest.mark.parametrize("at", ["MAIL", "RCPT", "DATA"])
def test_a_break_before_the_mail_on_a_used_connection_is_mended_at_once(
    smtp: FakeSmtp, sender_for: SenderFor, at: Drop
) -> None:
    sender = sender_for(smtp)
    list(sender.send(THREE))
    smtp.drop(at)
    assert kinds(list(sender.send(THREE))) == ["Sent"] * 3
    smtp.drop(at, times=2)  # but only once: then the server is really ill
    assert kinds(list(sender.send(THREE))) == ["Wait"] * 3


def test_a_break_in_the_middle_of_the_mail_leaves_no_doubt(sender_for: SenderFor) -> None:
    with FakeSmtp(window=4096) as smtp:  # so that the client cannot have written everything
        smtp.drop("content")
        big = outgoing(messages=(message(body="🎉" * 50_000),))
        sender = sender_for(smtp)
        assert kinds(list(sender.send([big, outgoing("bob")]))) == ["Wait", "Wait"]
        assert kinds(list(sender.send([big]))) == ["Sent"]


def test_a_server_that_does_not_answer_the_mail_leaves_it_in_doubt(
    smtp: FakeSmtp, sender_for: SenderFor
) -> None:
    sender = sender_for(smtp, verdict_timeout=0.1)
    list(sender.send([outgoing("alice")]))
    smtp.delay = 0.25
    outcomes = list(sender.send([outgoing("bob"), outgoing("charlie")]))
    assert kinds(outcomes) == ["InDoubt", "Wait"]
    assert isinstance(outcomes[0], InDoubt)


def test_a_server_that_does_not_even_greet_makes_all_wait(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    smtp.delay = 0.5
    assert kinds(list(sender_for(smtp, timeout=0.1).send(THREE))) == ["Wait"] * 3
    assert smtp.connections == 1


def test_a_server_that_is_not_there_is_asked_once_for_the_whole_batch(sender_for: SenderFor) -> None:
    with FakeSmtp() as gone:
        port = gone.port
    outcomes = list(sender_for(gone, port=port).send(THREE))
    assert kinds(outcomes) == ["Wait"] * 3
    assert "check SMTP_HOST" in getattr(outcomes[0], "reason", "")


@pytest.mark.parametrize("greeting", ["421 4.3.2 busy", "421 too many", "451 later", "450 4.2.0 greylisted"])
def test_a_busy_greeting_makes_all_wait(smtp: FakeSmtp, sender_for: SenderFor, greeting: str) -> None:
    smtp.answer("greeting", greeting, times=1)
    sender = sender_for(smtp)
    assert kinds(list(sender.send(THREE))) == ["Wait"] * 3
    assert kinds(list(sender.send(THREE))) == ["Sent"] * 3


def test_a_message_that_cannot_be_composed_stops_no_other(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    outcomes = list(sender_for(smtp).send([outgoing("alice", zone="Nowhere/City"), outgoing("bob")]))
    assert kinds(outcomes) == ["Rejected", "Sent"]
    assert "Nowhere/City" in getattr(outcomes[0], "reason", "")


def test_a_mail_in_doubt_may_be_sent_again(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    found = sender_for(smtp).find("alice@example.org", "key-alice", clock.now(), None)
    assert found == Absent()
