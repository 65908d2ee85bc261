"""`POST /in/bounce`: a mail server or provider hands a bounce or a complaint over, as it came (message/rfc822).

There is no secret: what counts is that the letter carries the key of a mail of ours, which is signed. Failed
ones are counted by address, so that keys cannot be guessed.
"""

from __future__ import annotations

from flask import Blueprint, Response, request
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from bot.contracts import Bounce, Complaint
from bot.conversation.mail import FOREIGN, Taken, take_in
from bot.log import logger
from bot.web.guard import too_often
from bot.web.house import house
from bot.web.peers import client_address
from bot.web.problems import as_json, problem

LIMIT = 1024 * 1024
"""Bytes of a letter that are taken; what a server reports stands before that, and quotes may be cut."""

TYPES = frozenset({"message/rfc822", "message/global", "application/octet-stream"})

bounces = Blueprint("bounces", __name__)
_log = logger("web")


@bounces.post("/in/bounce")
def receive() -> Response:
    """Take a bounce or a complaint in; answers after the commit, with what was done."""
    if request.mimetype not in TYPES:
        return problem(415, "Send the letter as it came, as message/rfc822.")
    try:
        raw = _body()
    except ClientDisconnected:
        return problem(400, "The body ended before its Content-Length.")
    if raw is None:
        return problem(413, "The letter is larger than 1 MiB: send its first megabyte.")
    letter = house().read_letter(raw)
    if not isinstance(letter.about, Bounce | Complaint):
        return _refused(422, "This is neither a bounce (RFC 3464) nor a complaint (RFC 5965).")
    try:
        taken = house().database.write(lambda session: take_in(session, house().stationery, letter))
    except (OperationalError, InterfaceError, PoolTimeout) as fault:
        _log.warning("bounce waits for the database", fault=type(fault).__name__)
        return problem(
            503, "The database does not take this in just now: send it again.", {"Retry-After": "5"}
        )
    return _answer(taken)


def _answer(taken: Taken) -> Response:
    if taken.note in FOREIGN:
        return _refused(403, "It speaks of no mail that we sent to that address, so nothing was done.")
    if taken.kind == "duplicate":
        return as_json(200, {"status": "duplicate"})
    return as_json(200, {"status": "accepted", "kind": taken.kind, "done": taken.note})


def _refused(status: int, detail: str) -> Response:
    wait = too_often(f"bounce {client_address(house().settings)}")
    if wait is not None:
        return problem(429, "Too many letters that are not about our mail.", {"Retry-After": str(wait)})
    return problem(status, detail)


def _body() -> bytes | None:
    """The raw bytes, or None when there are too many."""
    request.max_content_length = LIMIT + 1
    try:
        body = request.stream.read()
    except RequestEntityTooLarge:
        return None
    return body if len(body) <= LIMIT else None
