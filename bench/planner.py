"""Plan everything that is open, and nothing else: `python -m bench.planner` (settings from the environment).

Prints a JSON object: chunks, seconds, and the process's peak memory in bytes.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

from bot.app import open_house, read_environment
from bot.planning.notices import plan_chunk


def main() -> None:
    """Plan chunk by chunk, as the loop's planning thread does."""
    house = open_house(read_environment())
    settings, chunks, started = house.settings, 0, time.monotonic()
    while house.database.write(lambda session: plan_chunk(session, house.network, settings.zone)):
        chunks += 1
    seconds = time.monotonic() - started
    print(json.dumps({"chunks": chunks, "seconds": seconds, "peak": _peak()}))


def _peak() -> int:
    # Not `getrusage`: its maximum includes the process that started this one.
    (line,) = (row for row in Path("/proc/self/status").read_text().splitlines() if row.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    main()
