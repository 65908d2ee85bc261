"""What was done to have a modal opened, remembered until Slack has opened it: a trigger may expire on the way.

A trigger lasts three seconds (https://docs.slack.dev/interactivity/handling-user-interaction). Whoever pressed
and sees nothing is told so, with the button again, through the house's queue, which Slack does not hurry.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt import BoltContext, BoltResponse

from bot.contracts.chat import ChatRequest, Counter
from integrations.slack.app import reading

MOST = 500
"""Triggers that are remembered: many times as many as are pressed within the seconds that one lasts."""


class Triggers:
    """What was pressed, by its trigger. Thread-safe."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._known: OrderedDict[str, ChatRequest] = OrderedDict()
        self._guard = threading.Lock()

    def remember(self, body: dict[str, Any], context: BoltContext, next_: Callable[[], BoltResponse]) -> Any:
        """A middleware, before the listeners that open modals."""
        request = _pressed(body, str(context.team_id or ""))
        if request is not None:
            with self._guard:
                self._known[str(body["trigger_id"])] = request
                while len(self._known) > MOST:
                    self._known.popitem(last=False)
        return next_()

    def late(self, trigger_id: str) -> None:
        """Nothing was opened for this trigger: hand in that its person is told so."""
        with self._guard:
            request = self._known.pop(trigger_id, None)
        if request is not None:
            self._counter.take(request)


def _pressed(body: Mapping[str, Any], team: str) -> ChatRequest | None:
    """What is kept of it, None for what has no trigger. Only a button of ours that opens something is shown again."""
    if not body.get("trigger_id") or body.get("type") not in {"block_actions", "shortcut", "message_action"}:
        return None
    return reading.opening(body, team)
