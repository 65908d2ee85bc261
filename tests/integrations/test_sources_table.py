"""The table of sources: every kind there is, each line as its step expects it, through the real intake."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.app.kinds import source_kinds
from integrations import load
from tests.integrations.sites import PLACES
from tests.integrations.sources_table import lines
from tests.integrations.table_senders import SENDERS


def test_every_kind_of_source_stands_in_the_table() -> None:
    kinds = source_kinds()
    assert {place.kind for place in PLACES.values()} == {kind for kind in kinds if load(kind).source}
    assert set(SENDERS) == {kind for kind in kinds if load(kind).webhook or load(kind).letters}


def test_every_line_is_as_it_should_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    table = list(lines(tmp_path))
    otherwise = [
        f"{line} — expected {line.step.figures or 'nothing'!r} and {line.step.reason!r}"
        for line in table
        if line.figures != line.step.figures
        or not re.search(line.step.reason, line.reason)
        or bool(line.step.reason) != bool(line.reason)
    ]
    assert not otherwise, "\n".join(otherwise)
    assert sum("joined" in line.figures for line in table) == 6
