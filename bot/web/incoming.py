"""`POST /in/<source>`: others bring news in. Answers are JSON; every error is a problem document."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import ClientDisconnected

from bot.contracts import Answer, Received, SourceFault
from bot.log import logger
from bot.web.bodies import body_within
from bot.web.doors import Doors
from bot.web.failures import Failures
from bot.web.house import house
from bot.web.peers import client_address
from bot.web.problems import as_json, problem

BODY_LIMIT = 256 * 1024
"""Bytes of a body that are read; what is longer is refused unread."""

RETRY_AFTER = "5"

incoming = Blueprint("incoming", __name__)
_log = logger("web")


@incoming.post("/in/<name>")
@incoming.post("/in/<name>/<path:rest>")
def receive(name: str, rest: str = "") -> Response:
    """Hand a request to its source's webhook. Nothing is acknowledged before the commit."""
    try:
        return _receive(name, rest)
    except SourceFault as fault:
        _log.warning("source cannot be opened", source=name[:64], fault=fault.reason)
        return problem(
            503, "This source is not set up yet; its administrator can see why.", {"Retry-After": "60"}
        )
    except (OperationalError, InterfaceError, IntegrityError, PoolTimeout) as fault:
        _log.warning("webhook waits for the database", source=name[:64], fault=type(fault).__name__)
        detail = "The database does not take this in just now, so nothing was kept: send it again."
        return problem(503, detail, {"Retry-After": RETRY_AFTER})
    except Exception:
        _log.exception("webhook broke", source=name[:64])
        return problem(500, "Something broke on our side, and nothing was kept.")


def _receive(name: str, rest: str) -> Response:
    door = _doors().find(name) if "\x00" not in name else None
    if door is None or door.webhook is None:
        return problem(404, "There is no source of that name that takes webhooks.")
    if door.paused:
        return problem(409, "This source is paused: nothing is taken in until it is resumed.")
    try:
        body = body_within(BODY_LIMIT)
    except ClientDisconnected:
        return problem(400, "The body ended before its Content-Length.")
    if body is None:
        return problem(413, "The body is larger than 256 KiB.")
    headers = {key.lower(): value for key, value in request.headers.items()}
    query = request.query_string.decode("latin-1")
    answer = door.webhook.receive(Received(headers, body, rest, query), door.inbox)
    if answer.status == 401:
        wait = _failures().count(client_address(house().settings))
        if wait is not None:
            return problem(429, "Too many requests with a wrong signature.", {"Retry-After": str(wait)})
    return _response(answer)


def _response(answer: Answer) -> Response:
    return as_json(answer.status, answer.body, answer.headers)


def _doors() -> Doors:
    doors: Doors = current_app.extensions["silta.doors"]
    return doors


def _failures() -> Failures:
    failures: Failures = current_app.extensions["silta.failures"]
    return failures
