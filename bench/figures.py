"""What a row measured, as a table for people and as JSON for programs."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDTH = 150
"""Columns where the output is no terminal."""

FOOTNOTE = (
    "Each ratio is taken in one run on this machine; read a single figure as nothing more. "
    "scale_out comes with the issue that builds it."
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    `against` says what it is compared with, or why it could not be measured. `met` is None where there
    is no target.
    """

    name: str
    value: float | None
    unit: str
    against: str | None = None
    ratio: float | None = None
    target: str | None = None
    met: bool | None = None


class Missing(Exception):
    """Something that a row needs is not on this machine; the text says what, in one line."""


def at_least_times(name: str, value: float, unit: str, *, other: float, against: str, times: float) -> Figure:
    """A figure that must be at least that many times the other one, measured beside it."""
    ratio = value / other
    return Figure(
        name, round(value, 1), unit, f"{against}: {other:,.0f} {unit}", round(ratio, 3), f"≥ {times:g} ×",
        ratio >= times,
    )  # fmt: skip


def at_least(name: str, value: float, unit: str, least: float, against: str | None = None) -> Figure:
    """A figure with a lower limit."""
    return Figure(name, round(value, 1), unit, against, None, f"≥ {least:,.0f} {unit}", value >= least)


def at_most(name: str, value: float, unit: str, most: float, against: str | None = None) -> Figure:
    """A figure with an upper limit."""
    return Figure(name, round(value, 2), unit, against, None, f"≤ {most:,g} {unit}", value <= most)


def not_measured(name: str, why: str) -> Figure:
    """A row that could not run; it counts as not met."""
    return Figure(name, None, "", why, None, None, False)


def show(figures: Sequence[Figure]) -> None:
    """Print the table."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    table = Table(title="make bench", caption=f"{_machine()}\n{FOOTNOTE}", caption_justify="left")
    for heading in ("name", "value", "unit", "against", "ratio", "target", "met"):
        table.add_column(heading, justify="right" if heading in {"value", "ratio"} else "left")
    for each in figures:
        table.add_row(
            each.name,
            "–" if each.value is None else f"{each.value:,.1f}",
            each.unit,
            Text(each.against or ""),
            "" if each.ratio is None else f"{each.ratio:.2f}",
            each.target or "",
            {True: "[green]yes[/]", False: "[red]no[/]", None: ""}[each.met],
        )
    console.print(table)


def save(figures: Sequence[Figure], path: Path) -> None:
    """Write them as a JSON list."""
    path.write_text(
        json.dumps([asdict(each) for each in figures], ensure_ascii=False, indent=1) + "\n", "utf-8"
    )


def _machine() -> str:
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return f"{os.cpu_count()} cores, shared by everything here; load average {load}"
