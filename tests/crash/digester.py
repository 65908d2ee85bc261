"""A process that writes the digests that are due, a few readers a turn, until it is killed or there are none.

    python -m tests.crash.digester

Its settings come from the environment.
"""

from __future__ import annotations

import time

from bot.app import open_house, read_environment
from bot.planning.digests import turn

AT_ONCE = 20
PAUSE = 0.03
"""Seconds between turns, so that a kill finds some done and some not."""


def main() -> None:
    """Write them."""
    house = open_house(read_environment())
    desk = house.desk
    while turn(house.database, desk, AT_ONCE):
        time.sleep(PAUSE)


if __name__ == "__main__":
    main()
