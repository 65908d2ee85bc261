"""A file that a workspace exported, as it was read before anything is taken in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Understood:
    """How a sheet was read: `columns` maps a field to its letter and heading, `faults` name their cells.

    `rows` is how many it has below its heading, and `left_out` says of those that nothing is made of why.
    """

    columns: Mapping[str, tuple[str, str]]
    unknown: Sequence[str]
    faults: Sequence[str]
    rows: int
    left_out: Sequence[str] = ()
