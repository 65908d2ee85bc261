"""Build every digest that is due, and nothing else: `python -m bench.digester` (settings from the environment).

Prints a JSON object: readers, seconds, turns, the longest turn in seconds, and how many different digests.
"""

from __future__ import annotations

import json
import time

from sqlalchemy import func, select

from bot.app import open_house, read_environment
from bot.planning.digests import Desk, turn
from bot.store.deliveries import MessageRow
from bot.store.digests import DigestPart


def main() -> None:
    """Turn by turn, as the loop's thread does."""
    house = open_house(read_environment())
    desk = Desk(house.network, house.settings.zone)
    turns, longest, started = 0, 0.0, time.monotonic()
    while True:
        begun = time.monotonic()
        done = turn(house.database, desk)
        if not done:
            break
        turns, longest = turns + 1, max(longest, time.monotonic() - begun)
    seconds = time.monotonic() - started
    with house.database.reading() as session:
        digests = select(func.count()).select_from(MessageRow).where(MessageRow.purpose == "digest")
        contents = session.scalar(digests)
        readers = session.scalar(select(func.count()).select_from(DigestPart))
    print(
        json.dumps(
            {
                "readers": readers,
                "seconds": seconds,
                "turns": turns,
                "longest": longest,
                "contents": contents,
            }
        )
    )


if __name__ == "__main__":
    main()
