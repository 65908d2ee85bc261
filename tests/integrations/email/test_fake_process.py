"""The fake mail server as a process of its own: the judge of the crash tests must itself be right."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from bot.contracts import InDoubt, Sent
from tests.fakes.smtp import FakeSmtp
from tests.integrations.email.conftest import SenderFor
from tests.integrations.email.letters import outgoing

ROOT = Path(__file__).parents[3]


def test_every_mail_the_server_took_is_logged_whether_or_not_it_said_so(
    tmp_path: Path, sender_for: SenderFor
) -> None:
    log = tmp_path / "mails.jsonl"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.smtp", "--log", log, "--fault-rate", "0.3", "--seed", "7"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline().rpartition(":")[2])
        sender = sender_for(FakeSmtp(port=port))
        verdicts: dict[str, Counter[str]] = {}
        waiting = [outgoing(f"r{number}", key=f"k{number}") for number in range(120)]
        for _ in range(300):
            outcomes = list(sender.send(waiting))
            for letter, outcome in zip(waiting, outcomes, strict=True):
                verdicts.setdefault(letter.key, Counter())[type(outcome).__name__] += 1
            waiting = [
                letter
                for letter, outcome in zip(waiting, outcomes, strict=True)
                if not isinstance(outcome, Sent | InDoubt)
            ]
            if not waiting:
                break
    finally:
        process.kill()
        process.communicate()
    rows = [json.loads(line) for line in log.read_text().splitlines()]
    taken = Counter(row["message_id"].strip("<>").split("@")[0] for row in rows)
    assert waiting == []
    assert set(taken.values()) == {1}
    assert {key for key, seen in verdicts.items() if seen["Sent"]} <= set(taken)
    doubtful = {key for key, seen in verdicts.items() if seen["InDoubt"]}
    assert {row["rcpt"] for row in rows if row["dropped"]} == {
        f"r{key[1:]}@example.org" for key in doubtful & set(taken)
    }
    assert 0 < len(doubtful & set(taken)) < len(doubtful)
