"""`python -m bench [NAME …] [--quick]`: run the rows, print the table, write `bench/results.json`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from types import FrameType

from bench.figures import Figure, Missing, not_measured, save, show
from bench.installation import Place
from bench.processes import ROOT, OutOfTime, deadline
from bench.row import Row
from bench.rows import ROWS


def main() -> int:
    """Returns 0 when every row could be measured, whatever its figures; 1 when one broke, 130 on Ctrl-C."""
    chosen, quick = _asked()
    place = Place(ROOT / "var" / "bench", quick)
    signal.signal(signal.SIGTERM, _interrupt)
    figures: list[Figure] = []
    try:
        for row in chosen:
            figures += _measured(row, place)
    except KeyboardInterrupt:
        print("stopped; nothing was written", file=sys.stderr)
        return 130
    show(figures)
    if quick:
        print("--quick: a tenth of the sizes, to try the benchmarks; nothing was written")
    else:
        save(figures, ROOT / "bench" / "results.json")
    return int(any(each.met is False and each.target is None for each in figures))


def _asked() -> tuple[list[Row], bool]:
    parser = argparse.ArgumentParser(prog="python -m bench", description="The benchmarks.")
    names = [row.name for row in ROWS]
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of: {', '.join(names)}")
    parser.add_argument("--quick", action="store_true", help="a tenth of the sizes; writes no results")
    asked = parser.parse_args()
    strange = sorted(set(asked.names) - set(names))
    if strange:
        parser.error(f"there is no row {strange[0]!r}; there are: {', '.join(names)}")
    chosen = [row for row in ROWS if row.name in asked.names or not (asked.names or row.only_when_asked)]
    return chosen, asked.quick


def _measured(row: Row, place: Place) -> Iterator[Figure]:
    """A row's figures; what it could not measure is said in one line."""
    started = time.monotonic()
    print(f"{row.name} …", file=sys.stderr, flush=True)
    try:
        with deadline(row.timeout):
            yield from row.measure(place)
    except (Missing, OutOfTime) as fault:
        yield not_measured(row.name, str(fault))
    except Exception as fault:
        traceback.print_exc()
        yield not_measured(row.name, f"{type(fault).__name__}: {str(fault)[:200]}")
    load = os.getloadavg()[0]
    print(f"{row.name}: {time.monotonic() - started:.0f} s, load {load:.1f}", file=sys.stderr, flush=True)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
