"""The Slack app's manifest of this installation."""

from __future__ import annotations

from bot.settings import Settings


def slack_manifest(settings: Settings) -> str:
    """What a new administrator pastes at Slack, as YAML, with `PUBLIC_URL` in it."""
    from integrations.slack.manifest import manifest

    return manifest(settings.public_url)
