"""A strict fake of Slack's Web API: a real HTTP server that refuses what Slack refuses.

    with FakeSlack() as slack:
        slack.add_channel("C1")
        ...post to slack.api_url with slack.token...
        assert slack.messages[0].text == "…"

It knows tokens and scopes, membership, archived channels, direct messages, every limit on blocks, metadata
that is held back unless asked for, rate limits with 429 and Retry-After, and can be told to fail.
As a process of its own: `python -m tests.fakes.slack --port 8090 --log posted.jsonl`.
"""

from __future__ import annotations

import json
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from email.utils import formatdate
from typing import Any, TextIO
from urllib.parse import urlsplit

from bot import clock
from tests.fakes.slack_calls import arguments
from tests.fakes.slack_driving import TEAM, Driven
from tests.fakes.slack_faults import POST, Faulty, RateLimits, broken
from tests.fakes.slack_limits import Refused
from tests.fakes.slack_methods import METHODS, OPEN
from tests.fakes.slack_pages import page
from tests.fakes.slack_wire import Request, Response, WireServer
from tests.fakes.slack_workspace import (
    ALL_SCOPES,
    BOT,
    Args,
    Conversation,
    Posted,
    Token,
    User,
    Workspace,
    need,
)

TOKEN = "xoxb-alice"


def _house_time() -> float:
    return clock.real_now().timestamp()


class FakeSlack(Faulty, Driven):
    """One fake Slack. Its methods may be called from any thread.

    `now` gives Slack's time in seconds, by default that of `bot.clock.real_now`, so it stands still when a
    test's clock does. Files are given out while `files_flow` is set. `any_channel` lets every C… and U… exist that
    is asked for. `hang` is how long a time-out is held, in seconds. `log` gets a JSON line for each message it accepts.
    """

    token = TOKEN

    def __init__(
        self,
        *,
        now: Callable[[], float] = _house_time,
        limits: bool = False,
        any_channel: bool = False,
        tls: ssl.SSLContext | None = None,
        port: int = 0,
        hang: float = 30.0,
        log: TextIO | None = None,
    ) -> None:
        self._now, self._log, self._lock = now, log, threading.RLock()
        self._workspace = Workspace(now, any_channel)
        Faulty.__init__(self)
        Driven.__init__(self)
        self.limits = RateLimits(now, on=limits)
        self.files_flow, self._hang = threading.Event(), hang
        self.files_flow.set()
        self.requests: Counter[str] = Counter()
        self.limited = 0
        self.add_token(TOKEN)
        self._server = WireServer(self._answer, port, tls, hang)
        self.url = self._workspace.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.port}"
        self.api_url = f"{self.url}/api/"

    def __enter__(self) -> FakeSlack:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving; every connection is closed."""
        self._server.stop()

    # -- what there is

    def add_token(
        self, token: str, *, team: str = TEAM, scopes: frozenset[str] = ALL_SCOPES, bot: str = BOT
    ) -> None:
        """Let a bot token exist, or change what it may do."""
        with self._lock:
            self._workspace.tokens[token] = Token(team, frozenset(scopes), bot)

    def revoke(self, token: str = TOKEN) -> None:
        """Revoke a token for good."""
        with self._lock:
            self._workspace.revoked.add(token)

    def add_channel(
        self,
        name: str,
        *,
        team: str = TEAM,
        private: bool = False,
        member: bool = True,
        archived: bool = False,
        read_only: bool = False,
        people: Iterable[str] | None = None,
        shared: bool = False,
        title: str = "",
    ) -> None:
        """Let a channel exist, or change one. `member` says whether the app is in it, `people` who else is
        (None: everybody), `shared` whether it is shared with other workspaces."""
        inside = None if people is None else frozenset(people)
        channel = Conversation(name, team, private, member, archived, read_only, None, inside, title, shared)
        with self._lock:
            self._workspace.conversations[name] = channel

    def add_user(self, name: str, *, active: bool = True, team: str = TEAM, **profile: Any) -> None:
        """Let a person exist, or change one; `profile` as in `slack_workspace.User`."""
        with self._lock:
            self._workspace.users[team, name] = User(name, team, active, **profile)

    @property
    def messages(self) -> list[Posted]:
        """All messages that were accepted, in order."""
        with self._lock:
            return list(self._workspace.messages)

    @property
    def connections(self) -> int:
        """How many connections clients have opened."""
        return self._server.connections

    def hang_up(self) -> None:
        """Close every connection that is open, as a server does with idle ones."""
        self._server.hang_up()

    # -- answering

    def _answer(self, request: Request) -> Response:
        parts = urlsplit(request.target)
        if not parts.path.startswith("/api/"):
            return self._elsewhere(parts.path, request)
        method = parts.path.removeprefix("/api/")
        fault = self._faults.take(method)
        with self._lock:
            self.requests[method] += 1
        how = fault.how if fault else None
        if fault and how and not how.endswith("after-commit"):
            return broken(how)
        token: Token | None = None
        try:
            args = arguments(request, parts.query)
            token = self._token(method, request, args)
            if fault and fault.after is not None:
                return self._too_fast(fault.after)
            if fault and fault.error:
                raise Refused(fault.error)
            data = self._call(method, token, args)
        except Refused as why:
            if "retry_after" in why.details:
                return self._too_fast(why.details["retry_after"])
            return self._json({"ok": False, "error": why.error, **why.details}, token)
        return broken(how) if how else self._json({"ok": True, **data}, token)

    def _elsewhere(self, path: str, request: Request) -> Response:
        """What is not the Web API; faults for it are ordered as of the method `response_url`."""
        if path.startswith("/files-pri/"):
            assert self.files_flow.wait(self._hang), "nobody let the files flow"
        fault = self._faults.take("response_url")
        how = fault.how if fault else None
        if how and not how.endswith("after-commit"):
            return broken(how)
        if fault and (fault.after is not None or fault.error):
            if fault.after is not None:
                return self._too_fast(fault.after)
            return Response(404, json.dumps({"ok": False, "error": fault.error}).encode())
        with self._lock:
            self.requests["response_url"] += path.startswith("/commands/")
            answer = page(self._workspace, self.url, path, request)
        return broken(how) if how else answer

    def _token(self, method: str, request: Request, args: Args) -> Token:
        if method in OPEN:
            bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
            args.setdefault("token", bearer)
            return Token("", frozenset())
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ") or args.pop("token", "")
        if not bearer:
            raise Refused("not_authed")
        with self._lock:
            if bearer in self._workspace.revoked:
                raise Refused("token_revoked")
            if bearer not in self._workspace.tokens:
                raise Refused("invalid_auth")
            return self._workspace.tokens[bearer]

    def _call(self, method: str, token: Token, args: Args) -> dict[str, Any]:
        with self._lock:
            if method != POST:
                _no_faster(self.limits.call(token.team, method))
                if method not in METHODS:
                    raise Refused("unknown_method")
                return METHODS[method](self._workspace, token, args)
            need(token, "chat:write")
            place = self._workspace.place(token, args)
            warnings = self._workspace.check_post(token, place, args)
            _no_faster(self.limits.post(token.team, place.id))
            posted = self._workspace.commit(place, args, token.bot)
            if self._log is not None:
                self._log.write(json.dumps(posted.logged()) + "\n")
                self._log.flush()
        answer = {"channel": posted.channel, "ts": posted.ts, "message": posted.shown(with_metadata=True)}
        return answer | ({"response_metadata": {"warnings": warnings}} if warnings else {})

    def _too_fast(self, after: float) -> Response:
        with self._lock:
            self.limited += 1
        body = b'{"ok":false,"error":"ratelimited"}'
        return Response(429, body, {"Retry-After": f"{after:g}", "Content-Type": "application/json"})

    def _json(self, data: dict[str, Any], token: Token | None) -> Response:
        headers = {"Content-Type": "application/json; charset=utf-8"}
        headers["Date"] = formatdate(self._now(), usegmt=True)
        if token is not None:
            headers["x-oauth-scopes"] = ",".join(sorted(token.scopes))
        return Response(200, json.dumps(data).encode(), headers)


def _no_faster(wait: int | None) -> None:
    if wait is not None:
        raise Refused("ratelimited", retry_after=wait)


if __name__ == "__main__":
    from tests.fakes.slack_process import main

    main()
