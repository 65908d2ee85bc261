"""django-post_office as a peer: queue personalised mails, then send them; run with its own packages.

    python django_post_office.py JOB.json        (PYTHONPATH names the folder it was installed into)

JOB has host, port, folder, count, sender, subject, text, html, headers and the marks of what is personal.
Prints a JSON object with the seconds of queueing and sending.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import django  # type: ignore[import-not-found,unused-ignore]
from django.conf import settings  # type: ignore[import-not-found,unused-ignore]

THREADS, BATCH = 5, 100


def main() -> None:
    """Set Django up, make the tables, queue and send."""
    job = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    _configure(job)
    from django.core.management import call_command  # type: ignore[import-not-found,unused-ignore]
    from post_office import mail  # type: ignore[import-not-found,unused-ignore]
    from post_office.models import STATUS, Email  # type: ignore[import-not-found,unused-ignore]

    call_command("migrate", verbosity=0)
    Email.objects.all().delete()
    started = time.monotonic()
    mail.send_many(list(_mails(job)))
    queued = time.monotonic()
    mail.send_queued_mail_until_done(lockfile=f"{job['folder']}/lock", processes=1)
    ended = time.monotonic()
    sent = Email.objects.filter(status=STATUS.sent).count()
    print(json.dumps({"queue": queued - started, "send": ended - queued, "sent": sent}))


def _configure(job: dict[str, Any]) -> None:
    settings.configure(
        SECRET_KEY="k" * 40,
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=["post_office"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": f"{job['folder']}/post_office.db",
                "OPTIONS": {
                    "transaction_mode": "IMMEDIATE",
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
                },
            }
        },
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        EMAIL_BACKEND="post_office.EmailBackend",
        EMAIL_HOST=job["host"],
        EMAIL_PORT=job["port"],
        POST_OFFICE={
            "BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"},
            "BATCH_SIZE": BATCH,
            "THREADS_PER_PROCESS": THREADS,
        },
    )
    django.setup()


def _mails(job: dict[str, Any]) -> Any:
    def personal(text: str, at: int) -> str:
        for mark, filled in job["marks"].items():
            text = text.replace(mark, filled.format(at=at))
        return text

    for at in range(job["count"]):
        yield {
            "sender": job["sender"],
            "recipients": [f"reader{at}@example.org"],
            "subject": job["subject"],
            "message": personal(job["text"], at),
            "html_message": personal(job["html"], at),
            "headers": {name: personal(value, at) for name, value in job["headers"].items()},
        }


if __name__ == "__main__":
    main()
