"""The outside world of the crash runs, in a process of its own: a Slack and a mail server on a bad day.

    python -m tests.crash.outside

works in the current folder: `ports.json` tells where both listen, `slack.jsonl` and `mails.jsonl` get a line for
each message that was taken, whether or not its sender came to know.
"""

from __future__ import annotations

import itertools
import json
import random
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from tests.fakes.slack import FakeSlack
from tests.fakes.slack_wire import Request, Response
from tests.fakes.smtp import FakeSmtp
from tests.fakes.smtp_session import Mail

SLACK_FAULTS = 0.06
MAIL_FAULTS = 0.008
LIMIT_EVERY = 6.0
"""Seconds between 429s."""

SLOW = 0.5
"""Seconds that Slack takes at most to say that a post was taken."""

MAIL_SLOW = 0.006
"""Seconds before each reply of the mail server."""


class SlowSlack(FakeSlack):
    """Slack answers a post some time after it was taken, so that senders die in between."""

    def _answer(self, request: Request) -> Response:
        response = super()._answer(request)
        if request.target.endswith("chat.postMessage"):
            time.sleep(random.uniform(0, SLOW))
        return response


def main(folder: Path) -> None:
    """Serve until SIGTERM."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with (folder / "slack.jsonl").open("a") as posts, (folder / "mails.jsonl").open("a") as mails:
        slack = SlowSlack(any_channel=True, log=posts, hang=1.0)
        smtp = FakeSmtp(keep=False, fault_rate=MAIL_FAULTS, delay=MAIL_SLOW, on_mail=_writer(mails))
        with slack, smtp:
            slack.random_faults(
                SLACK_FAULTS, seed=7,
                hows=(
                    "timeout-after-commit", "500-html-after-commit", "html-after-commit",
                    "reset-after-commit", "500-html", "reset",
                ),
            )  # fmt: skip
            for number in range(5):
                smtp.answer(f"r{number}@example.org", "450 4.2.1 mailbox busy", times=3)
            ports = folder / "ports.json"
            ports.with_suffix(".new").write_text(json.dumps({"slack": slack.api_url, "smtp": smtp.port}))
            ports.with_suffix(".new").rename(ports)
            for _ in itertools.takewhile(lambda _: not stop.wait(LIMIT_EVERY), itertools.count()):
                slack.limit_next(1)


def _writer(log: TextIO) -> Callable[[Mail, bool], None]:
    def write(mail: Mail, dropped: bool) -> None:
        row = {"to": mail.recipient, "message_id": mail.message_id, "subject": str(mail.message["Subject"])}
        log.write(json.dumps({**row, "dropped": dropped}) + "\n")
        log.flush()

    return write


if __name__ == "__main__":
    main(Path.cwd())
