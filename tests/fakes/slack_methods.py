"""Which function of the fake Slack does which method of the Web API."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.fakes import slack_chat, slack_directory, slack_files, slack_oauth, slack_reading
from tests.fakes.slack_records import need
from tests.fakes.slack_text import Refused
from tests.fakes.slack_workspace import Args, Token, Workspace

Method = Callable[[Workspace, Token, Args], dict[str, Any]]


def _views(name: str) -> Method:
    def do(workspace: Workspace, token: Token, args: Args) -> dict[str, Any]:
        if name == "publish" and (token.team, str(args.get("user_id") or "")) not in workspace.users:
            raise Refused("user_not_found")
        if '"file_input"' in json.dumps(args.get("view")):  # a field for files is for apps that may read them
            need(token, "files:read")
        return {"view": getattr(workspace.views, name)(token.team, args).shown()}

    return do


def _who_signed_in(workspace: Workspace, token: Token, args: Args) -> dict[str, Any]:
    person = workspace.oauth.person(str(args.get("token") or ""))
    return slack_oauth.person_claims(person, frozenset({"email", "profile"}))


OPEN = frozenset({"oauth.v2.access", "openid.connect.token", "openid.connect.userInfo"})
"""Methods that no bot token is needed for."""

METHODS: dict[str, Method] = {
    "chat.update": slack_chat.update,
    "chat.delete": slack_chat.delete,
    "chat.postEphemeral": slack_chat.ephemeral,
    "chat.getPermalink": slack_chat.permalink,
    "auth.revoke": slack_oauth.revoke,
    "oauth.v2.access": slack_oauth.access,
    "openid.connect.token": slack_oauth.openid_token,
    "openid.connect.userInfo": _who_signed_in,
    "files.getUploadURLExternal": slack_files.begin,
    "files.completeUploadExternal": slack_files.finish,
    "auth.test": slack_directory.who_am_i,
    "conversations.open": slack_directory.open_direct,
    "conversations.info": slack_directory.channel,
    "conversations.list": slack_directory.channels,
    "conversations.join": slack_directory.join,
    "users.info": slack_directory.user,
    "users.lookupByEmail": slack_directory.user_by_address,
    "users.list": slack_directory.users,
    "conversations.history": slack_reading.history,
    "conversations.replies": slack_reading.replies,
    **{f"views.{name}": _views(name) for name in ("open", "push", "update", "publish")},
}
