"""The fake Slack's methods on who and what there is: people, conversations, and the token's own workspace."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack_text import Refused
from tests.fakes.slack_workspace import Args, Conversation, Token, User, Workspace, need


def who_am_i(workspace: Workspace, token: Token, args: Args) -> dict[str, Any]:
    """`auth.test`."""
    address = f"https://fake-{token.team.lower()}.slack.com/"
    named = {"url": address, "team": "Fake", "team_id": token.team, "user": "silta", "user_id": token.bot}
    return named | {"bot_id": "B1", "is_enterprise_install": False}


def open_direct(workspace: Workspace, token: Token, args: Args) -> dict[str, Any]:
    """`conversations.open` with one person."""
    need(token, "im:write")
    user = str(args.get("users") or "")
    if not user:
        raise Refused("users_list_not_supplied")
    name = workspace.direct(token.team, user, "user_not_found")
    if not workspace.users[token.team, user].active:
        raise Refused("user_disabled")
    return {"channel": {"id": name}}


def channel(workspace: Workspace, token: Token, args: Args) -> dict[str, Any]:
    """`conversations.info`."""
    return {"channel": _place(workspace.place(token, args))}


def channels(workspace: Workspace, token: Token, args: Args) -> dict[str, Any]:
    """`conversations.list` of public channels, and of private ones the app is in."""
    need(token, "channels:read")
    found = [each for each in workspace.conversations.values() if each.team == token.team and not each.user]
    return {"channels": [_place(each) for each in found if not each.private or each.member]}


def join(workspace: Workspace, token: Token, args: Args) -> dict[str, Any]:
    """`conversations.join`: public channels only."""
    need(token, "channels:join")
    place = workspace.place(token, args)
    if place.private:
        raise Refused("method_not_supported_for_channel_type")
    if place.archived:
        raise Refused("is_archived")
    place.member = True
    return {"channel": _place(place)}


def user(workspace: Workspace, token: Token, args: Args) -> dict[str, Any]:
    """`users.info`."""
    need(token, "users:read")
    found = _seen(workspace, token.team, str(args.get("user") or ""))
    if found is None:
        raise Refused("user_not_found")
    return {"user": profile(found, token, args.get("include_locale") in (True, 1, "1", "true", "True"))}


def user_by_address(workspace: Workspace, token: Token, args: Args) -> dict[str, Any]:
    """`users.lookupByEmail`: only people of this workspace whose account is on."""
    need(token, "users:read.email")
    wanted = str(args.get("email") or "").casefold()
    for found in workspace.users.values():
        if found.team == token.team and found.active and wanted and found.email.casefold() == wanted:
            return {"user": profile(found, token, False)}
    raise Refused("users_not_found")


def users(workspace: Workspace, token: Token, args: Args) -> dict[str, Any]:
    """`users.list`, a page at a time; people who left are in it."""
    need(token, "users:read")
    with_locale = args.get("include_locale") in (True, 1, "1", "true", "True")
    found = [each for each in workspace.users.values() if each.team == token.team]
    start, limit = int(args.get("cursor") or 0), int(args.get("limit") or 1000)
    rest = str(start + limit) if start + limit < len(found) else ""
    shown = [profile(each, token, with_locale) for each in found[start : start + limit]]
    return {"members": shown, "response_metadata": {"next_cursor": rest}}


def profile(user: User, token: Token, with_locale: bool) -> dict[str, Any]:
    """A person as Slack describes them to this token. People of other workspaces show no address."""
    foreign = user.team != token.team
    shown: dict[str, Any] = {
        "id": user.id, "team_id": user.team, "name": user.name or user.id.lower(),
        "deleted": not user.active, "is_bot": user.bot, "is_app_user": False,
    }  # fmt: skip
    said = {"real_name": user.name, "display_name": user.name, "team": user.team}
    if user.email and not foreign and "users:read.email" in token.scopes:
        said["email"] = user.email
    shown["profile"] = said
    if foreign:
        shown["is_stranger"] = True
    if user.active:
        shown |= {"real_name": user.name, "tz": user.zone, "tz_label": user.zone, "tz_offset": 7200}
        shown |= {"is_restricted": user.guest, "is_ultra_restricted": False, "is_admin": False}
        shown |= {"locale": user.locale} if with_locale else {}
    return shown


def _seen(workspace: Workspace, team: str, name: str) -> User | None:
    own = workspace.users.get((team, name))
    if own is not None:
        return own
    if not any(place.shared for place in workspace.conversations.values() if place.team == team):
        return None
    return next((each for each in workspace.users.values() if each.id == name), None)


def _place(place: Conversation) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": place.id, "name": place.name or place.id.lower()}
    shown |= {"is_archived": place.archived, "is_member": place.member, "is_private": place.private}
    shown |= {"is_im": bool(place.user), "is_channel": not place.user, "is_ext_shared": place.shared}
    return shown | ({"user": place.user} if place.user else {})
