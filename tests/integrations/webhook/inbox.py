"""An inbox that remembers, and the requests of a sender that signs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from standardwebhooks import Webhook

from bot.contracts import Accepted, Answer, Defaults, Received, Report
from integrations.webhook import INTEGRATION
from integrations.webhook.standard import StandardWebhook, WebhookOptions

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
FORMER = "whsec_plJ3nmyCDGBKInavdOK15jsl0OStnHmTq3fK"


class RememberingInbox:
    """The protocol's least: duplicates by receipt and by content, withdrawals of known ids."""

    def __init__(self, defaults: Defaults | None = None) -> None:
        self.cities = frozenset({"tampere", "turku", "pori", "lahti"})
        self.topics = frozenset({"akut", "ruoka", "vahahiilisyys"})
        self.councils = frozenset({"pirkanmaan-liitto", "uudenmaan-liitto"})
        self.defaults = defaults or Defaults(kind="news")
        self.reports: dict[str, Report] = {}
        self.receipts: set[str | None] = set()

    def accept(self, reports: Sequence[Report], receipt: str | None = None) -> Sequence[Accepted]:
        return [self._accept(report, receipt) for report in reports]

    def _accept(self, report: Report, receipt: str | None) -> Accepted:
        former = self.reports.get(report.external_id)
        if (receipt and receipt in self.receipts) or former == report:
            return Accepted("duplicate", 7)
        if report.withdrawn and former is None:
            return Accepted("unknown", None)
        self.receipts.add(receipt)
        self.reports[report.external_id] = report
        return Accepted("withdrawn" if report.withdrawn else "updated" if former else "accepted", 7)

    @property
    def only(self) -> Report:
        """The one report that came."""
        [report] = self.reports.values()
        return report


def webhook(*secrets: str) -> StandardWebhook:
    assert INTEGRATION.webhook is not None
    return StandardWebhook(WebhookOptions.model_validate({"secrets": list(secrets or [SECRET])}))


def signed(
    body: bytes | dict[str, Any],
    *,
    secret: str = SECRET,
    webhook_id: str = "msg_1",
    age: float = 0.0,
    **headers: str,
) -> Received:
    """A request as an honest sender makes it, `age` seconds ago; headers (underscores) override."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    moment = datetime.now(UTC) - timedelta(seconds=age)
    signature = Webhook(secret).sign(webhook_id, moment, raw.decode("utf-8", "replace"))
    own = {
        "content-type": "application/json",
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": signature,
    }
    return Received({**own, **{name.replace("_", "-"): value for name, value in headers.items()}}, raw)


def item(event: str = "item.published", /, **data: Any) -> dict[str, Any]:
    """A body; `data` is laid over a small valid news item."""
    least = {"external_id": "a-1", "kind": "news", "title": {"fi": "Otsikko"}}
    return {"type": event, "timestamp": "2026-11-24T08:00:00Z", "data": {**least, **data}}


def faults(answer: Answer) -> dict[str, str]:
    """The faults of a 422 by field, once the document's own shape is checked."""
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.body["status"] == answer.status == 422
    assert answer.body["title"]
    assert answer.body["detail"]
    return {error["field"]: error["detail"] for error in answer.body["errors"]}
