"""Who may bring news in by webhook, and what the others are told."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bot.contracts import Received, Surroundings
from integrations import load
from integrations.webhook.standard import WebhookOptions
from tests.integrations.webhook.inbox import FORMER, SECRET, RememberingInbox, item, signed, webhook


def test_a_signed_request_is_accepted_once_under_its_own_id() -> None:
    inbox = RememberingInbox()
    first = webhook().receive(signed(item()), inbox)
    again = webhook().receive(signed(item()), inbox)
    assert (first.status, first.body) == (200, {"status": "accepted", "item": 7})
    assert (again.status, again.body) == (200, {"status": "duplicate", "item": 7})
    assert inbox.receipts == {"msg_1"}


@pytest.mark.parametrize("secret", [SECRET, FORMER])
def test_while_a_secret_is_rotated_both_sign(secret: str) -> None:
    assert webhook(SECRET, FORMER).receive(signed(item(), secret=secret), RememberingInbox()).status == 200


def test_a_sender_may_sign_with_several_secrets_too() -> None:
    request = signed(item())
    mine = request.headers["webhook-signature"]
    theirs = signed(item(), secret=FORMER).headers["webhook-signature"]
    both = signed(item(), webhook_signature=f"v1a,xyz {theirs} {mine}")
    assert webhook().receive(both, RememberingInbox()).status == 200


@pytest.mark.parametrize(
    "content_type", ['application/json; charset="UTF-8"', "Application/JSON;charset=utf-8"]
)
def test_a_charset_of_utf_8_is_fine(content_type: str) -> None:
    assert webhook().receive(signed(item(), content_type=content_type), RememberingInbox()).status == 200


BODY = item()
JSON = {"content-type": "application/json"}
REFUSED = {
    "another secret": (401, "does not match", lambda: signed(BODY, secret=FORMER)),
    "too old": (401, "5 minutes", lambda: signed(BODY, age=301)),
    "from the future": (401, "5 minutes", lambda: signed(BODY, age=-310)),
    "the body was changed": (401, "does not match", lambda: Received(signed(BODY).headers, b'{"type": "x"}')),
    "unsigned": (401, "webhook-id, webhook-timestamp", lambda: Received(JSON, b"{}")),
    "no timestamp": (401, "webhook-timestamp is missing", lambda: signed(BODY, webhook_timestamp="")),
    "timestamp in words": (401, "seconds since 1970", lambda: signed(BODY, webhook_timestamp="yesterday")),
    "signature of another version": (401, "does not match", lambda: signed(BODY, webhook_signature="v2,abcd")),
    "signature without a comma": (401, "v1,<base64>", lambda: signed(BODY, webhook_signature="abcd")),
    "signature that is not base64": (401, "v1,<base64>", lambda: signed(BODY, webhook_signature="v1,a")),
    "id of 256 characters": (400, "webhook-id", lambda: signed(BODY, webhook_id="a" * 256)),
    "form": (415, "application/json", lambda: signed(BODY, content_type="application/x-www-form-urlencoded")),
    "no content type": (415, "application/json", lambda: signed(BODY, content_type="")),
    "latin-1": (415, "UTF-8", lambda: signed(BODY, content_type="application/json; charset=latin-1")),
    "too large": (413, "256 KiB", lambda: signed(b" " * (256 * 1024 + 1))),
    "too large comes first": (413, "256 KiB", lambda: Received({}, b" " * (256 * 1024 + 1))),
    "not UTF-8": (400, "UTF-8", lambda: signed(b'{"type": "\xe4"}')),
    "not JSON": (400, "not JSON", lambda: signed(b"hello")),
    "empty": (400, "not JSON", lambda: signed(b"")),
    "a raw NUL": (400, "not JSON", lambda: signed(b'{"type": "\0"}')),
    "NaN": (400, "NaN", lambda: signed(b'{"type": NaN}')),
    "Infinity": (400, "Infinity", lambda: signed(b'{"type": -Infinity}')),
    "a key twice": (400, "'closes_at' stands twice", lambda: signed(b'{"data": {"closes_at": 1, "closes_at": 2}}')),
    "nested too deeply": (400, "nested", lambda: signed(b"[" * 100_000 + b"]" * 100_000)),
    "a number of 5,000 digits": (400, "not JSON", lambda: signed(b'{"type": ' + b"9" * 5_000 + b"}")),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_request_that_cannot_be_trusted_is_refused_with_a_reason(case: str) -> None:
    status, reason, request = REFUSED[case]
    inbox = RememberingInbox()
    answer = webhook().receive(request(), inbox)
    assert (answer.status, answer.body["status"]) == (status, status)
    assert reason in answer.body["detail"]
    assert answer.headers == {"content-type": "application/problem+json"}
    assert SECRET[6:] not in str(answer.body)
    assert not inbox.reports


@pytest.mark.parametrize(
    "secrets",
    [
        "",
        [],
        "secret",
        "whsec_",
        "whsec_c2hvcnQ=",
        "whsec_!!!!notbase64!!!!notbase64!!!!notbase64",
        f"{SECRET} bad",
    ],
)
def test_a_secret_that_is_none_is_refused_and_not_repeated(secrets: object) -> None:
    with pytest.raises(ValidationError) as caught:
        WebhookOptions.model_validate({"secrets": secrets})
    assert "notbase64" not in str(caught.value)


def test_secrets_may_come_as_one_text_split_by_spaces() -> None:
    options = WebhookOptions.model_validate({"secrets": f"{SECRET} {FORMER}"})
    assert [secret.get_secret_value() for secret in options.secrets] == [SECRET, FORMER]
    assert SECRET not in repr(options)


def test_the_registry_makes_one_from_options() -> None:
    integration = load("webhook")
    assert integration.webhook is not None
    made = integration.webhook(
        integration.options(secrets=SECRET), Surroundings("webhook", RememberingInbox().defaults)
    )
    assert made.receive(signed(item()), RememberingInbox()).status == 200
