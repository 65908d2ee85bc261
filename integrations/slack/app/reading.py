"""What Slack sent, as requests of the house: who did what, under the key by which it is done once.

A person is who Slack says acts, in the workspace that is theirs: never whoever is in a channel.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.contracts.chat import ChatPerson, ChatRequest, Profile
from integrations.slack.app.said import clean, mentions, plain

Body = Mapping[str, Any]

DO = "do."
"""How the `action_id` begins of what the house does when it is pressed or chosen."""

PLACES = {
    "channel_archive": "archived",
    "group_archive": "archived",
    "channel_unarchive": "unarchived",
    "group_unarchive": "unarchived",
    "channel_rename": "renamed",
    "group_rename": "renamed",
    "channel_left": "left",
    "group_left": "left",
    "member_left_channel": "left",
    "member_joined_channel": "joined",
}
"""What becomes of a conversation, by the event that says so."""

GONE = ("app_uninstalled", "tokens_revoked")
_OWN = ("", "file_share", "thread_broadcast", "me_message")
"""Subtypes of messages that are a person's own words."""


def command(body: Body, team: str) -> ChatRequest:
    """A slash command."""
    return _request(
        body, team, f"command:{_text(body, 'trigger_id')}", "say",
        said=plain(_text(body, "text")), place=_text(body, "channel_id"),
        answer_to=_text(body, "response_url"),
    )  # fmt: skip


def press(body: Body, team: str) -> ChatRequest | None:
    """A button pressed, or something chosen, that the house does; None when that is not for its queue."""
    action = _first(body.get("actions"))
    if not str(action.get("action_id", "")).startswith(DO):
        return None
    container, view = _dict(body, "container"), _dict(body, "view")
    message, channel = _dict(body, "message"), _dict(body, "channel")
    return _request(
        body, team, f"press:{_text(body, 'trigger_id')}", "press",
        said=_chosen(action), ts=_text(message, "ts") or _text(container, "message_ts"),
        thread=_text(message, "thread_ts"),
        place=_text(channel, "id") or _text(container, "channel_id"),
        answer_to=_text(body, "response_url"), view_hash=_text(view, "hash"),
        passing=bool(container.get("is_ephemeral")),
    )  # fmt: skip


def opening(body: Body, team: str) -> ChatRequest:
    """Something that was to open a modal and did not (`late`): `said` is the button to be pressed again.

    A shortcut has no button, and what lies on an open modal is pressed there again: then `said` is empty.
    """
    does = _chosen(_first(body.get("actions")))
    container, channel = _dict(body, "container"), _dict(body, "channel")
    again = "open:announce" if body.get("callback_id") == "announce" else does
    return _request(
        body, team, f"late:{_text(body, 'trigger_id')}", "late",
        said=again if again.startswith("open:") else "",
        place=_text(channel, "id") or _text(container, "channel_id"), answer_to=_text(body, "response_url"),
        thread=_text(_dict(body, "message"), "thread_ts"),
    )  # fmt: skip


def event(body: Body, team: str) -> ChatRequest | None:
    """Something that happened; None when it is nothing for the house: words of bots, our own, other pages."""
    happened = _dict(body, "event")
    kind = str(happened.get("type", ""))
    read = EVENTS.get(kind) or (_place if kind in PLACES else None)
    return read(body, happened, team) if read else None


def _mention(body: Body, happened: Body, team: str) -> ChatRequest | None:
    if _of_a_machine(body, happened):
        return None
    return _event(
        body, happened, team, "say", said=plain(_text(happened, "text"), _bot(body)),
        place=_text(happened, "channel"), ts=_text(happened, "ts"), thread=_text(happened, "thread_ts"),
    )  # fmt: skip


def _message(body: Body, happened: Body, team: str) -> ChatRequest | None:
    """Words to the app itself, or an answer in a thread, or what became of that answer."""
    subtype, direct = str(happened.get("subtype", "")), happened.get("channel_type") == "im"
    if subtype == "message_deleted" and not direct:
        return _unwrote(body, happened, team)
    edited = subtype == "message_changed" and not direct
    said = _dict(happened, "message") if edited else happened
    if _of_a_machine(body, said) or str(said.get("subtype", "")) not in _OWN:
        return None
    where = {"place": _text(happened, "channel"), "ts": _text(said, "ts"), "thread": _text(said, "thread_ts")}
    text = plain(_text(said, "text"))
    if direct:
        return _event(body, said, team, "say", said=text, **where)
    if not where["thread"] or mentions(_text(said, "text"), _bot(body)):
        return None  # what is said to us is a command, not an answer to the others
    return _event(body, said, team, "wrote", said=text, **where)


def _unwrote(body: Body, happened: Body, team: str) -> ChatRequest | None:
    was = _dict(happened, "previous_message")
    if _of_a_machine(body, was) or not _text(was, "thread_ts"):
        return None
    return _event(
        body, was, team, "unwrote", place=_text(happened, "channel"),
        ts=_text(happened, "deleted_ts") or _text(was, "ts"), thread=_text(was, "thread_ts"),
    )  # fmt: skip


def _home(body: Body, happened: Body, team: str) -> ChatRequest | None:
    if happened.get("tab") != "home":
        return None
    return _event(body, happened, team, "home", view_hash=_text(_dict(happened, "view"), "hash"))


def _person(body: Body, happened: Body, team: str) -> ChatRequest | None:
    user = _dict(happened, "user")
    if not user.get("id") or user.get("is_bot"):
        return None
    found = profile(user, team)
    request = _event(body, happened, team, "person", profile=found)
    return request.model_copy(update={"person": found.person})


def _place(body: Body, happened: Body, team: str) -> ChatRequest | None:
    channel = happened.get("channel")
    place = _text(channel, "id") if isinstance(channel, Mapping) else _text(happened, "channel")
    kind = str(happened["type"])
    if kind.startswith("member_") and _text(happened, "user") != _bot(body):
        return None
    return _event(body, happened, team, "place", said=PLACES[kind], place=place)


def _gone(body: Body, happened: Body, team: str) -> ChatRequest | None:
    if happened.get("type") == "tokens_revoked" and not _dict(happened, "tokens").get("bot"):
        return None
    return _event(body, happened, team, "gone")


EVENTS: Mapping[str, Callable[[Body, Body, str], ChatRequest | None]] = {
    "app_mention": _mention,
    "message": _message,
    "app_home_opened": _home,
    "user_change": _person,
    "team_join": _person,
    "app_uninstalled": _gone,
    "tokens_revoked": _gone,
}
"""What is read of an event, by its type; those of `PLACES` beside them. The manifest asks for these and no others."""


def profile(user: Body, asking: str) -> Profile:
    """A person as `users.info` and `user_change` show them to a workspace that asks."""
    shown, team = _dict(user, "profile"), _text(user, "team_id") or asking
    return Profile(
        person=ChatPerson(team=team, user=_text(user, "id")),
        name=_text(shown, "real_name") or _text(user, "real_name") or _text(user, "name"),
        email=_text(shown, "email"),
        locale=_text(user, "locale"),
        zone=_text(user, "tz"),
        guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        foreign=team != asking or bool(user.get("is_stranger")),
        left=bool(user.get("deleted")),
    )


def _event(body: Body, by: Body, team: str, kind: Any, **more: Any) -> ChatRequest:
    user = by.get("user")
    person = ChatPerson(team=_own_team(body, by, team), user=clean(user) if isinstance(user, str) else "")
    key = f"event:{_text(body, 'event_id')}"
    return ChatRequest(key=key, kind=kind, person=person, team=clean(team), **more)


def _request(body: Body, team: str, key: str, kind: Any, **more: Any) -> ChatRequest:
    user = _dict(body, "user")
    person = ChatPerson(
        team=_text(user, "team_id") or clean(team), user=_text(user, "id") or _text(body, "user_id")
    )
    return ChatRequest(key=key, kind=kind, person=person, team=clean(team), **more)


def _own_team(body: Body, by: Body, team: str) -> str:
    """The workspace of whoever acts. In a shared channel that may be another's; empty when Slack hides it."""
    stated = _text(by, "user_team") or _text(by, "team")
    if not body.get("is_ext_shared_channel"):
        return stated if stated.startswith("T") else clean(team)
    return stated if stated.startswith("T") else ""


def _of_a_machine(body: Body, said: Body) -> bool:
    """Whether a bot said it, ourselves among them: nothing is ever answered to a machine."""
    user = said.get("user")
    return bool(said.get("bot_id")) or not user or user == "USLACKBOT" or user == _bot(body)


def _bot(body: Body) -> str:
    """The app's own user id, as the event's authorization names it."""
    return _text(_first(body.get("authorizations")), "user_id")


def _chosen(action: Body) -> str:
    """What a press asks for: a button's value, or the value of what was chosen."""
    option = _dict(action, "selected_option")
    several = action.get("selected_options")
    value = action.get("value") or option.get("value")
    if not value and isinstance(several, list):
        value = next((each.get("value") for each in several if isinstance(each, Mapping)), "")
    return clean(str(value or ""))


def _dict(of: Body, name: str) -> Body:
    found = of.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(of: Body, name: str) -> str:
    found = of.get(name)
    return clean(found) if isinstance(found, str) else ""


def _first(of: Any) -> Body:
    return of[0] if isinstance(of, list) and of and isinstance(of[0], Mapping) else {}
