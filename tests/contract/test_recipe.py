"""CONTRIBUTING.md's recipe, followed word by word."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

import integrations
from bot import clock
from bot.app import House
from bot.store.items import Item
from bot.store.sources import Source
from tests.fakes.feeds import FakeFeeds

RECIPE = Path("CONTRIBUTING.md").read_text("utf-8")


@pytest.fixture
def bulletin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The recipe's folder and line, put where it says."""
    files = re.findall(
        r"^`integrations/(bulletin/\w+\.py)`\n```python\n(.*?)^```", RECIPE, re.DOTALL | re.MULTILINE
    )
    assert [name for name, _ in files] == ["bulletin/__init__.py", "bulletin/source.py"]
    for name, code in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(code, "utf-8")
    (line,) = re.findall(r'^    "(\w+)": "([\w.]+)",$', RECIPE, re.MULTILINE)
    monkeypatch.setattr(integrations, "__path__", [*integrations.__path__, str(tmp_path)])
    monkeypatch.setitem(integrations.INTEGRATIONS, *line)
    yield
    integrations.load.cache_clear()
    for name in [name for name in sys.modules if name.startswith("integrations.bulletin")]:
        del sys.modules[name]


@pytest.mark.usefixtures("bulletin")
def test_the_recipes_source_brings_its_news_in(open_test_house: Callable[..., House]) -> None:
    entries = [{"id": 1, "title": "Hello", "url": "https://example.org/1"}, {"id": 2}]
    with FakeFeeds() as board:
        board.serve("/list.json", json.dumps(entries).encode(), "application/json")
        url = board.url("/list.json")
        house = open_test_house(fetch_allow_private=frozenset({url.split("/")[2]}))
        with house.database.writing() as session:
            session.add(
                Source(
                    name="town-hall", kind="bulletin", options={"url": url}, cursor={}, first_poll="announce",
                    defaults={"cities": ["tampere"]}, next_at=clock.now(), created_at=clock.now(),
                )
            )  # fmt: skip
        steps = house.steps("once")
        polled = steps.poll_named("town-hall")
        steps.lanes.journal.close()
    assert (polled.new, polled.fault, len(polled.faults)) == (1, None, 1)
    with house.database.reading() as session:
        assert session.scalars(select(Item)).one().content().title == {"fi": "Hello"}
