"""The same mail against the limit of this machine: smtp-source, which makes nothing and keeps nothing."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import mean, median

from bench.figures import Figure, Missing, at_least_times
from bench.installation import Place, installation, mail_settings
from bench.mail import MailFanout, sample
from bench.row import Row
from bench.rows.mail_fanout import READERS, ROUNDS
from bench.sinks import NO_POSTFIX, SMTP_SINK, SMTP_SOURCE, mail_sink, smtp_source


def measure(place: Place) -> Iterator[Figure]:
    """Ours and smtp-source in turn, three times, over one sink."""
    if not (SMTP_SINK and SMTP_SOURCE):
        raise Missing(NO_POSTFIX)
    readers, size = place.size(READERS), round(mean(sample(number).size for number in range(3)))
    with place.processes("mail_fanout_vs_limit") as processes:
        sink = mail_sink(processes)
        with installation(processes, readers=readers, settings=mail_settings(sink.port)) as home:
            fanout = MailFanout(home, sink, readers)
            home.workers(2)
            rates = [
                (fanout.mails_a_second(), smtp_source(processes, sink, readers, size)) for _ in range(ROUNDS)
            ]
        yield at_least_times(
            "mail_fanout_vs_limit", median(ours for ours, _ in rates), "mails/s",
            other=median(limit for _, limit in rates), times=0.3,
            against=f"smtp-source, 4 reused sessions, {size:,} bytes",
        )  # fmt: skip


ROW = Row("mail_fanout_vs_limit", measure, timeout=240)
