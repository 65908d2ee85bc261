"""When something goes wrong: a page for people, a problem document for programs. Never a traceback."""

from __future__ import annotations

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFError  # type: ignore[import-untyped]
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from bot.log import logger
from bot.web.pages import page
from bot.web.problems import problem

SENTENCES = {
    400: ("That could not be understood", "Go back and try again."),
    404: ("There is nothing here", "The address may be mistyped, or what was here is gone."),
    405: ("Not like this", "This address takes other requests."),
    413: ("That is too much", "The form holds more than we take."),
    500: (
        "Something broke on our side",
        "Nothing you did was lost, and the log says what it was. Try again.",
    ),
    503: ("The database does not answer just now", "Nothing was lost. Try again in a moment."),
}

_log = logger("web")


def register(app: Flask) -> None:
    """Answer every error of this application."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(OperationalError, _no_database)
    app.register_error_handler(PoolTimeout, _no_database)
    app.register_error_handler(Exception, _broken)


def _http(fault: HTTPException) -> Response:
    status = fault.code or 500
    response = _answer(status)
    for name, value in fault.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def _stale_form(_fault: CSRFError) -> Response:
    return page(
        "fault.html", 400, title="This form is too old", advice="Go back, load the page anew and try again."
    )


def _no_database(fault: Exception) -> Response:
    _log.warning("page waits for the database", endpoint=request.endpoint, fault=type(fault).__name__)
    response = _answer(503)
    response.headers["Retry-After"] = "5"
    return response


def _broken(_fault: Exception) -> Response:
    # The endpoint, never the path: addresses of readers' pages are secrets.
    _log.exception("page broke", endpoint=request.endpoint)
    return _answer(500)


def _answer(status: int) -> Response:
    title, advice = SENTENCES.get(status, SENTENCES[400])
    if request.path.startswith(("/in/", "/slack/events")):
        return problem(status, f"{title}. {advice}" if status != 405 else "Only POST is taken here.")
    return page("fault.html", status, title=title, advice=advice)
