"""What happens in the fake Slack of its own accord or through people, and how an app hears of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

from tests.fakes.slack_door import APP, VERIFICATION, Answer, Delivery, Door
from tests.fakes.slack_files import File
from tests.fakes.slack_oauth import OAuth
from tests.fakes.slack_people import Person
from tests.fakes.slack_records import BOT, Conversation, Posted, User
from tests.fakes.slack_workspace import Workspace

TEAM = "T1"


class Driven:
    """The half of the fake Slack that speaks to an app. The app is at `connect`."""

    _workspace: Workspace
    _lock: threading.RLock
    _now: Callable[[], float]
    url: str

    def __init__(self) -> None:
        self.door = Door(self._now)
        self.subscribed: frozenset[str] | None = None

    def connect(self, request_url: str, signing_secret: str, *, events: frozenset[str] | None = None) -> None:
        """Send the app everything at this address. `events` are the bot events it subscribed to (None: all)."""
        self.door.connect(request_url, signing_secret)
        self.subscribed = events

    def person(
        self,
        name: str,
        *,
        team: str = TEAM,
        called: str = "",
        email: str = "",
        locale: str = "en-US",
        tz: str = "Europe/Helsinki",
        guest: bool = False,
        deleted: bool = False,
    ) -> Person:
        """Let a person exist, and get what drives them; `called` is the name that they show."""
        user = User(name, team, not deleted, called or name.title(), email, locale, tz, guest)
        with self._lock:
            self._workspace.users[team, name] = user
            self._workspace.direct(team, name, "user_not_found")
        return Person(self, user)

    def leave(self, name: str, *, team: str = TEAM) -> Answer:
        """A person's account is switched off, and the app hears of it (`user_change`)."""
        with self._lock:
            self._workspace.users[team, name].active = False
        return self.changed(name, team=team)

    def changed(self, name: str, *, team: str = TEAM, **changes: Any) -> Answer:
        """Change what a person's profile says (fields of `User`), and tell the app."""
        from tests.fakes.slack_directory import profile

        with self._lock:
            user = self._workspace.users[team, name]
            for field, value in changes.items():
                setattr(user, field, value)
            token = next(each for each in self._workspace.tokens.values() if each.team == team)
            told = profile(user, token, True)
        return self.event({"type": "user_change", "user": told, "cache_ts": int(self._now())}, team=team)

    def uninstall(self, *, team: str = TEAM) -> Answer:
        """The app is removed from a workspace: its tokens are revoked, and it hears of it."""
        with self._lock:
            gone = [name for name, token in self._workspace.tokens.items() if token.team == team]
            self._workspace.revoked.update(gone)
        self.event({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT]}}, team=team)
        return self.event({"type": "app_uninstalled"}, team=team)

    def alter(self, channel: str, *, team: str = TEAM, **changes: Any) -> Answer:
        """Change a conversation (`archived`, `member`, `private`, `name`), and tell the app."""
        with self._lock:
            place = self._workspace.conversations[channel]
            for field, value in changes.items():
                setattr(place, field, value)
        return self.event(_of_channel(place, changes), team=team)

    def echo(self, posted: Posted) -> Answer:
        """Tell the app of its own post, as Slack does where it subscribed to a conversation's messages."""
        place = self._workspace.conversations[posted.channel]
        event = posted.shown(True) | {"channel": place.id, "channel_type": place.kind, "app_id": APP}
        return self.event(event, team=place.team)

    def switch_messages_tab(self, on: bool) -> None:
        """Let people write with the app directly, or not: posts to them are then `messages_tab_disabled`."""
        self._workspace.messages_tab = on

    def event(
        self,
        event: dict[str, Any],
        *,
        team: str = TEAM,
        event_id: str = "",
        repeat: int = 1,
        **outer: Any,
    ) -> Answer:
        """Deliver an event. `repeat` sends it that often; see `Door.event` and `retry_due` for repeats by time.

        One that the app did not subscribe to is not delivered; the answer is then an empty 200.
        """
        if self.subscribed is not None and _subscription(event) not in self.subscribed:
            return Answer(200, "", 0.0)
        number = self.door.number()
        stamp = f"{self._now():.6f}"
        envelope = {
            "token": VERIFICATION, "team_id": team, "context_team_id": team, "context_enterprise_id": None,
            "api_app_id": APP, "type": "event_callback", "event_id": event_id or f"Ev{number:09d}",
            "event_time": int(self._now()), "event_context": f"ec-{number}", "is_ext_shared_channel": False,
            "event": {"event_ts": stamp} | event,
            "authorizations": [
                {
                    "enterprise_id": None, "team_id": team, "user_id": BOT, "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
        }  # fmt: skip
        return self.door.event(envelope | outer, repeat)

    def verify_url(self, challenge: str = "challenge") -> Answer:
        """What Slack sends when an administrator saves the request URL: the challenge is to come back."""
        body = json.dumps(
            {"type": "url_verification", "token": VERIFICATION, "challenge": challenge}
        ).encode()
        return self.door.send(body, "application/json", "url_verification")

    def check_certificate(self) -> Answer:
        """What Slack sends now and then to check the certificate; it is not signed."""
        form = f"ssl_check=1&token={VERIFICATION}".encode()
        return self.door.send(form, "application/x-www-form-urlencoded", "ssl_check", signed=False)

    def retry_due(self) -> list[Answer]:
        """Send again the events whose time for it has come by Slack's clock: after one minute and after five."""
        return self.door.retry_due()

    @property
    def oauth(self) -> OAuth:
        """How the app is registered for OAuth and OpenID; its fields may be changed."""
        return self._workspace.oauth

    @property
    def files(self) -> list[File]:
        """The files that were uploaded, in order."""
        return list(self._workspace.files.values())

    @property
    def slow_acks(self) -> list[tuple[str, float]]:
        """What the app did not acknowledge within three seconds: what it was, and the seconds it took."""
        return list(self.door.slow)

    @property
    def deliveries(self) -> list[Delivery]:
        """Every attempt to deliver an event, in order."""
        return list(self.door.deliveries)


def _subscription(event: dict[str, Any]) -> str:
    if event["type"] != "message":
        return str(event["type"])
    return {"channel": "message.channels", "group": "message.groups"}.get(event["channel_type"], "message.im")


def _of_channel(place: Conversation, changes: dict[str, Any]) -> dict[str, Any]:
    kind = "group" if place.private else "channel"
    if "archived" in changes:
        name = "archive" if place.archived else "unarchive"
        return {"type": f"{kind}_{name}", "channel": place.id, "user": "UBOB"}
    if "name" in changes:
        return {"type": f"{kind}_rename", "channel": {"id": place.id, "name": place.name, "created": 1}}
    if "member" in changes:
        if place.member:
            return {"type": "member_joined_channel", "user": BOT, "channel": place.id, "team": place.team}
        return {"type": f"{kind}_left", "channel": place.id, "actor_id": "UBOB"}
    return {"type": "channel_convert_to_private", "channel": place.id}
