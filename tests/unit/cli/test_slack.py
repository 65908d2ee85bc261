"""`slack` through the real entry."""

from __future__ import annotations

import yaml

from tests.unit.cli.conftest import KEY, Shell


def test_the_manifest_comes_with_the_address_of_the_installation(bare: Shell) -> None:
    said = bare("slack", "manifest", SECRET_KEY=KEY, PUBLIC_URL="https://bridge.example.fi")
    assert (said.code, said.err) == (0, "")
    settings = yaml.safe_load(said.out)["settings"]
    assert settings["event_subscriptions"]["request_url"] == "https://bridge.example.fi/slack/events"


def test_an_address_that_slack_cannot_reach_is_told_beside_the_manifest(bare: Shell) -> None:
    said = bare("slack", "manifest", SECRET_KEY=KEY)
    assert said.code == 0
    assert "PUBLIC_URL is http://127.0.0.1:8000: set it before you create the app" in said.err
    assert yaml.safe_load(said.out)["display_information"]["name"] == "Silta"
