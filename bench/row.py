"""What a row of the benchmarks is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench.figures import Figure
from bench.installation import Place


@dataclass(frozen=True, slots=True)
class Row:
    """A measurement: `measure` yields its figures; it is ended after `timeout` seconds.

    One that is `only_when_asked` runs by its name alone.
    """

    name: str
    measure: Callable[[Place], Iterator[Figure]]
    timeout: float
    only_when_asked: bool = False
