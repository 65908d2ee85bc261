"""The Standard Webhooks receiver (https://www.standardwebhooks.com): verify, parse, hand to the inbox."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections import Counter
from functools import lru_cache
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from bot.contracts import Answer, Inbox, Received
from integrations.webhook.body import read
from integrations.webhook.problems import Refused, answer

BODY_LIMIT_BYTES = 256 * 1024

_SIGNED = ("webhook-id", "webhook-timestamp", "webhook-signature")
_CLOCK = "webhook-timestamp is more than 5 minutes off: check the sender's clock and sign anew"
_UNVERIFIED = {
    "Message timestamp too old": _CLOCK,
    "Message timestamp too new": _CLOCK,
    "Invalid Signature Headers": "webhook-timestamp must be seconds since 1970",
    "No matching signature found": "the signature does not match the bytes of the body under our secret",
}
_LONE_SURROGATE_MAY_FOLLOW = re.compile(r"\\u[dD][89a-fA-F]")


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
            report = read(_parsed(text), inbox)
            accepted = inbox.accept([report], receipt=request.headers["webhook-id"])[0]
            if accepted.verdict == "unknown":
                raise Refused(404, "There is nothing to withdraw under this external_id.")
        except Refused as refusal:
            return answer(refusal)
        return Answer(200, {"status": accepted.verdict, "item": accepted.item_id})

    def _verified(self, request: Received) -> str:
        if len(request.body) > BODY_LIMIT_BYTES:
            raise Refused(413, "The body is larger than 256 KiB.")
        if not _is_json(request.headers.get("content-type", "")):
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


def _is_json(content_type: str) -> bool:
    media, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = [
        value.strip('"') for part in parameters if part.startswith("charset=") for value in [part[8:]]
    ]
    return media == "application/json" and all(charset in {"utf-8", "utf8"} for charset in charsets)


def _parsed(text: str) -> object:
    try:
        document = _DECODER.decode(text)
        if _LONE_SURROGATE_MAY_FOLLOW.search(text):
            document = _whole(document)
    except json.JSONDecodeError as fault:
        raise Refused(400, f"The body is not JSON: {fault}.") from fault
    except ValueError as fault:
        raise Refused(400, f"The body is not JSON that can be relied on: {fault}.") from fault
    except RecursionError as fault:
        raise Refused(400, "The body is not JSON that can be relied on: it is nested too deeply.") from fault
    return document


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise ValueError(f"{twice[:100]!r} stands twice in one object")
    return members


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is not a number in JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_number)


def _whole(value: Any) -> Any:
    """The same value with U+FFFD for halves of surrogate pairs: an emoji that a sender cut in two."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole(entry) for entry in value]
    if isinstance(value, dict):
        return {_whole(name): _whole(entry) for name, entry in value.items()}
    return value
