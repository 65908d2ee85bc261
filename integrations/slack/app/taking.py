"""Takes in what somebody did: it is committed first, and acknowledged then.

It stands before Bolt's listeners, in the thread that serves the request. Bolt acknowledges an event before
its listener runs, and then a fault would lose it (slackapi/bolt-python #1061); and whoever waits for the
commit here keeps no thread of Bolt's.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError
from slack_bolt import BoltContext, BoltResponse

from bot.contracts.chat import ChatRequest, Counter, NotKept
from integrations.slack.app import reading

_log = logging.getLogger("silta.slack")

Next = Callable[[], BoltResponse]


def taking(counter: Counter) -> Callable[..., BoltResponse]:
    """A middleware that hands what is for the house to its counter, and lets everything else pass."""

    def take(body: dict[str, Any], context: BoltContext, next_: Next) -> BoltResponse:
        try:
            request = _read(body, str(context.team_id or ""))
            if request is None:
                return next_()
            counter.take(request)
        except ValidationError as fault:
            _log.warning("Slack sent what cannot be read: %s", fault.error_count())
            return BoltResponse(status=400, body="")
        except NotKept:
            # Slack sends an event again; whoever gave a command or pressed is told that it did not work.
            return BoltResponse(status=503, body="")
        return BoltResponse(status=200, body="")

    return take


def _read(body: Mapping[str, Any], team: str) -> ChatRequest | None:
    if "command" in body:
        return reading.command(body, team)
    if body.get("type") == "block_actions":
        return reading.press(body, team)
    if body.get("type") == "event_callback":
        return reading.event(body, team)
    return None
