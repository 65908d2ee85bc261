"""Installs the app in workspaces by OAuth v2, and hands out its tokens (`bot.contracts.Workspaces`).

https://docs.slack.dev/authentication/installing-with-oauth. Token rotation stays off: docs/adr/0009 says why.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any
from urllib.parse import quote, urljoin

from pydantic import BaseModel, ConfigDict, SecretStr
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.oauth import AuthorizeUrlGenerator
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore
from sqlalchemy import Engine, func, select

from bot import clock
from bot.contracts.workspaces import Installed, NotInstalled, Why, Workspace
from integrations.slack.installs.sealing import Seal, SealedStore
from integrations.slack.options import NEEDED_SCOPES

STATE_AGE = 600
"""Seconds that an installation may take."""

FRESH = 5.0
"""Seconds after which a token is looked up again: a removed one is used no longer."""

TIMEOUT = 10

_WHY: Mapping[str, Why] = {
    "invalid_code": "code",
    "code_already_used": "code",
    "code_expired": "code",
    "invalid_client_id": "credentials",
    "bad_client_secret": "credentials",
    "bad_redirect_uri": "redirect",
}
"""Errors of https://docs.slack.dev/reference/methods/oauth.v2.access that a person can do something about."""


class AppOptions(BaseModel):
    """The app as Slack knows it, under Basic Information, and where Slack sends people back to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    client_id: str
    client_secret: SecretStr
    redirect_url: str
    secret_key: SecretStr
    api_url: str = "https://slack.com/api/"


class SlackWorkspaces:
    """The workspaces where the app is installed. The engines are the house's: one reads, one may write."""

    def __init__(self, options: AppOptions, reader: Engine, writer: Engine) -> None:
        self._options, self._reader = options, reader
        self._seal = Seal(options.secret_key.get_secret_value())
        self._store = SealedStore(options.client_id, writer, self._seal)
        self._states = SQLAlchemyOAuthStateStore(expiration_seconds=STATE_AGE, engine=writer)
        self._tokens: dict[str, tuple[float, str | None]] = {}
        self._guard = threading.Lock()

    def begin(self) -> tuple[str, str]:
        """A state, and Slack's page where somebody allows the app in."""
        self._sweep()
        state = self._states.issue()
        ask = AuthorizeUrlGenerator(
            client_id=quote(self._options.client_id, safe=""),
            redirect_uri=quote(self._options.redirect_url, safe=""),
            scopes=list(NEEDED_SCOPES),
            authorization_url=urljoin(self._options.api_url, "/oauth/v2/authorize"),
        )
        return state, ask.generate(state)

    def consume(self, state: str) -> bool:
        """Use a state up."""
        return self._states.consume(state)

    def finish(self, code: str) -> Installed | NotInstalled:
        """Exchange a code for the bot's token, and keep it encrypted."""
        client = WebClient(base_url=self._options.api_url, timeout=TIMEOUT, retry_handlers=[])
        try:
            answer = client.oauth_v2_access(
                client_id=self._options.client_id,
                client_secret=self._options.client_secret.get_secret_value(),
                code=code,
                redirect_uri=self._options.redirect_url,
            )
        except SlackApiError as fault:
            said = str(fault.response.get("error", ""))[:80]
            return NotInstalled(_WHY.get(said, "refused"), said)
        except (SlackClientError, OSError, ValueError) as fault:
            return NotInstalled("unreached", type(fault).__name__)
        found = _installation(answer)
        if found is None:
            return NotInstalled(
                "organisation" if answer.get("is_enterprise_install") else "refused", "no bot token"
            )
        self._store.save(found)
        with self._guard:
            self._tokens.pop(str(found.team_id), None)
        granted = set(found.bot_scopes or ())
        lacking = {scope: loss for scope, loss in NEEDED_SCOPES.items() if scope not in granted}
        return Installed(Workspace(str(found.team_id), found.team_name or "", clock.real_now()), lacking)

    def listed(self) -> Sequence[Workspace]:
        """Where the app is installed, by name."""
        bots = self._store.bots.c
        rows = select(bots.team_id, bots.team_name, func.max(bots.installed_at).label("since"))
        rows = rows.where(bots.client_id == self._options.client_id, bots.team_id.is_not(None))
        rows = rows.group_by(bots.team_id, bots.team_name).order_by(bots.team_name, bots.team_id)
        with self._reader.connect() as connection:
            found = connection.execute(rows).all()
        return [Workspace(row.team_id, row.team_name or "", row.since.replace(tzinfo=UTC)) for row in found]

    def token(self, team: str) -> str | None:
        """The bot's token in a workspace, looked up every few seconds."""
        seen, token = self._tokens.get(team, (float("-inf"), None))
        if clock.monotonic() - seen < FRESH:
            return token
        bots, at = self._store.bots.c, clock.monotonic()
        mine = select(bots.bot_token).where(bots.client_id == self._options.client_id, bots.team_id == team)
        with self._reader.connect() as connection:
            sealed = connection.execute(mine.order_by(bots.id.desc()).limit(1)).scalar()
        token = self._seal.open(sealed) if sealed else None
        with self._guard:
            self._tokens[team] = (at, token)
        return token

    def _sweep(self) -> None:
        """Delete states of installations that nobody finished."""
        states = self._states.oauth_states
        with self._states.engine.begin() as connection:
            late = states.c.expire_at < clock.real_now().replace(tzinfo=None)
            connection.execute(states.delete().where(late))


def _installation(answer: Any) -> Installation | None:
    """What Slack granted, as slack_sdk keeps it; None without a bot token, or for a whole organisation."""
    team, enterprise = answer.get("team") or {}, answer.get("enterprise") or {}
    if answer.get("is_enterprise_install") or not team.get("id") or not answer.get("access_token"):
        return None
    return Installation(
        app_id=str(answer.get("app_id") or ""),
        enterprise_id=enterprise.get("id"),
        enterprise_name=enterprise.get("name"),
        team_id=team["id"],
        team_name=str(team.get("name") or "")[:200],
        bot_token=answer["access_token"],
        bot_user_id=answer.get("bot_user_id"),
        bot_scopes=answer.get("scope") or "",
        user_id=str((answer.get("authed_user") or {}).get("id") or ""),
        token_type=answer.get("token_type"),
    )
