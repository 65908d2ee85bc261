"""How the arguments of a call reach the fake Slack: in a query, a form or a JSON object."""

from __future__ import annotations

import base64
import json
from urllib.parse import parse_qsl

from tests.fakes.slack_text import Refused
from tests.fakes.slack_wire import Request
from tests.fakes.slack_workspace import Args


def arguments(request: Request, query: str) -> Args:
    """The call's arguments. Raises Refused."""
    args: Args = dict(parse_qsl(query)) | _credentials(request.headers.get("authorization", ""))
    kind = request.headers.get("content-type", "")
    if not request.body:
        return args
    if kind.startswith("application/x-www-form-urlencoded"):
        return args | dict(parse_qsl(request.body.decode()))
    if not kind.startswith("application/json"):
        raise Refused("invalid_post_type" if kind else "missing_post_type")
    try:
        data = json.loads(request.body)
    except ValueError:
        raise Refused("invalid_json") from None
    if not isinstance(data, dict):
        raise Refused("json_not_object")
    return args | data


def _credentials(authorization: str) -> Args:
    """An app's id and secret, where they come as HTTP's Basic authorization."""
    if not authorization.startswith("Basic "):
        return {}
    name, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
    return {"client_id": name, "client_secret": secret}
