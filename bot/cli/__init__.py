"""The commands, a module for each noun; `python -m bot --help` lists them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from sqlalchemy.exc import DBAPIError

from bot.app import NotReady, create_app, read_environment
from bot.cli import (
    contacts,
    creamailer,
    deliveries,
    destinations,
    digest,
    doctor,
    howspace,
    serving,
    sift,
    slack,
    source_removal,
    working,
)
from bot.cli.opening import database_fault
from bot.network_check import NetworkFault
from bot.settings import SettingsFault

if TYPE_CHECKING:
    from flask import Flask


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def commands() -> None:
    """Silta carries what happens in a city network to Slack and email."""


for room in (
    contacts, creamailer, deliveries, destinations, digest, doctor, howspace, serving, sift, slack, source_removal,
    working,
):  # fmt: skip
    for command in room.COMMANDS:
        commands.add_command(command)

_KNOWN = (SettingsFault, NotReady, NetworkFault, DBAPIError, OSError)
"""What the user can mend: said in a sentence, never as a traceback."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code: 0, 1 for what went wrong, 2 for wrong words or settings, 130."""
    try:
        answer = commands.main(args=list(arguments) if arguments is not None else None, standalone_mode=False)
        return answer if isinstance(answer, int) else 0  # click returns the code of an Exit
    except click.ClickException as fault:
        fault.show()
        return fault.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        return 130
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except _KNOWN as fault:
        return complain(fault)


def build_or_exit() -> Flask:
    """The application for a WSGI server; ends the process with a list of faults when it cannot be built."""
    try:
        return create_app(read_environment())
    except _KNOWN as fault:
        sys.exit(complain(fault))


def complain(fault: Exception) -> int:
    """Say what is wrong and what mends it; returns the exit code."""
    match fault:
        case SettingsFault():
            lines = [
                "These settings are wrong (environment or .env):",
                *(f"  - {each}" for each in fault.faults),
            ]
        case DBAPIError():
            lines = [database_fault(fault)]
        case OSError():
            lines = [f"{fault.filename or 'A file'} cannot be used: {fault.strerror or fault}"]
        case _:
            lines = [str(fault)]
    for line in lines:
        click.echo(line, err=True)
    return 2 if isinstance(fault, SettingsFault | NotReady) else 1
