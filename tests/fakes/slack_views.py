"""The fake Slack's views: modals in stacks of three, Homes, and the triggers that open them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack_door import APP
from tests.fakes.slack_inputs import first_values
from tests.fakes.slack_limits import Refused, texts
from tests.fakes.slack_surfaces import check_view

TRIGGER_LASTS = 3.0
DEEPEST = 3
Key = tuple[str, str]
"""A workspace and a person."""


@dataclass
class Trigger:
    """A leave to open a modal for a person, good for three seconds and for one view."""

    who: Key
    made: float
    team: str
    used: bool = False
    in_modal: bool = False


@dataclass
class View:
    """A view as a person has it before them. `filled` are its values, `errors` what the app said of them."""

    id: str
    who: Key
    team: str
    given: dict[str, Any] = field(repr=False)
    hash: str
    root: str
    previous: str | None
    filled: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """Its blocks, each with a `block_id`."""
        found: list[dict[str, Any]] = self.given["blocks"]
        return found

    @property
    def title(self) -> str:
        return str(self.given.get("title", {}).get("text", ""))

    @property
    def callback_id(self) -> str:
        return str(self.given.get("callback_id", ""))

    @property
    def text(self) -> str:
        """Everything that can be read in it, one text a line."""
        return "\n".join([self.title, *(text for text, _ in texts(self.blocks))]).strip()

    def shown(self) -> dict[str, Any]:
        """As Slack sends it with what a person does in it."""
        plain: dict[str, Any] = {"private_metadata": "", "callback_id": "", "external_id": "", "title": None}
        plain |= {"submit": None, "close": None, "clear_on_close": False, "notify_on_close": False}
        return plain | self.given | {
            "id": self.id, "team_id": self.who[0], "hash": self.hash, "root_view_id": self.root,
            "previous_view_id": self.previous, "app_id": APP, "bot_id": "B1",
            "app_installed_team_id": self.team,
            "state": {"values": {block: dict(found) for block, found in self.filled.items()}},
        }  # fmt: skip


class Views:
    """Everybody's modals and Homes. The caller holds the lock."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._made = 0
        self.triggers: dict[str, Trigger] = {}
        self.modals: dict[Key, list[View]] = {}
        self.homes: dict[Key, View] = {}

    def trigger(self, who: Key, in_modal: bool = False, team: str = "") -> str:
        """A new trigger for something that a person did; `team` is where the app is, if not where they are."""
        self._made += 1
        name = f"{self._made}.{who[0]}.{hashlib.md5(str(self._made).encode()).hexdigest()}"
        self.triggers[name] = Trigger(who, self._now(), team or who[0], in_modal=in_modal)
        return name

    def open(self, team: str, args: dict[str, Any]) -> View:
        """Open a modal over whatever is there. Raises Refused."""
        given = self._checked(args, "modal", team)
        who = self._use(team, args).who
        view = self._new(who, team, given, None)
        self.modals[who] = [view]
        return view

    def push(self, team: str, args: dict[str, Any]) -> View:
        """Put a modal on top of the one that was used. Raises Refused."""
        given = self._checked(args, "modal", team)
        trigger = self._use(team, args)
        if not trigger.in_modal or not self.modals.get(trigger.who):
            raise Refused("invalid_trigger_id")
        return self.put_on_top(trigger.who, team, given)

    def put_on_top(self, who: Key, team: str, given: dict[str, Any]) -> View:
        """The same for a checked view that an app answered a submission with. Raises Refused."""
        stack = self.modals.setdefault(who, [])
        if len(stack) >= DEEPEST:
            raise Refused("push_limit_reached")
        stack.append(self._new(who, team, given, stack[-1] if stack else None))
        return stack[-1]

    def update(self, team: str, args: dict[str, Any]) -> View:
        """Change a view that is open. Raises Refused."""
        name, external = args.get("view_id"), args.get("external_id")
        view = next(
            (each for each in self._all(team) if name in (each.id, None) and _is(each, external)), None
        )
        if view is None or not (name or external):
            raise Refused("not_found")
        given = self._checked(args, view.given["type"], team, view)
        _same_version(view, args)
        return self.replace(view, given)

    def replace(self, view: View, given: dict[str, Any]) -> View:
        """Put checked content into a view. What was filled in stays where block_id and action_id stay."""
        kept = view.filled
        view.given, view.errors, view.hash = given, {}, self._hash()
        view.filled = first_values(given["blocks"])
        for block, found in view.filled.items():
            found |= {action: kept[block][action] for action in found if action in kept.get(block, {})}
        return view

    def publish(self, team: str, args: dict[str, Any]) -> View:
        """Put up a person's Home. Raises Refused."""
        who = (team, str(args.get("user_id") or ""))
        if not who[1]:
            raise Refused("invalid_arguments")
        view = self.homes.get(who)
        given = self._checked(args, "home", team, view)
        if view is None:
            view = self.homes[who] = self._new(who, team, given, None)
            return view
        _same_version(view, args)
        return self.replace(view, given)

    def check(self, given: Any, team: str, view: View | None = None) -> dict[str, Any]:
        """Check a modal that an app answered a submission with. Raises Refused."""
        return self._checked({"view": given}, "modal", team, view)

    def _checked(
        self, args: dict[str, Any], kind: str, team: str, instead: View | None = None
    ) -> dict[str, Any]:
        given = args.get("view")
        if isinstance(given, str):
            try:
                given = json.loads(given)
            except ValueError:
                raise Refused("invalid_arguments") from None
        checked = check_view(given, kind)
        external = checked.get("external_id")
        if external and any(_is(each, external) and each is not instead for each in self._all(team)):
            raise Refused("duplicate_external_id")
        return checked

    def _use(self, team: str, args: dict[str, Any]) -> Trigger:
        trigger = self.triggers.get(str(args.get("trigger_id") or ""))
        if trigger is None or trigger.team != team:
            raise Refused("invalid_trigger_id")
        if trigger.used:
            raise Refused("exchanged_trigger_id")
        if self._now() - trigger.made > TRIGGER_LASTS:
            raise Refused("expired_trigger_id")
        trigger.used = True
        return trigger

    def _new(self, who: Key, team: str, given: dict[str, Any], under: View | None) -> View:
        self._made += 1
        name = f"V{self._made:08d}"
        root, previous = (under.root, under.id) if under else (name, None)
        return View(name, who, team, given, self._hash(), root, previous, first_values(given["blocks"]))

    def _hash(self) -> str:
        self._made += 1
        return f"{int(self._now())}.{hashlib.md5(str(self._made).encode()).hexdigest()[:8]}"

    def _all(self, team: str) -> list[View]:
        views = [view for stack in self.modals.values() for view in stack]
        return [view for view in (*views, *self.homes.values()) if view.team == team]


def _is(view: View, external: Any) -> bool:
    return external is None or view.given.get("external_id") == external


def _same_version(view: View, args: dict[str, Any]) -> None:
    if args.get("hash") and args["hash"] != view.hash:
        raise Refused("hash_conflict")
