"""The Standard Webhooks receiver (https://www.standardwebhooks.com): verify, parse, hand to the inbox."""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from bot.contracts import Answer, Inbox, Received
from integrations.json_bodies import is_json, parsed
from integrations.problems import Refused, answer
from integrations.webhook.body import read

BODY_LIMIT_BYTES = 256 * 1024

_SIGNED = ("webhook-id", "webhook-timestamp", "webhook-signature")
_CLOCK = "webhook-timestamp is more than 5 minutes off: check the sender's clock and sign anew"
_UNVERIFIED = {
    "Message timestamp too old": _CLOCK,
    "Message timestamp too new": _CLOCK,
    "Invalid Signature Headers": "webhook-timestamp must be seconds since 1970",
    "No matching signature found": "the signature does not match the bytes of the body under our secret",
}


def _secret(value: SecretStr) -> SecretStr:
    prefix, _, encoded = value.get_secret_value().partition("whsec_")
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except binascii.Error:
        key = b""
    if prefix or len(key) < 24:
        raise ValueError("must be whsec_ and at least 24 random bytes in base64")
    return value


def _split(value: Any) -> Any:
    return value.split() if isinstance(value, str) else value


class WebhookOptions(BaseModel):
    """What a webhook source needs: its secrets, several (split by spaces) while one is rotated."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    secrets: Annotated[
        list[Annotated[SecretStr, AfterValidator(_secret)]],
        BeforeValidator(_split),
        Field(min_length=1, title="Secrets", description="whsec_…; several split by spaces"),
    ]


@lru_cache(maxsize=256)
def _verifier(secret: str) -> Verifier:
    return Verifier(secret)


class StandardWebhook:
    """Takes signed requests in. The library checks signature and 5-minute window by the machine's clock."""

    def __init__(self, options: WebhookOptions) -> None:
        self._verifiers = [_verifier(secret.get_secret_value()) for secret in options.secrets]

    def receive(self, request: Received, inbox: Inbox) -> Answer:
        """Answer 200 after the commit, else a problem: 400, 401, 404, 413, 415 or 422."""
        try:
            text = self._verified(request)
            report = read(parsed(text), inbox)
            accepted = inbox.accept([report], receipt=request.headers["webhook-id"])[0]
            if accepted.verdict == "unknown":
                raise Refused(404, "There is nothing to withdraw under this external_id.")
        except Refused as refusal:
            return answer(refusal)
        return Answer(200, {"status": accepted.verdict, "item": accepted.item_id})

    def _verified(self, request: Received) -> str:
        if len(request.body) > BODY_LIMIT_BYTES:
            raise Refused(413, "The body is larger than 256 KiB.")
        if not is_json(request.headers.get("content-type", "")):
            raise Refused(415, "Content-Type must be application/json, in UTF-8.")
        headers = {name: request.headers.get(name, "") for name in _SIGNED}
        missing = [name for name, value in headers.items() if not value]
        if missing:
            raise Refused(401, f"The request is not signed: {', '.join(missing)} is missing.")
        try:
            text = request.body.decode()
        except UnicodeDecodeError as fault:
            raise Refused(400, "The body is not UTF-8.") from fault
        if reason := self._unverified(text, headers):
            raise Refused(401, f"The request is not accepted: {reason}.")
        if len(headers["webhook-id"]) > 255 or not headers["webhook-id"].isprintable():
            raise Refused(400, "webhook-id must be 1 to 255 printable characters.")
        return text

    def _unverified(self, text: str, headers: dict[str, str]) -> str | None:
        """Why no secret accepts the request, None when one does."""
        reason = ""
        for verifier in self._verifiers:
            try:
                verifier.verify(text, headers, json_parse=False)
            except WebhookVerificationError as fault:
                reason = _UNVERIFIED.get(str(fault), "the signature cannot be checked")
            except ValueError:  # the library lets these out for a malformed signature
                reason = "webhook-signature must be like v1,<base64>"
            else:
                return None
        return reason
