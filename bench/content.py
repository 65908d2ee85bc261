"""What is told in the benchmarks: an item whose mail has about ten kilobytes, and webhooks about it."""

from __future__ import annotations

import base64
import json
import uuid
from datetime import UTC, datetime, timedelta

from standardwebhooks import Webhook

from bot.contracts import LANGUAGES, Details, Outgoing
from bot.links import Links
from bot.network import Network
from bot.planning.wording import compose

SECRET_KEY = "k" * 40
WEBHOOK_SECRET = "whsec_" + base64.b64encode(b"Alice, Bob and Charlie know it").decode()
SLACK_TOKEN = "xoxb-alice"
PUBLIC_URL = "http://127.0.0.1:8000"

_SENTENCES = {
    "fi": "Haku on tarkoitettu kaupungeille, jotka kehittävät vähähiilisiä palveluja yhdessä yritysten ja "
    "korkeakoulujen kanssa. Tukea myönnetään enintään 60 prosenttia hyväksytyistä kustannuksista.",
    "sv": "Ansökan riktar sig till städer som utvecklar koldioxidsnåla tjänster tillsammans med företag och "
    "högskolor. Stödet är högst 60 procent av de godkända kostnaderna för hela åtgärden.",
    "en": "The call is for cities that develop low-carbon services together with companies and universities. "
    "At most 60 per cent of the accepted costs are supported over the whole of the action.",
}


def call(number: int = 0, paragraphs: int = 4) -> Details:
    """An urgent call for every city, in three languages; with 4 paragraphs its mail has about 10 KB."""
    return Details.model_validate(
        {
            "kind": "call",
            "title": {"fi": f"Haku {number}", "sv": f"Ansökan {number}", "en": f"Call {number}"},
            "body": {
                language: "\n\n".join(f"**{at + 1}.** {sentence}" for at in range(paragraphs))
                for language, sentence in _SENTENCES.items()
            },
            "url": f"https://example.org/calls/{number}",
            "urgent": True,
            "closes_at": "2099-01-15T16:15:00+02:00",
            "visibility": "public",
            "fund": "EAKR",
            "authority": "Pirkanmaan liitto",
            "amount_eur": 1_500_000,
            "support_percent": 60,
        }
    )


def week(count: int, cities: list[str], topics: list[str]) -> list[Details]:
    """A week's items: calls, events, news and announcements, most of them of one city, some for all."""
    kinds = ("call", "news", "event", "announcement")
    made = []
    for at in range(count):
        kind, everywhere = kinds[at % 4], at % 10 == 0
        soon = (datetime.now(UTC) + timedelta(days=3 + at)).isoformat()
        dates = {"closes_at": soon} if kind == "call" else {"starts_at": soon} if kind == "event" else {}
        stated = call(at).model_dump(exclude={"closes_at", "kind", "urgent"}) | dates
        made.append(
            Details.model_validate(
                {
                    **stated,
                    "kind": kind,
                    "cities": () if everywhere else _two(cities, at),
                    "topics": topics[at % 8 : at % 8 + 1] if at % 3 else (),
                }
            )
        )
    return made


def _two(cities: list[str], at: int) -> tuple[str, ...]:
    return cities[at % len(cities)], cities[(at * 7 + 3) % len(cities)]


def outgoing(network: Network, address: str, number: int = 0) -> Outgoing:
    """One reader's delivery of such an item, as a sender gets it."""
    links = Links(SECRET_KEY, PUBLIC_URL)
    return Outgoing(
        key=f"bench-{number}",
        address=address,
        messages=(compose(call(number), LANGUAGES[number % 3], network),),
        reason="Tampere seuraa vähähiilisyyttä",
        name="Alice Mäkinen",
        links={"page": links.page("a" * 16, 1), "unsubscribe": links.unsubscribe("a" * 16, 1)},
    )


def signed_requests(count: int, path: str, cities: list[str]) -> list[bytes]:
    """Whole HTTP requests with a body of about 2,000 bytes, each its own item and signed now."""
    now = datetime.now(UTC)
    verifier = Webhook(WEBHOOK_SECRET)
    run = uuid.uuid4().hex[:8]
    text = _SENTENCES["fi"] * 8
    made = []
    for at in range(count):
        data = {
            "external_id": f"{run}-{at}", "kind": "news", "cities": cities, "urgent": True,
            "title": {"fi": f"Uutinen {run} {at}", "en": f"News {run} {at}"}, "body": {"fi": text},
            "url": f"https://example.org/{run}/{at}", "visibility": "public",
        }  # fmt: skip
        body = json.dumps({"type": "item.published", "timestamp": now.isoformat(), "data": data})
        name = f"msg_{run}_{at}"
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nwebhook-id: {name}\r\n"
            f"webhook-timestamp: {int(now.timestamp())}\r\n"
            f"webhook-signature: {verifier.sign(name, now, body)}\r\n\r\n"
        )
        made.append((head + body).encode())
    return made
