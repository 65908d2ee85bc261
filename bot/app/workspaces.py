"""The Slack workspaces of this installation: its own by SLACK_BOT_TOKEN, and those where the app was installed."""

from __future__ import annotations

from collections.abc import Callable

from bot.contracts.workspaces import Workspaces
from bot.settings import Settings
from bot.store.db import Database
from bot.store.workplace import own_team

TokenOf = Callable[[str], str | None]


def open_workspaces(settings: Settings, database: Database) -> Workspaces | None:
    """Where the app is installed and how it is; None without SLACK_CLIENT_ID. slack_sdk is loaded here."""
    if not (settings.slack_client_id and settings.slack_client_secret):
        return None
    from integrations.slack.installs.workspaces import AppOptions, SlackWorkspaces

    options = AppOptions.model_validate(
        {
            "client_id": settings.slack_client_id, "client_secret": settings.slack_client_secret,
            "redirect_url": f"{settings.public_url}/slack/oauth_redirect",
            "secret_key": settings.secret_key, "api_url": settings.slack_api_url,
        }
    )  # fmt: skip
    return SlackWorkspaces(options, database.engine, database.writer)


def tokens(settings: Settings, database: Database, workspaces: Workspaces | None) -> TokenOf:
    """What gives the bot's token in a workspace ("" is its own); None where the app is not installed.

    Without SLACK_CLIENT_ID there is one workspace, and one token. Until Slack has said which workspace that
    token is of, it may be of any.
    """
    known: list[str] = []

    def is_own(team: str) -> bool:
        if not known:
            with database.reading() as session:
                own = own_team(session)
            if own is None:
                return True
            known.append(own)
        return team == known[0]

    def token_of(team: str) -> str | None:
        own = settings.slack_bot_token
        if not team or workspaces is None:
            return own
        return workspaces.token(team) or (own if own and is_own(team) else None)

    return token_of
