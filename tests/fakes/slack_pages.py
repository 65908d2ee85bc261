"""What the fake Slack serves beside its Web API: response URLs, uploads, and OpenID's documents."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.fakes import slack_files, slack_oauth
from tests.fakes.slack_text import Refused
from tests.fakes.slack_wire import Request, Response

if TYPE_CHECKING:
    from tests.fakes.slack_workspace import Workspace

_JSON = {"Content-Type": "application/json"}


def page(workspace: Workspace, url: str, path: str, request: Request) -> Response:
    """Answer a request for anything but the Web API. The caller holds the lock."""
    if path.startswith("/upload/v1/"):
        taken = slack_files.take(workspace, path.rpartition("/")[2], _bytes(request))
        return Response(200, b"OK") if taken else Response(404, b"no such upload")
    if path.startswith("/files-pri/"):
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        body = slack_files.give(workspace, bearer, path.split("/")[2])
        if body is None:  # as Slack does: no error, but the page on which people sign in
            return Response(200, b"<!DOCTYPE html><title>Sign in</title>", {"Content-Type": "text/html"})
        return Response(200, body, {"Content-Type": "application/octet-stream"})
    if path == "/.well-known/openid-configuration":
        return _json(slack_oauth.discovery(url))
    if path == "/openid/connect/keys":
        return _json(slack_oauth.keys())
    if path in ("/oauth/v2/authorize", "/openid/connect/authorize"):
        text = b"<!doctype html><title>Slack</title><p>A person allows this with alice.authorize(address)."
        return Response(200, text, {"Content-Type": "text/html"})
    if not workspace.answers.known(path):
        return Response(404, b"no_such_hook")
    try:
        workspace.answers.take(workspace, path, request.body)
    except Refused as why:
        return _json({"ok": False, "error": why.error}, 404 if why.error.endswith("_url") else 400)
    return Response(200, b"ok", {"Content-Type": "text/html"})


def _json(data: dict[str, Any], status: int = 200) -> Response:
    return Response(status, json.dumps(data).encode(), _JSON)


def _bytes(request: Request) -> bytes:
    """The file in an upload: the body itself, or the only part of a form."""
    kind = request.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        return request.body
    from io import BytesIO

    from werkzeug.formparser import parse_form_data

    environ = {
        "wsgi.input": BytesIO(request.body), "CONTENT_TYPE": kind, "CONTENT_LENGTH": str(len(request.body)),
        "REQUEST_METHOD": "POST",
    }  # fmt: skip
    _, _, files = parse_form_data(environ)
    return next((file.read() for file in files.values()), b"")
