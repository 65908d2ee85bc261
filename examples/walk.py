"""Walks over some weeks of example calls and prints who was told what, when and why.

    python examples/walk.py 2026-11-24 2026-12-24

Everything happens in a database of its own in a temporary folder, in preview mode: nothing leaves. What
comes in are the shipped example calls and the story below, signed and posted as any sender would; each
stop of the way is a real `python -m bot work --until-idle --as-of …`.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine, text
from standardwebhooks import Webhook

sys.path.insert(0, str(Path(__file__).parents[1]))
ZONE = ZoneInfo("Europe/Helsinki")
STOPS = ((8, 15), (9, 15), (10, 15), (11, 15), (16, 0))
"""Hours and minutes of each day at which the walk stops to do what is due."""

PEOPLE = """name,email,slack_user_id,city,role,language,timezone,topics,rhythm
Alice,alice@example.org,,tampere,contact,fi,Europe/Helsinki,,now
Bob,bob@example.org,,vaasa,contact,sv,Europe/Helsinki,,weekly
Charlie,charlie@example.org,,tampere,contact,en,Europe/Lisbon,,daily
"""
LOW_CARBON = {
    "external_id": "vahahiilinen", "kind": "call", "cities": ["tampere"], "topics": ["vahahiilisyys"],
    "title": {"fi": "Vähähiilinen Tampere", "sv": "Utsläppssnålt Tammerfors", "en": "Low-carbon Tampere"},
    "closes_at": "2026-12-15T16:15:00+02:00", "fund": "EAKR", "amount_eur": 1500000,
}  # fmt: skip
ENERGY = {
    "external_id": "energia", "kind": "call", "cities": ["vaasa"],
    "title": {"fi": "Energiavarastot", "sv": "Energilager", "en": "Energy storage"},
    "closes_at": "2026-12-06",
}  # fmt: skip
CLINIC = {
    "external_id": "klinikka", "kind": "event", "visibility": "public",
    "title": {"fi": "Rahoitusklinikka", "sv": "Finansieringsklinik", "en": "Funding clinic"},
    "starts_at": "2026-12-10T13:00:00+02:00", "location": "Teams",
}  # fmt: skip
WEEKEND = {
    "external_id": "viikonloppu", "kind": "call", "cities": ["tampere"],
    "title": {"fi": "Viikonlopun haku", "en": "Weekend call"}, "closes_at": "2026-11-29T23:59:00+02:00",
}  # fmt: skip
STORY = (
    ("2026-11-24T10:10", "published", LOW_CARBON),
    ("2026-11-24T19:30", "published", ENERGY),  # in the evening: told in the morning
    ("2026-11-25T12:00", "published", CLINIC),
    ("2026-11-27T18:00", "published", WEEKEND),  # Friday evening, closes on Sunday
    ("2026-12-01T12:00", "updated", LOW_CARBON | {"closes_at": "2026-12-22T16:15:00+02:00"}),
    ("2026-12-03T12:00", "withdrawn", {"external_id": "energia"}),
)
QUERY = text(
    "SELECT d.settled_at, p.address, d.purpose, m.content, d.reason, d.sender FROM deliveries d "
    "JOIN messages m ON m.id = d.message_id JOIN destinations p ON p.id = d.destination_id "
    "WHERE d.state IN ('previewed', 'sent') ORDER BY d.settled_at, d.id"
)


def main() -> None:
    """Walk from the first day to the last, and print the table."""
    first, last = (date.fromisoformat(each) for each in sys.argv[1:3])
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "DATABASE_URL": f"sqlite:///{folder}/walk.db", "STATE_DIR": folder, "DELIVERY_MODE": "preview",
            "SECRET_KEY": secrets.token_hex(32), "WORKER": "separate", "LOG_LEVEL": "ERROR",
            "WEBHOOK_SECRET": f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}",
        }  # fmt: skip
        people = Path(folder, "people.csv")
        people.write_text(PEOPLE, encoding="utf-8")
        bot("migrate")
        bot("contacts", "import", str(people))
        bot("sources", "add", "feed", "calls", "--set", "example=calls.json", "--item-kind", "call")
        for at in stops(first, last):
            for when, what, data in STORY:
                if at - timedelta(hours=18) < local(when) <= at and not is_told(when):
                    post(local(when), what, data)
            bot("work", "--until-idle", "--as-of", at.isoformat())
        table(os.environ["DATABASE_URL"])


def stops(first: date, last: date) -> list[datetime]:
    """Every stop of the walk, and every moment of the story just after it."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    usual = [datetime(day.year, day.month, day.day, *stop, tzinfo=ZONE) for day in days for stop in STOPS]
    told = [local(when) + timedelta(minutes=after) for when, _, _ in STORY for after in (1, 12)]
    return sorted({*usual, *told})


def local(when: str) -> datetime:
    """A moment of the story."""
    return datetime.fromisoformat(when).replace(tzinfo=ZONE)


_told: set[str] = set()


def is_told(when: str) -> bool:
    """Whether a moment of the story was told before; from now on it was."""
    before = when in _told
    _told.add(when)
    return before


def post(at: datetime, what: str, data: dict[str, object]) -> None:
    """Sign and post a webhook, as if it were that moment."""
    from bot import clock
    from bot.app import create_app

    body = json.dumps({"type": f"item.{what}", "timestamp": at.isoformat(), "data": data})
    number, now = f"msg_{secrets.token_hex(8)}", datetime.now(UTC)
    signature = Webhook(os.environ["WEBHOOK_SECRET"]).sign(number, now, body)
    headers = {
        "webhook-id": number, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature,
        "content-type": "application/json",
    }  # fmt: skip
    app = create_app()
    clock.set_clock(at)
    answer = app.test_client().post("/in/webhook", data=body, headers=headers)
    clock.set_clock(None)
    if answer.status_code != 200:
        raise SystemExit(f"{what} was refused: {answer.text}")


def bot(*words: str) -> None:
    """One command of Silta."""
    subprocess.run([sys.executable, "-m", "bot", *words], check=True, stdout=subprocess.DEVNULL)


def table(url: str) -> None:
    """What left, a line each."""
    print("| when (Helsinki) | reader | message | says | why |\n|---|---|---|---|---|")
    with create_engine(url).connect() as connection:
        for settled, address, purpose, content, reason, _ in connection.execute(QUERY):
            at = datetime.fromisoformat(settled).replace(tzinfo=UTC).astimezone(ZONE)
            message = json.loads(content)[0]
            said = "; ".join(message["changes"]) or message.get("preheader", "")
            title = f"{message['label']}: {message['title']}" if message["label"] else message["title"]
            print(
                f"| {at:%a %Y-%m-%d %H:%M} | {address.split('@')[0]} | {purpose} {title} | {said[:90]} | {reason} |"
            )


if __name__ == "__main__":
    main()
