"""Files that somebody chose in a modal, fetched from Slack with the bot's token.

https://docs.slack.dev/reference/block-kit/block-elements/file-input-element needs `files:read`; so does fetching
`url_private_download` (https://docs.slack.dev/reference/objects/file-object). Without it Slack answers 200 with the
page on which people sign in. Slack has three seconds for an acknowledgement, and ten files take longer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests
from urllib3.util import parse_url

from bot import clock
from bot.contracts.announcing import Upload
from integrations.http import trusted_session
from integrations.slack.announcing.fields import typed
from integrations.slack.announcing.modal import UPLOAD

MOST, LARGEST = 10, 5 * 1024 * 1024
TIMEOUT = (5.0, 20.0)
WITHIN = 60.0
"""Seconds for one file as a whole: the limits above hold for each read, and a line that drips would pass them all."""
THREADS = 4
_CHUNK = 64 * 1024
_log = logging.getLogger("silta.slack")

Chosen = Sequence[Mapping[str, Any]]
"""Slack's file objects."""


def chosen(view: Mapping[str, Any]) -> Chosen:
    """The files that stand in a form."""
    found = typed(view).get(UPLOAD) or ()
    return [each for each in found if isinstance(each, Mapping)][:MOST]


class Uploads:
    """Fetches chosen files by threads of its own. `token_of` gives the bot's token of a workspace."""

    def __init__(self, token_of: Callable[[str], str | None], api_url: str, within: float = WITHIN) -> None:
        self._token_of, self._home, self._within = token_of, parse_url(api_url), within
        self._threads = ThreadPoolExecutor(THREADS, "silta-files")

    def read(
        self, team: str, files: Chosen, then: Callable[[tuple[Upload, ...]], None], failed: Callable[[], None]
    ) -> None:
        """Fetch files, then go on with them; `failed` says so where that broke. Returns at once."""
        self._threads.submit(self._read, team, files, then, failed)

    def close(self) -> None:
        """Begin no more; what is being fetched is over when this returns."""
        self._threads.shutdown(cancel_futures=True)

    def _read(
        self, team: str, files: Chosen, then: Callable[[tuple[Upload, ...]], None], failed: Callable[[], None]
    ) -> None:
        try:
            then(tuple(self._fetched(self._token_of(team) or "", each) for each in files))
        except Exception:
            _log.exception("chosen files could not be taken")
            try:
                failed()
            except Exception:
                _log.exception("nobody was told that chosen files could not be taken")

    def _fetched(self, token: str, file: Mapping[str, Any]) -> Upload:
        name, url = str(file.get("name") or "file"), str(file.get("url_private_download") or "")
        if not token or not self._is_slacks(url):
            _log.warning("a chosen file has no address at Slack")
            return Upload(name, None)
        headers = {"Authorization": f"Bearer {token}"}
        try:
            with trusted_session() as session, session.get(
                url, headers=headers, timeout=TIMEOUT, stream=True, allow_redirects=False
            ) as answer:  # fmt: skip
                kind = answer.headers.get("Content-Type", "")
                if answer.status_code != 200 or kind.startswith("text/html"):
                    _log.warning("Slack gave no file: %d %s (files:read?)", answer.status_code, kind)
                    return Upload(name, None)
                return Upload(name, _capped(answer, self._within))
        except requests.RequestException as fault:
            _log.warning("a chosen file could not be fetched: %s", type(fault).__name__)
            return Upload(name, None)

    def _is_slacks(self, url: str) -> bool:
        """The token goes to Slack and to nobody else, whatever an object says.

        The address is read by what requests reads it with: another parser may see another host in it.
        """
        try:
            parts = parse_url(url)
        except ValueError:
            return False
        home, there = self._home, parts.host or ""
        at_home = (parts.scheme, there, parts.port) == (home.scheme, home.host, home.port)
        return at_home or (parts.scheme == "https" and there.endswith(".slack.com") and parts.port is None)


def _capped(answer: requests.Response, within: float) -> bytes:
    """The body, as far as one byte beyond what is taken: the house says that it is too large.

    Raises requests.Timeout when it does not come within so many seconds.
    """
    body, until = bytearray(), clock.monotonic() + within
    for chunk in answer.iter_content(_CHUNK):
        body += chunk
        if clock.monotonic() > until:
            raise requests.Timeout("the file came too slowly")
        if len(body) > LARGEST:
            break
    return bytes(body[: LARGEST + 1])
