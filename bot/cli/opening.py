"""How a command comes to its installation, and what it says when the database is not there."""

from __future__ import annotations

import click
from sqlalchemy.exc import DBAPIError

from bot.app import House, open_house, read_environment


def our_house() -> House:
    """The installation that the environment describes, closed when the command ends.

    Raises SettingsFault, NotReady and DBAPIError, which `bot.cli.main` says in a sentence.
    """
    house = open_house(read_environment())
    click.get_current_context().call_on_close(house.database.close)
    return house


def database_fault(fault: DBAPIError) -> str:
    """One sentence of what the database's driver said, with the remedy."""
    said = " ".join(str(fault.orig).split())[:300]
    return f"The database cannot be used ({said}): check DATABASE_URL, that its server runs, and its disk."
