"""Modals: `views.open`, `push` and `update`, which a trigger forces into three seconds.

They have threads of their own, two seconds each, and no session is open meanwhile: a slow Slack holds up
neither Bolt's listeners nor the database.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from pydantic import SecretStr

from bot.contracts.chat import NotKept
from integrations.slack.api import Interrupted, Reply, SlackApi, Unreached
from integrations.slack.options import SlackOptions

LIMIT = 2.0
THREADS = 16
TOO_LATE = {
    "expired_trigger_id", "trigger_expired", "internal_error", "fatal_error", "service_unavailable", "unreached",
}  # fmt: skip
"""After these pressing again helps (https://docs.slack.dev/reference/methods/views.open, and one of ours)."""

UNSHOWN = {"missing_scope", "invalid_arguments"}
"""How a view may be refused to an app that may not read files. Which of them it is was not tried live."""

View = Mapping[str, Any]
_log = logging.getLogger("silta.slack")


def without_files(view: View) -> View:
    """A view without its fields for files: Slack refuses these to an app without files:read."""
    blocks = [
        each for each in view["blocks"] if (each.get("element") or {}).get("type") != "file_input"
    ]  # fmt: skip
    return {**view, "blocks": blocks}


class Views:
    """Opens and changes modals. Each call returns at once; its `Future` gives Slack's answer and never raises.

    An answer of status 0 is none: Slack was not reached, or did not answer in time. `late` hears of the
    triggers for which nothing was opened in time.
    """

    def __init__(
        self, token_of: Callable[[str], str | None], api_url: str, late: Callable[[str], None]
    ) -> None:
        self._token_of, self.api_url, self._late = token_of, api_url, late
        self._threads = ThreadPoolExecutor(THREADS, "silta-views")
        self._mine = threading.local()
        self._fileless: set[str] = set()

    def open(self, team: str, trigger_id: str, view: View) -> Future[Reply]:
        """Open a modal, within three seconds of the trigger."""
        return self._ask(team, "views.open", {"trigger_id": trigger_id, "view": view})

    def push(self, team: str, trigger_id: str, view: View) -> Future[Reply]:
        """Put a modal on top of the one that is open; three may lie on each other."""
        return self._ask(team, "views.push", {"trigger_id": trigger_id, "view": view})

    def update(self, team: str, view_id: str, view_hash: str, view: View) -> Future[Reply]:
        """Change a modal that is open, in place of the version `view_hash`; of any version where that is empty."""
        stated = {"view_id": view_id, "view": view} | ({"hash": view_hash} if view_hash else {})
        return self._ask(team, "views.update", stated)

    def fill(self, team: str, name: str, view: View) -> Future[Reply]:
        """Change a modal that is open and has this name of ours, its `external_id`."""
        return self._ask(team, "views.update", {"external_id": name, "view": view})

    def close(self) -> None:
        """Take no more calls; those under way are over when this returns."""
        self._threads.shutdown()

    def _ask(self, team: str, method: str, payload: Mapping[str, Any]) -> Future[Reply]:
        return self._threads.submit(self._opened, team, method, payload)

    def _opened(self, team: str, method: str, payload: Mapping[str, Any]) -> Reply:
        reply = self._call(team, method, payload)
        if "trigger_id" in payload and (reply.limited or reply.status >= 500 or reply.error in TOO_LATE):
            try:
                self._late(str(payload["trigger_id"]))
            except NotKept:
                _log.warning("%s: nobody could be told that it was too late", method)
        return reply

    def _call(self, team: str, method: str, payload: Mapping[str, Any]) -> Reply:
        token = self._token_of(team)
        if not token:
            _log.warning("%s: the app is not installed in %s", method, team)
            return Reply(0, {"ok": False, "error": "not_installed"}, {})
        if team in self._fileless:
            payload = {**payload, "view": without_files(payload["view"])}
        try:
            reply = self._api(token).post(method, payload)
        except (Unreached, Interrupted) as fault:
            _log.warning("%s: %s", method, fault)
            return Reply(0, {"ok": False, "error": "unreached"}, {})
        bare = without_files(payload["view"])
        if reply.error in UNSHOWN and len(bare["blocks"]) < len(payload["view"]["blocks"]):
            again = self._call(team, method, {**payload, "view": bare})
            if again.ok:  # an installation older than the scope: its forms go without files, until a restart
                self._fileless.add(team)
            return again
        if not reply.ok:
            said = json.dumps(reply.data.get("response_metadata", {}))[:300]
            _log.warning("Slack refused %s: %d %s %s", method, reply.status, reply.error, said)
        return reply

    def _api(self, token: str) -> SlackApi:
        """This thread's connection for a token."""
        known: dict[str, SlackApi] = self._mine.__dict__.setdefault("apis", {})
        if token not in known:
            options = SlackOptions(
                token=SecretStr(token), api_url=self.api_url, connect_timeout=LIMIT, read_timeout=LIMIT
            )
            known[token] = SlackApi(options)
        return known[token]
