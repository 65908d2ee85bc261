"""`python -m tests.relevance_table`: 34 real calls, whom each reaches by the shipped rules, and why."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from bot.contracts import Details
from bot.intake.relevance import Judged, Sieve, load_rules
from bot.network import load_network

CALLS = Path(__file__).with_name("relevance_calls.json")
DAY = date(2026, 11, 24)


def real_calls() -> list[Details]:
    """The calls, as a source that states no city would bring them."""
    return [_details(call) for call in json.loads(CALLS.read_text(encoding="utf-8"))]


def judged() -> list[tuple[Details, Judged]]:
    """Each call with what the shipped rules say of it."""
    sieve = Sieve(load_network(), load_rules())
    return [(call, sieve.judge(call, DAY)) for call in real_calls()]


def _details(call: dict[str, Any]) -> Details:
    language = call["language"]
    return Details.model_validate(
        {
            "kind": "call", "title": {language: call["title"]},
            "authority": call["authority"], "fund": call["fund"], "identifier": call["identifier"],
        }
    )  # fmt: skip


def main() -> None:
    """Print the table."""
    for at, (call, found) in enumerate(judged(), 1):
        whom = ", ".join(found.cities) or "all cities" if found.concerns else "aside"
        topics = f" [{', '.join(found.topics)}]" if found.topics else ""
        print(f"{at:2} {whom + topics:32} {next(iter(call.title.values()))[:60]:60} {found.why}")


if __name__ == "__main__":
    main()
