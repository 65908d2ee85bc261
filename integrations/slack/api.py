"""One keep-alive connection to Slack's Web API: calls, and what is known when a call breaks.

No retries and no sleeping here: the outbox decides when to ask again.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from bot import clock
from integrations.http import trusted_session
from integrations.slack.options import SlackOptions

LONGEST_WAIT = 3600.0
"""Seconds: no `Retry-After`, not even a broken proxy's, silences the sender for longer."""


class Unreached(Exception):
    """The request did not leave: Slack cannot have taken anything."""


class Interrupted(Exception):
    """The line broke after the request had begun to leave: Slack may have taken it."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. `data` is empty when the body is no JSON object (a gateway's HTML page)."""

    status: int
    data: Mapping[str, Any]
    headers: Mapping[str, str]

    @property
    def ok(self) -> bool:
        """Whether Slack says that it did what was asked."""
        return self.status == 200 and self.data.get("ok") is True

    @property
    def error(self) -> str:
        """Slack's error code, empty if there is none."""
        return "" if self.data.get("ok") is True else str(self.data.get("error", ""))

    @property
    def limited(self) -> bool:
        """Whether we are asked to slow down; Slack spells it in two ways, and with and without a 429."""
        return self.status == 429 or self.error in {"ratelimited", "rate_limited"}

    @property
    def retry_after(self) -> float | None:
        """The wait in seconds that Slack asks for, if it does so sensibly."""
        try:
            wait = float(self.headers.get("Retry-After", ""))
        except ValueError:
            return None
        return min(wait, LONGEST_WAIT) if wait >= 0 else None


class SlackApi:
    """Calls methods of the Web API with the bot's token."""

    def __init__(self, options: SlackOptions) -> None:
        self._url = options.api_url
        self._timeout = (options.connect_timeout, options.read_timeout)
        self._bearer = f"Bearer {options.token.get_secret_value()}"
        self._session = trusted_session()
        # Proxies and CA bundle of the environment, read once: requests would read them at every call.
        self._settings = self._session.merge_environment_settings(self._url, {}, None, None, None)
        self._idle_limit = options.idle_limit
        self._used = clock.monotonic()

    def post(self, method: str, payload: Mapping[str, Any]) -> Reply:
        """Call a method with a JSON body. Raises Unreached or Interrupted."""
        body = io.BytesIO(json.dumps(payload, separators=(",", ":")).encode())
        headers = {"Content-Type": "application/json; charset=utf-8"}
        return self._call(requests.Request("POST", self._url + method, headers, data=body), body)

    def get(self, method: str, params: Mapping[str, str]) -> Reply:
        """Call a method that only reads. Raises Unreached or Interrupted."""
        return self._call(requests.Request("GET", self._url + method, params=dict(params)), None)

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def _call(self, request: requests.Request, body: io.BytesIO | None) -> Reply:
        if clock.monotonic() - self._used > self._idle_limit:
            self._session.close()
        request.auth = self._authorise
        try:
            prepared = self._session.prepare_request(request)
            answer = self._session.send(
                prepared, timeout=self._timeout, allow_redirects=False, **self._settings
            )
        except requests.RequestException as fault:
            # http.client reads the body only once it is connected and the headers are out.
            left = body is not None and body.tell() > 0
            raise (Interrupted if left else Unreached)(_said(fault)) from fault
        finally:
            self._used = clock.monotonic()
        return Reply(answer.status_code, _object(answer.content), answer.headers)

    def _authorise(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        # As an auth hook and not a header: requests would prefer a ~/.netrc to the header.
        request.headers["Authorization"] = self._bearer
        return request


def _object(content: bytes) -> Mapping[str, Any]:
    try:
        data = json.loads(content)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _said(fault: requests.RequestException) -> str:
    """The fault in a few words; the whole message of urllib3 repeats itself three times."""
    inner: Any = fault
    while inner.args and isinstance(inner.args[0], BaseException):
        inner = inner.args[0]
    reason = getattr(inner, "reason", None) or inner
    return f"{type(fault).__name__}: {str(reason)[:200]}"
