"""A shell for commands: the real entry, a folder of its own, and nothing of this machine's environment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli import main
from bot.setting_parsers import PARSERS

KEY = "k" * 40


@dataclass(frozen=True)
class Said:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Shell = Callable[..., Said]


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """Runs a command in an empty folder with nothing set, but for the settings given."""
    for name in PARSERS:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, **settings: str) -> Said:
        with monkeypatch.context() as patched:
            for name, value in settings.items():
                patched.setenv(name, value)
            capsys.readouterr()
            code = main(list(arguments))
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return run


@pytest.fixture
def shell(bare: Shell, database_url: str, tmp_path: Path) -> Shell:
    """Runs a command on a migrated, empty installation in preview mode."""
    here = {
        "DATABASE_URL": database_url, "SECRET_KEY": KEY, "STATE_DIR": str(tmp_path / "state"), "LOG_LEVEL": "WARNING",
    }  # fmt: skip

    def run(*arguments: str, **settings: str) -> Said:
        return bare(*arguments, **{**here, **settings})

    return run
