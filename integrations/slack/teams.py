"""One connection to each workspace: the installation's own, and those where the app was installed beside it."""

from __future__ import annotations

from dataclasses import replace

from pydantic import SecretStr

from bot.contracts import Misconfigured, Outcome, Undeliverable
from integrations.slack.api import Interrupted, SlackApi, Unreached
from integrations.slack.options import SlackOptions

NO_TOKEN = SlackOptions.NO_TOKEN
PEOPLE = ("U", "W")
"""How ids of people begin."""


class Apis:
    """The connections of one sender, made at their first use. One object serves one thread."""

    def __init__(self, options: SlackOptions) -> None:
        self._options = options
        self._own = SlackApi(options) if options.token.get_secret_value() != options.NO_TOKEN else None
        self._others: dict[str, tuple[str, SlackApi]] = {}

    def of(self, team: str) -> SlackApi | None:
        """The connection to a workspace; None where there is no token for it."""
        if not team or self._options.token_of is None:
            return self._own
        token = self._options.token_of(team)
        known = self._others.get(team)
        if known is not None and known[0] == token:
            return known[1]
        if known is not None:
            known[1].close()
            del self._others[team]
        if not token:
            return None
        api = SlackApi(self._options.model_copy(update={"token": SecretStr(token)}))
        self._others[team] = (token, api)
        return api

    def close(self) -> None:
        """Close them all."""
        for api in (self._own, *(api for _, api in self._others.values())):
            if api is not None:
                api.close()


def absent(team: str, address: str) -> Outcome:
    """What comes of a message for a workspace without a token: a person hears the other way, a channel waits."""
    if not team:
        return Undeliverable("SLACK_BOT_TOKEN is not set: say in which workspace this is (--team)")
    why = f"the app is not installed in the workspace {team}: install it at /slack/install"
    return Undeliverable(why) if address.startswith(PEOPLE) else Misconfigured(why, team)


def of_team(outcome: Outcome, team: str) -> Outcome:
    """An outcome that says in which workspace nothing works: one that is revoked does not stop the others."""
    if team and isinstance(outcome, Misconfigured):
        return replace(outcome, team=team)
    return outcome


def team_of(token: str, api_url: str) -> str | None:
    """The workspace of a token, as `auth.test` says; None when Slack does not say now."""
    api = SlackApi(SlackOptions(token=SecretStr(token), api_url=api_url))
    try:
        reply = api.post("auth.test", {})
    except (Unreached, Interrupted):
        return None
    finally:
        api.close()
    return str(reply.data.get("team_id") or "") or None if reply.ok else None
