"""`POST /slack/events`: Slack brings commands, presses and events. What it did not sign is refused unread."""

from __future__ import annotations

import threading

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import ClientDisconnected

from bot.contracts import Received
from bot.contracts.chat import ChatDoor
from bot.log import logger
from bot.web.bodies import body_within
from bot.web.failures import Failures
from bot.web.house import House, house
from bot.web.peers import client_address
from bot.web.problems import problem

BODY_LIMIT = 1024 * 1024
"""Bytes of a body that are read; Slack's largest, a modal's, are a quarter of that."""

slack = Blueprint("slack", __name__)
_log = logger("web")


class ChatDoors:
    """The door for Slack, opened when somebody first comes: a process that none comes to does without Bolt."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._guard = threading.Lock()
        self._door: ChatDoor | None = None

    def find(self) -> ChatDoor | None:
        """The door, None where no Slack app is set up."""
        with self._guard:
            if self._door is None:
                self._door = self._house.open_chat()
            return self._door

    def close(self) -> None:
        """End what the door has begun, before its house is closed."""
        with self._guard:
            if self._door is not None:
                self._door.close()


@slack.post("/slack/events")
def events() -> Response:
    """Take in what happened. Nothing is acknowledged before the commit."""
    try:
        return _events()
    except Exception:
        _log.exception("the door for Slack broke")
        return problem(500, "Something broke on our side, and nothing was kept.")


def _events() -> Response:
    doors: ChatDoors = current_app.extensions["silta.chats"]
    door = doors.find()
    if door is None:
        return problem(404, "There is no Slack app here: its administrator sets SLACK_SIGNING_SECRET.")
    try:
        body = body_within(BODY_LIMIT)
    except ClientDisconnected:
        return problem(400, "The body ended before its Content-Length.")
    if body is None:
        return problem(413, "The body is larger than 1 MiB.")
    headers = {key.lower(): value for key, value in request.headers.items()}
    answer = door.receive(Received(headers, body, query=request.query_string.decode("latin-1")))
    if answer.status == 401:
        failures: Failures = current_app.extensions["silta.failures"]
        wait = failures.count(f"slack {client_address(house().settings)}")
        if wait is not None:
            return problem(429, "Too many requests with a wrong signature.", {"Retry-After": str(wait)})
    if answer.status in {400, 401}:
        return problem(answer.status, answer.body)
    response = Response(answer.body, answer.status)
    response.headers.update(answer.headers)
    response.headers["Cache-Control"] = "no-store"
    return response
