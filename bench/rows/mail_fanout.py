"""Durable, personalised mail of about 10 KB to 10,000 readers, against django-post_office.

Two workers, SQLite. The peer queues and sends the same texts, HTML and headers over the same sink, with
SQLite set as ours is; its process start is not counted, and it sends fewer because it needs longer.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from bench.figures import Figure, at_least_times
from bench.installation import Place, installation, mail_settings
from bench.mail import MailFanout, Sample, sample
from bench.peers.install import POST_OFFICE, installed
from bench.processes import Processes, environment, output_of
from bench.row import Row
from bench.sinks import Sink, mail_sink

ROUNDS, READERS, PEER_MAILS = 3, 10_000, 1_500
_CARRIED = ("Reply-To", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted",
            "X-Auto-Response-Suppress", "Content-Language")  # fmt: skip


def measure(place: Place) -> Iterator[Figure]:
    """Ours and the peer in turn, three times; then the embedded worker alone."""
    packages = installed(place.folder / "post_office", *POST_OFFICE)
    readers, peer_mails = place.size(READERS), place.size(PEER_MAILS)
    with place.processes("mail_fanout") as processes:
        sink = mail_sink(processes)
        job = _job(processes.folder, sink, sample(), peer_mails)
        with installation(processes, readers=readers, settings=mail_settings(sink.port)) as home:
            fanout = MailFanout(home, sink, readers)
            workers = home.workers(2)
            rates = [
                (fanout.mails_a_second(), _post_office(processes, packages, job, peer_mails))
                for _ in range(ROUNDS)
            ]
            peer = f"{POST_OFFICE[0].replace('==', ' ')}, both into {sink.name}"
            yield at_least_times(
                "mail_fanout", median(ours for ours, _ in rates), "mails/s",
                other=median(theirs for _, theirs in rates), against=peer, times=5,
            )  # fmt: skip
            processes.stop(*workers)
            home.server()
            embedded = median(fanout.mails_a_second() for _ in range(ROUNDS))
            yield Figure("mail_fanout_embedded", round(embedded, 1), "mails/s", "one process that serves too")


def _job(folder: Path, sink: Sink, mail: Sample, count: int) -> Path:
    parts = {
        part.get_content_type(): part.get_content() for part in mail.mail.walk() if not part.is_multipart()
    }
    job: dict[str, Any] = {
        "host": "127.0.0.1", "port": sink.port, "folder": str(folder), "count": count,
        "sender": "Silta <silta@example.org>", "subject": str(mail.mail["Subject"]),
        "text": parts["text/plain"], "html": parts["text/html"], "marks": mail.marks,
        "headers": {name: str(mail.mail[name]) for name in _CARRIED if mail.mail[name]},
    }  # fmt: skip
    path = folder / "post_office.json"
    path.write_text(json.dumps(job), "utf-8")
    return path


def _post_office(processes: Processes, packages: Path, job: Path, count: int) -> float:
    script = Path(__file__).parents[1] / "peers" / "django_post_office.py"
    env = environment(PYTHONPATH=os.fspath(packages))
    child = processes.python("post_office", str(script), str(job), env=env)
    told = json.loads(output_of(child, 120).splitlines()[-1])
    if told["sent"] != count:
        raise RuntimeError(f"django-post_office sent {told['sent']} of {count}")
    return float(count / (told["queue"] + told["send"]))


ROW = Row("mail_fanout", measure, timeout=300)
