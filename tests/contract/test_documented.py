"""What operators are told is what there is: settings, commands and endpoints stand in the documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import click
import pytest

from bot.app import House
from bot.cli import commands
from bot.contracts import NotUnderstood
from bot.conversation.grammar import understand
from bot.network import Network
from bot.setting_parsers import PARSERS
from bot.settings import SECRETS, Settings
from bot.web import build

EXAMPLE = Path(".env.example").read_text("utf-8")
OPERATIONS = Path("docs/operations.md").read_text("utf-8")
STATED = dict(re.findall(r"^# ([A-Z][A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))
"""The settings of .env.example, with the default that each line shows."""


def section(title: str) -> str:
    """A section of docs/operations.md."""
    return OPERATIONS.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def documented() -> dict[str, bool]:
    """The names in the first column of the settings' table, and whether each is marked as a secret."""
    cells = re.findall(r"^\| (`[A-Z].*?) \|", section("Settings"), re.MULTILINE)
    return {name: bool(star) for cell in cells for name, star in re.findall(r"`([A-Z_]+)`(\*?)", cell)}


def every_command(group: click.Group, *words: str) -> Iterator[str]:
    """Each command of ours with its words, such as `contacts import`."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from every_command(command, *words, name)
        else:
            yield " ".join([*words, name])


def test_every_setting_has_a_line_in_the_example_and_a_row_in_the_operators_page() -> None:
    assert set(STATED) == set(PARSERS)
    assert set(documented()) == set(PARSERS)


def test_every_secret_is_marked_and_nothing_else_is() -> None:
    assert {name for name, secret in documented().items() if secret} == SECRETS


@pytest.mark.parametrize("name", sorted(PARSERS))
def test_the_example_shows_the_default(name: str) -> None:
    default = getattr(Settings(), name.lower())
    assert (PARSERS[name](STATED[name]) if STATED[name] else None) == (default or None)


@pytest.mark.parametrize("command", sorted(every_command(commands)))
def test_every_command_is_in_the_operators_page_and_says_what_it_does(command: str) -> None:
    assert re.search(rf"`{command}[ `]", section("Commands"))
    found: click.Command = commands
    for word in command.split():
        assert isinstance(found, click.Group)
        found = found.commands[word]
    assert found.help


def test_every_command_of_the_table_is_understood(network: Network) -> None:
    table = Path("docs/slack.md").read_text("utf-8").partition("\n## Commands\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\|[^|]*\|(.*)\|$", table, re.MULTILINE)
    said = [phrase for row in rows for phrase in re.findall(r"`([^`]+)`", row)]
    assert len(said) > 60
    day = date(2026, 11, 24)
    assert [each for each in said if isinstance(understand(each, day, network), NotUnderstood)] == []


def test_every_endpoint_is_in_the_operators_page(open_test_house: Callable[..., House]) -> None:
    def plain(path: str) -> str:
        return re.sub(r"<[^>]*>", "<>", path)

    known = {plain(path) for path in re.findall(r"`(?:[A-Z]+ )?(/[^`]*)`", section("Endpoints"))}
    rules = build(open_test_house()).url_map.iter_rules()
    assert {plain(rule.rule) for rule in rules if rule.endpoint != "static"} <= known
