"""TLS, certificates and passwords: nothing goes out in the clear by accident, and faults name a remedy."""

from __future__ import annotations

import socket
import threading
from typing import Any, Literal

import pytest

from bot.contracts import Misconfigured, Sent, TryLater
from tests.fakes.smtp import CERTIFICATE, FakeSmtp
from tests.integrations.email.conftest import SenderFor
from tests.integrations.email.letters import outgoing

SECRET = "s3cret-of-silta"
LOGIN = {"username": "silta", "password": SECRET}
TRUST = {"ca_file": CERTIFICATE}


@pytest.mark.parametrize("security", ["starttls", "tls", "none"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_mail_goes_out_as_securely_as_asked(
    sender_for: SenderFor, security: Literal["starttls", "tls", "none"], host: str
) -> None:
    with FakeSmtp(security=security, login=("silta", SECRET)) as smtp:
        sender = sender_for(smtp, host=host, **LOGIN, **TRUST)
        assert sender.check() == []
        assert [type(outcome) for outcome in sender.send([outgoing(), outgoing("bob")])] == [Sent, Sent]
        assert [mail.encrypted for mail in smtp.mails] == [security != "none"] * 2


FAULTS: list[tuple[str, dict[str, Any], dict[str, Any], type, str]] = [
    ("unknown authority", {"security": "starttls"}, {}, Misconfigured, "SSL_CERT_FILE"),
    ("unknown authority, tls", {"security": "tls"}, {}, Misconfigured, "certificate"),
    ("no starttls", {}, {"security": "starttls"}, Misconfigured, "SMTP_SECURITY"),
    ("tls to a plain port", {}, {"security": "tls", **TRUST}, Misconfigured, "SMTP_SECURITY"),
    ("wrong password", {"login": ("silta", "other")}, LOGIN, Misconfigured, "SMTP_PASSWORD"),
    ("odd password", {"login": ("silta", "x")}, {**LOGIN, "password": "sälä"}, Misconfigured, "ASCII"),
    ("no login offered", {}, LOGIN, Misconfigured, "SMTP_USERNAME"),
    ("login needed", {"login": ("silta", SECRET)}, {}, Misconfigured, "SMTP_USERNAME"),
    ("no certificates", {"security": "tls"}, {"ca_file": "/nowhere.pem"}, Misconfigured, "/nowhere.pem"),
    ("plain to a tls port", {"security": "tls"}, {"security": "none", "timeout": 0.2}, TryLater, "465"),
]


@pytest.mark.parametrize(
    ("server", "options", "outcome", "remedy"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS]
)
def test_a_wrong_set_up_stops_the_sender_with_a_remedy(
    sender_for: SenderFor, server: dict[str, Any], options: dict[str, Any], outcome: type, remedy: str
) -> None:
    with FakeSmtp(**server) as smtp:
        sender = sender_for(smtp, **options)
        outcomes = list(sender.send([outgoing("alice"), outgoing("bob")]))
        assert [type(one) for one in outcomes] == [outcome] * 2
        assert remedy in repr(outcomes[0])
        assert SECRET not in repr(outcomes)
        assert SECRET not in repr(sender.check())
        assert smtp.mails == []


TEMPORARY = [("STARTTLS", "454 4.7.0 TLS not available"), ("AUTH", "454 4.7.0 temporary failure")]


@pytest.mark.parametrize(("at", "reply"), TEMPORARY)
def test_a_passing_fault_of_tls_or_login_only_waits(sender_for: SenderFor, at: str, reply: str) -> None:
    with FakeSmtp(security="starttls", login=("silta", SECRET)) as smtp:
        smtp.answer(at, reply, times=1)
        sender = sender_for(smtp, **LOGIN, **TRUST)
        (first,) = sender.send([outgoing()])
        assert isinstance(first, TryLater)
        assert first.account
        (second,) = sender.send([outgoing()])
        assert isinstance(second, Sent)


def test_a_login_refused_for_its_form_stops_the_sender(sender_for: SenderFor) -> None:
    with FakeSmtp(login=("silta", SECRET)) as smtp:
        smtp.answer("AUTH", "504 5.5.4 unknown mechanism")
        (outcome,) = sender_for(smtp, **LOGIN).send([outgoing()])
        assert isinstance(outcome, Misconfigured)
        assert "SMTP_USERNAME" in outcome.reason


def test_a_server_that_wants_no_mail_from_here_stops_the_sender(sender_for: SenderFor) -> None:
    with FakeSmtp() as smtp:
        smtp.answer("greeting", "554 5.7.1 go away")
        (outcome,) = sender_for(smtp).send([outgoing()])
        assert isinstance(outcome, Misconfigured)
        assert "wants no mail from this machine" in outcome.reason


def test_check_tells_what_is_wrong_and_how_to_mend_it(sender_for: SenderFor) -> None:
    with FakeSmtp(login=("silta", "other")) as smtp:
        (fault,) = sender_for(smtp, **LOGIN).check()
        assert fault == (
            "check SMTP_USERNAME and SMTP_PASSWORD (mail server: 535 5.7.8 wrong name or password)"
        )
        smtp.answer("NOOP", "421 4.3.2 closing")
        (fault,) = sender_for(smtp, username="silta", password="other").check()
        assert "421" in fault


def test_check_fails_when_nobody_listens(sender_for: SenderFor) -> None:
    with FakeSmtp() as gone:
        port = gone.port
    (fault,) = sender_for(gone, port=port).check()
    assert "SMTP_HOST" in fault
    assert f"127.0.0.1:{port}" in fault


def test_something_that_is_no_mail_server_makes_all_wait(sender_for: SenderFor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            sock, _ = listener.accept()
            with sock:
                sock.sendall(b"HTTP/1.1 400 Bad Request\r\n" + b"x" * 20_000 + b"\r\n\r\n")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        fake = FakeSmtp(port=listener.getsockname()[1])
        (outcome,) = sender_for(fake).send([outgoing()])
        thread.join(5)
    assert isinstance(outcome, TryLater)
    assert outcome.account
