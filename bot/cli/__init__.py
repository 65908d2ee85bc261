"""The commands, a module for each noun; `python -m bot --help` lists them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from sqlalchemy.exc import DBAPIError

from bot.app import NotReady, create_app, read_environment
from bot.cli import contacts, deliveries, destinations, doctor, serving, sources, working
from bot.settings import SettingsFault

if TYPE_CHECKING:
    from flask import Flask


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def commands() -> None:
    """Silta carries what happens in a city network to Slack and email."""


for room in (contacts, deliveries, destinations, doctor, serving, sources, working):
    for command in room.COMMANDS:
        commands.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code. What the user can mend is said in a sentence, never as a traceback."""
    code = 0
    try:
        answer = commands.main(args=list(arguments) if arguments is not None else None, standalone_mode=False)
        code = answer if isinstance(answer, int) else 0  # click returns the code of an Exit
    except SettingsFault as fault:
        _complain("These settings are wrong (environment or .env):", fault.faults)
        code = 2
    except NotReady as fault:
        _complain(str(fault), [])
        code = 2
    except DBAPIError as fault:
        _complain(f"The database does not answer: {str(fault.orig).strip()}", [])
        code = 1
    except click.ClickException as fault:
        fault.show()
        code = fault.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = 130
    return code


def build_or_exit() -> Flask:
    """The application for a WSGI server; ends the process with a list of faults when it cannot be built."""
    try:
        return create_app(read_environment())
    except SettingsFault as fault:
        _complain("These settings are wrong (environment or .env):", fault.faults)
    except NotReady as fault:
        _complain(str(fault), [])
    sys.exit(2)


def _complain(heading: str, faults: Sequence[str]) -> None:
    click.echo(heading, err=True)
    for fault in faults:
        click.echo(f"  - {fault}", err=True)
