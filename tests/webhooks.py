"""Signed webhooks, as a program of the network sends them (Standard Webhooks)."""

from __future__ import annotations

import base64
import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

SECRET = "whsec_" + base64.b64encode(b"Alice, Bob and Charlie know it").decode()


@dataclass(frozen=True)
class Signed:
    """One request: what is posted, and under which id. Signed anew whenever `headers` is asked for."""

    body: str
    id: str = field(default_factory=lambda: f"msg_{uuid.uuid4().hex}")
    secret: str = SECRET

    @property
    def headers(self) -> dict[str, str]:
        now = datetime.now(UTC)
        return {
            "Content-Type": "application/json",
            "webhook-id": self.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(self.secret).sign(self.id, now, self.body),
        }


def saying(kind: str, /, **data: Any) -> Signed:
    """A request of type `item.<kind>` with this data."""
    return Signed(json.dumps({"type": f"item.{kind}", "timestamp": "2026-11-24T10:00:00Z", "data": data}))
