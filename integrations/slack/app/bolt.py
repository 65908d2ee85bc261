"""The Bolt app: one for a serving process, made when the first request comes.

Bolt does not verify the signature (the guard did), asks Slack nothing at a request, and runs listeners
in a pool that ten people who open a modal at once do not fill.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from types import ModuleType
from typing import Any

from pydantic import BaseModel, ConfigDict, SecretStr
from slack_bolt import Ack, App
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request import BoltRequest

from bot import clock
from bot.contracts import Received
from bot.contracts.chat import ChatDoor, DoorAnswer
from integrations.slack import announcing, claims, remind
from integrations.slack.app import guard
from integrations.slack.app.house import SlackHouse
from integrations.slack.app.late import Triggers
from integrations.slack.app.opening import Views
from integrations.slack.app.taking import taking

ROOMS: tuple[ModuleType, ...] = (announcing, claims, remind)
"""Modules with `register(app, house, views)`: listeners for modals and shortcuts. It may give what ends its threads."""

LISTENERS = 50
_ANY = re.compile("")
_log = logging.getLogger("silta.slack")


class SlackAppOptions(BaseModel):
    """What the administrator sets for the app."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    signing_secret: SecretStr
    api_url: str = "https://slack.com/api/"


def build(options: SlackAppOptions, house: SlackHouse, ends: ExitStack) -> App:
    """The app with all its listeners; what ends their threads goes to `ends`."""
    triggers = Triggers(house.counter)
    views = Views(house.token_of, options.api_url, triggers.late)
    listeners = ThreadPoolExecutor(LISTENERS, "silta-bolt")
    ends.callback(views.close)
    app = App(
        name="silta",
        logger=_log,
        authorize=_authorize(house),
        request_verification_enabled=False,
        process_before_response=False,
        ignoring_self_events_enabled=True,
        listener_executor=listeners,
    )
    app.use(taking(house.counter))
    app.use(triggers.remember)
    for room in ROOMS:
        if end := room.register(app, house, views):
            ends.callback(end)
    ends.callback(listeners.shutdown)  # first: the others work for them
    # Last, so that they get what nobody else wanted: a link that was followed, a list that was looked through.
    for listen in (app.action(_ANY), app.event(_ANY), app.shortcut(_ANY), app.view_closed(_ANY)):
        listen(_acknowledge)
    return app


class SlackDoor:
    """`bot.contracts.chat.ChatDoor`: the guard, then Bolt."""

    def __init__(self, options: SlackAppOptions, house: SlackHouse) -> None:
        self._secret = options.signing_secret.get_secret_value()
        self._ends = ExitStack()
        self._app = build(options, house, self._ends)

    def receive(self, request: Received) -> DoorAnswer:
        """Answer a request of Slack's; 401 for whatever it did not sign, 400 for what nobody can read."""
        why = guard.refusal(request.headers, request.body, self._secret, clock.real_now())
        if why is not None:
            return DoorAnswer(401, why)
        try:
            asked = BoltRequest(
                body=request.body.decode("utf-8"), query=request.query, headers=dict(request.headers)
            )
        except (ValueError, AttributeError, TypeError, KeyError):
            asked = None
        if asked is None or not isinstance(asked.body.get("event", {}), dict):
            return DoorAnswer(400, "The body is none that Slack sends.")
        answer = self._app.dispatch(asked)
        return DoorAnswer(
            answer.status, answer.body, {name: values[0] for name, values in answer.headers.items()}
        )

    def close(self) -> None:
        """End all threads, listeners first."""
        self._ends.close()


def open_door(options: Mapping[str, Any], house: SlackHouse) -> ChatDoor:
    """The door of an app. Raises ValidationError when the options are wrong."""
    return SlackDoor(SlackAppOptions.model_validate(options), house)


def _authorize(house: SlackHouse) -> Callable[..., AuthorizeResult]:
    """Every workspace that signs is let in: what it may do is the house's to say. Slack is not asked."""

    def authorize(team_id: str | None, enterprise_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=enterprise_id, team_id=team_id, bot_token=house.token_of(team_id or "") or "none"
        )

    return authorize


def _acknowledge(ack: Ack) -> None:
    ack()
