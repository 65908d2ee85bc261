"""What Discourse's answers to `POST /posts.json` and `PUT /posts/<id>.json` mean (https://docs.discourse.org).

Refusals are `{"errors": ["…"], "error_type": "…"}`, in the language of the instance: what counts is the status.

    200         done; `action: enqueued` when a moderator has to approve it first
    400, 413    this message cannot be taken
    403         the key is wrong, or its user may not write there; `error_type` is `invalid_access`
    404, 410    no such category, topic or post
    409         somebody edits it just now
    422         title, text or category are not as the instance wants them
    429         too many calls: `Retry-After`, or `extras.wait_seconds`
    5xx         broken at its end: nobody knows whether it was done
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.contracts import InDoubt, Misconfigured, Outcome, Rejected, Sent, TryLater
from integrations.calling import Reply


def judge(reply: Reply, ref: Mapping[str, str] | None = None, *, edit: bool = False) -> Outcome:
    """The outcome of writing, or of an edit of what `ref` names: an edit that may have been done is done again."""
    data: Mapping[str, Any] = reply.data if isinstance(reply.data, dict) else {}
    if reply.ok:
        return Sent(dict(ref) if ref else _ref(data))
    if reply.status in {409, 429} or (edit and reply.status >= 500):
        return TryLater(
            _REASONS.get(reply.status, "it is broken at its end"), _wait(reply, data), reply.status != 409
        )
    if reply.status >= 500:
        return InDoubt(f"the instance answered HTTP {reply.status}")
    if edit and reply.status in _GONE:
        return Rejected("it is not there any more", gone=True)
    wrong = reply.status in {401, 403, *_GONE} or 300 <= reply.status < 400
    said = f"{_REASONS.get(reply.status, 'the instance does not take it')} (HTTP {reply.status}){_said(data)}"
    return Misconfigured(said) if wrong else Rejected(said)


_GONE = {404, 410}
_REASONS = {
    301: "the instance sends us on: set url to its final address",
    302: "the instance sends us on: set url to its final address",
    401: "the instance refuses the key: check api_key and api_username",
    403: "the instance refuses the key, or its user may not write there: check api_key and category",
    404: "there is no such category: check category",
    409: "somebody edits it just now",
    410: "there is no such category any more: check category",
    429: "the instance asks to slow down",
}


def _wait(reply: Reply, data: Mapping[str, Any]) -> float | None:
    extras = data.get("extras")
    waits = extras.get("wait_seconds") if isinstance(extras, dict) else None
    return reply.retry_after or (float(waits) if isinstance(waits, int | float) else None)


def _ref(data: Mapping[str, Any]) -> dict[str, str]:
    """Where it stands; nowhere yet when it waits for a moderator."""
    post = data.get("post") if isinstance(data.get("post"), dict) else data
    if not isinstance(post, Mapping) or "topic_id" not in post:
        return {"waits": "for a moderator"}
    return {"ts": str(post["topic_id"]), "post": str(post.get("id", ""))}


def _said(data: Mapping[str, Any]) -> str:
    errors = data.get("errors")
    return f" ({'; '.join(map(str, errors))[:300]})" if isinstance(errors, list) and errors else ""
