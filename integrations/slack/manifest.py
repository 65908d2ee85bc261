"""The app's manifest: what a new administrator pastes at Slack, with the address of this installation in it."""

from __future__ import annotations

from pathlib import Path

MANIFEST = Path(__file__).with_name("manifest.yaml")

PLACEHOLDER = "https://silta.example.org"
"""Stands in the file wherever Slack is to reach this installation."""

EVENTS_PATH, REDIRECT_PATH = "/slack/events", "/slack/oauth_redirect"


def manifest(public_url: str) -> str:
    """The manifest as YAML, for an installation that people and Slack reach at `public_url`."""
    return MANIFEST.read_text("utf-8").replace(PLACEHOLDER, public_url.rstrip("/"))
