"""Sends a signed funding call to a running Silta: python examples/send_webhook.py [EXTERNAL_ID]

WEBHOOK_SECRET and PUBLIC_URL are read from the environment or .env. Sent again it is a duplicate;
edit the call and send it again, and it is an update.
"""

import json
import os
import sys
from datetime import UTC, datetime
from uuid import uuid4

import requests
from dotenv import load_dotenv
from standardwebhooks import Webhook

CALL = {
    "external_id": "esimerkki-1",
    "kind": "call",
    "title": {
        "fi": "Esimerkkihaku: vähähiiliset kaupunkiratkaisut",
        "sv": "Exempel: koldioxidsnåla stadslösningar",
        "en": "Example call: low-carbon urban solutions",
    },
    "body": {"fi": "Haku on keksitty. Hankkeissa on mukana **vähintään kaksi** sopimuskaupunkia."},
    "url": "https://innokaupungit.fi/",
    "cities": ["tampere", "lahti"],
    "topics": ["vahahiilisyys"],
    "opens_at": "2026-11-24",
    "closes_at": "2027-01-15T16:15:00+02:00",
    "fund": "EAKR",
    "authority": "Pirkanmaan liitto",
    "amount_eur": 1_500_000,
    "support_percent": 60,
}


def main() -> None:
    """Sign the call, post it, and print what Silta answers."""
    load_dotenv()
    secret = os.environ.get("WEBHOOK_SECRET", "").split()
    if not secret:
        sys.exit("WEBHOOK_SECRET is not set, neither in the environment nor in .env")
    call = CALL | {"external_id": sys.argv[1]} if len(sys.argv) > 1 else CALL
    now = datetime.now(UTC)
    body = json.dumps({"type": "item.published", "timestamp": now.isoformat(), "data": call})
    webhook_id = f"msg_{uuid4().hex}"
    headers = {
        "Content-Type": "application/json",
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret[0]).sign(webhook_id, now, body),
    }
    address = os.environ.get("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/") + "/in/webhook"
    answer = requests.post(address, body.encode(), headers=headers, timeout=10)
    sys.stdout.write(f"{answer.status_code} {answer.text}\n")
    sys.exit(0 if answer.ok else 1)


if __name__ == "__main__":
    main()
