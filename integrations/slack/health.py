"""Asks Slack whether we could send: the token, its scopes, and whether our clocks agree."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime

from bot import clock
from integrations.slack.api import Interrupted, Reply, SlackApi, Unreached
from integrations.slack.options import NEEDED_SCOPES
from integrations.slack.outcomes import MISCONFIGURED

SKEW_LIMIT = timedelta(seconds=60)
"""Signed requests of Slack's are refused at five minutes; a clock a minute off is on its way there."""


def check(api: SlackApi) -> list[str]:
    """Faults with their remedies, empty when all is well. Posts nothing."""
    try:
        reply = api.post("auth.test", {})
    except (Unreached, Interrupted) as fault:
        return [f"Slack does not answer ({fault}): check SLACK_API_URL, the network and the proxy"]
    return [*_token(reply), *(_scopes(reply) if reply.ok else ()), *_skew(reply)]


def _token(reply: Reply) -> list[str]:
    if reply.ok:
        return []
    if reply.limited:
        return [f"Slack asks to slow down: check again in {reply.retry_after or 30:.0f} s"]
    error = reply.error[:80] or f"status {reply.status} without a result"
    return [f"Slack refuses the token: {error}: {MISCONFIGURED.get(reply.error, 'check SLACK_API_URL')}"]


def _scopes(reply: Reply) -> list[str]:
    granted = {scope.strip() for scope in reply.headers.get("x-oauth-scopes", "").split(",")}
    return [
        f"The Slack app lacks the scope {scope}, so {loss}: add it under OAuth & Permissions, Bot Token "
        "Scopes, and install the app again"
        for scope, loss in NEEDED_SCOPES.items()
        if scope not in granted
    ]


def _skew(reply: Reply) -> list[str]:
    try:
        theirs = parsedate_to_datetime(reply.headers.get("Date", ""))
        skew = clock.real_now() - theirs
    except (TypeError, ValueError):
        return []
    if abs(skew) <= SKEW_LIMIT:
        return []
    way = "ahead of" if skew > timedelta(0) else "behind"
    seconds = round(abs(skew).total_seconds())
    return [f"This machine's clock is {seconds} s {way} Slack's: let NTP set it (timedatectl set-ntp true)"]
