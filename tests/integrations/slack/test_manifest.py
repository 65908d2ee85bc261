"""The app's manifest: within Slack's limits, and asking for what the code needs and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.app import House
from bot.web import build
from integrations.slack.app import reading
from integrations.slack.manifest import EVENTS_PATH, MANIFEST, PLACEHOLDER, REDIRECT_PATH, manifest
from integrations.slack.options import NEEDED_SCOPES

STATED: dict[str, Any] = yaml.safe_load(MANIFEST.read_text("utf-8"))

SCOPE_OF_EVENT = {
    "app_home_opened": None, "app_mention": "app_mentions:read", "app_uninstalled": None, "tokens_revoked": None,
    "channel_archive": "channels:read", "channel_unarchive": "channels:read", "channel_left": "channels:read",
    "channel_rename": "channels:read", "member_left_channel": "channels:read",
    "member_joined_channel": "channels:read", "group_archive": "groups:read",
    "group_unarchive": "groups:read", "group_left": "groups:read", "group_rename": "groups:read",
    "message.im": "im:history", "message.channels": "channels:history", "message.groups": "groups:history",
    "user_change": "users:read", "team_join": "users:read",
}  # fmt: skip
"""Which scope each event needs: https://docs.slack.dev/reference/events."""


def at(path: str) -> Any:
    """What stands at a dotted path of the manifest."""
    found: Any = STATED
    for part in path.split("."):
        found = found[part]
    return found


LENGTHS = [
    ("display_information.name", 1, 35),
    ("display_information.description", 1, 140),
    ("display_information.long_description", 175, 4000),
    ("features.bot_user.display_name", 1, 80),
]


@pytest.mark.parametrize(("path", "least", "most"), LENGTHS)
def test_texts_are_as_long_as_slack_allows(path: str, least: int, most: int) -> None:
    assert least <= len(at(path)) <= most


def test_commands_and_shortcuts_are_within_their_limits() -> None:
    for command in at("features.slash_commands"):
        assert len(command["command"]) <= 32
        assert len(command["description"]) <= 2000
        assert len(command["usage_hint"]) <= 1000
    for shortcut in at("features.shortcuts"):
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150
    assert len(at("features.shortcuts")) <= 10
    assert len(at("settings.event_subscriptions.bot_events")) <= 100


def test_nothing_is_asked_for_that_the_house_does_not_use_and_nothing_lacks() -> None:
    assert sorted(at("oauth_config.scopes.bot")) == sorted(NEEDED_SCOPES)
    assert "user" not in at("oauth_config.scopes")
    events = at("settings.event_subscriptions.bot_events")
    assert {SCOPE_OF_EVENT[event] for event in events} - {None} <= set(NEEDED_SCOPES)
    assert len(set(events)) == len(events)


def test_slack_sends_the_events_that_are_listened_to_and_no_others() -> None:
    heard = {*reading.EVENTS, *reading.PLACES}
    messages = {"message.im", "message.channels", "message.groups"}
    assert set(at("settings.event_subscriptions.bot_events")) == heard - {"message"} | messages


def test_every_shortcut_is_listened_to_and_no_other_is() -> None:
    rooms = (path.read_text("utf-8") for path in Path("integrations/slack").rglob("*.py"))
    heard = {name for code in rooms for name in re.findall(r"\.shortcut\(\"(\w+)\"\)", code)}
    assert {shortcut["callback_id"] for shortcut in at("features.shortcuts")} == heard


def test_the_manual_says_why_each_scope_is_asked() -> None:
    table = (
        Path("docs/slack.md").read_text("utf-8").partition("\n## What it asks for")[2].partition("\n## ")[0]
    )
    assert sorted(re.findall(r"^\| `([a-z:._]+)` \|", table, re.MULTILINE)) == sorted(NEEDED_SCOPES)


def test_users_and_channels_in_a_command_come_with_their_ids() -> None:
    [command] = at("features.slash_commands")
    assert (command["command"], command["should_escape"]) == ("/silta", True)


def test_messages_can_be_written_to_the_app_and_its_page_is_on() -> None:
    assert at("features.app_home") == {
        "home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False,
    }  # fmt: skip


def test_what_only_brings_trouble_is_off() -> None:
    for switch in ("socket_mode_enabled", "token_rotation_enabled", "org_deploy_enabled"):
        assert at(f"settings.{switch}") is False


def test_every_address_is_the_installations_own() -> None:
    own = yaml.safe_load(manifest("https://bridge.example.fi/"))
    assert PLACEHOLDER not in str(own)
    events = "https://bridge.example.fi" + EVENTS_PATH
    assert own["settings"]["event_subscriptions"]["request_url"] == events
    assert own["settings"]["interactivity"] == {"is_enabled": True, "request_url": events}
    assert [command["url"] for command in own["features"]["slash_commands"]] == [events]
    assert own["oauth_config"]["redirect_urls"] == ["https://bridge.example.fi" + REDIRECT_PATH]
    assert set(re.findall(r"https://[^/\s]+", str(own))) == {"https://bridge.example.fi"}


def test_what_slack_calls_is_there(open_test_house: Callable[..., House]) -> None:
    rules = {rule.rule: rule.methods or set() for rule in build(open_test_house()).url_map.iter_rules()}
    assert "POST" in rules[EVENTS_PATH]
