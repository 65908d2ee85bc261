"""`slack`: what setting up the Slack app needs."""

from __future__ import annotations

import click

from bot.app import read_environment
from bot.app.manifest import slack_manifest


@click.group("slack")
def slack() -> None:
    """The Slack app."""


@slack.command("manifest")
def manifest() -> None:
    """Print the app's manifest with PUBLIC_URL in it, to paste at https://api.slack.com/apps."""
    settings = read_environment()
    if not settings.public_url.startswith("https://"):
        said = f"Slack reaches only https addresses on the internet, and PUBLIC_URL is {settings.public_url}"
        click.echo(f"{said}: set it before you create the app", err=True)
    click.echo(slack_manifest(settings), nl=False)


COMMANDS = (slack,)
