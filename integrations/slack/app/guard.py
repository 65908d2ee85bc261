"""The guard before Bolt: nothing is read of a request that Slack did not sign within five minutes.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

SKEW = 300
"""Seconds that a request's time may lie away from ours, either way."""


def refusal(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> str | None:
    """Why a request is not Slack's, None when it is. `headers` have lower-case names; `now` is the real time."""
    stamp = headers.get("x-slack-request-timestamp", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return "The request bears no time of Slack's."
    if abs(now.timestamp() - int(stamp)) > SKEW:
        return "The request's time lies more than five minutes away from this server's: check its clock."
    signed = b"v0:" + stamp.encode() + b":" + body
    wanted = "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    given = headers.get("x-slack-signature", "")
    if not hmac.compare_digest(wanted.encode(), given.encode("utf-8", "replace")):
        return "The signature is not Slack's: check that SLACK_SIGNING_SECRET is this app's."
    return None
