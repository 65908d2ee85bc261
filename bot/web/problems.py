"""RFC 9457 problem details: how programs are told what went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from flask import Response
from flask import json as flask_json


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """A problem document. `detail` is a sentence that says what to do."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return as_json(status, body, {"Content-Type": "application/problem+json", **(headers or {})})


def as_json(status: int, body: Mapping[str, object], headers: Mapping[str, str] | None = None) -> Response:
    """A JSON document that no cache keeps."""
    response = Response(flask_json.dumps(body), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    response.headers.update(headers or {})
    return response
