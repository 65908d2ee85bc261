"""Discourse's webhooks: topics and posts (https://meta.discourse.org/t/configure-webhooks/49045).

The body is `{"post": {…}}`, `{"topic": {…}}` or `{"ping": "OK"}`, signed with HMAC-SHA256 over its raw bytes; set to
"form", Discourse sends the same JSON under another Content-Type. A topic's own events have its title and no text
(`WebHookTopicViewSerializer`), so its first post makes the item and revises it, and topic events only withdraw it.
A retry has a new event id: the same event is known by object and moment, and one that comes late by its moment.
"""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import ValidationError

from bot.clock import When
from bot.contracts import Answer, Fetched, Inbox, Received, Report, Surroundings
from integrations.discourse.options import DiscourseOptions, check_slugs
from integrations.discourse.topics import Left, Post, item_id, report_of
from integrations.json_bodies import parsed
from integrations.problems import Refused, answer, by_field
from integrations.signatures import is_signed

_TAKEN = frozenset({"post_created", "post_edited", "post_recovered"})
_WITHDRAWN = frozenset({"post_destroyed", "topic_destroyed"})


class DiscourseWebhook:
    """Takes in what one instance sends (`bot.contracts.Webhook`)."""

    def __init__(self, options: DiscourseOptions, surroundings: Surroundings) -> None:
        check_slugs(options, surroundings)
        self._options = options
        self._surroundings = surroundings

    def receive(self, request: Received, inbox: Inbox) -> Answer:
        """Answer 200 after the commit and to what is left, else a problem: 400, 401, 403 or 422."""
        try:
            self._verify(request)
            event = request.headers.get("x-discourse-event", "")
            found = _read(_document(request.body), event, self._options, self._surroundings)
        except Refused as refusal:
            return answer(refusal)
        if isinstance(found, Left):
            return Answer(200, {"status": "ignored", "reason": found.why})
        accepted = inbox.accept([found], receipt=self._receipt(event, found))[0]
        return Answer(200, {"status": accepted.verdict, "item": accepted.item_id})

    def _verify(self, request: Received) -> None:
        stated = request.headers.get("x-discourse-event-signature", "")
        if not is_signed(request.body, stated, self._options.secret or (), prefix="sha256="):
            raise Refused(401, "The signature does not match the bytes of the body under our secret.")
        instance = request.headers.get("x-discourse-instance")
        if instance and _place(instance) != _place(self._options.base):
            raise Refused(403, "The webhook is of another instance than this source.")

    def _receipt(self, event: str, report: Report) -> str | None:
        """By what the same event is known; none where nothing says when it was so, and for what comes back."""
        if report.as_of is None:
            return None
        said = f"{_place(self._options.base)} {event} {report.external_id} {report.as_of.isoformat()}"
        return hashlib.sha256(said.encode()).hexdigest()


def sample(options: DiscourseOptions, surroundings: Surroundings, body: bytes) -> Fetched:
    """What would be made of a body, signed or not."""
    check_slugs(options, surroundings)
    try:
        document = _document(body)
        event = "post_edited" if "post" in document else "topic_destroyed"
        found = _read(document, event, options, surroundings)
    except Refused as refusal:
        named = [f"{field}: {detail}" for field, detail in refusal.faults]
        return Fetched([], {}, named or [refusal.detail])
    return Fetched([], {}, [found.why]) if isinstance(found, Left) else Fetched([found], {})


def _document(body: bytes) -> dict[str, Any]:
    try:
        said = body.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise Refused(400, "The body is not UTF-8.") from fault
    if said.startswith("payload="):
        said = parse_qs(said, max_num_fields=10).get("payload", [""])[0]
    document = parsed(said)
    if not isinstance(document, dict):
        raise Refused(422, "The body is not an object.")
    return document


def _read(
    document: dict[str, Any], event: str, options: DiscourseOptions, surroundings: Surroundings
) -> Report | Left:
    """What an event says. Raises Refused (422) for a post that is not as Discourse writes them."""
    if event == "topic_destroyed" and isinstance(document.get("topic"), dict):
        return _gone_topic(document["topic"])
    if event not in _TAKEN | _WITHDRAWN or not isinstance(document.get("post"), dict):
        return Left("ping" if "ping" in document else "such events bring no news: a topic's first post does")
    try:
        post = Post.model_validate(document["post"])
    except ValidationError as fault:
        raise Refused(422, "The post is not as it should be.", by_field(fault, "post")) from fault
    if event == "post_destroyed":
        return Report(item_id(post), None, post.deleted_at or post.updated_at)
    found = report_of(post, options, surroundings)
    if event == "post_recovered" and isinstance(found, Report):
        return Report(found.external_id, found.details)  # it may be older than its removal
    return found


def _gone_topic(topic: dict[str, Any]) -> Report:
    if not isinstance(topic.get("id"), int):
        raise Refused(422, "The topic is not as it should be.", [("topic.id", "must be a whole number")])
    try:
        gone = When.parse(topic.get("deleted_at")).at
    except ValueError:
        gone = None
    return Report(f"topic:{topic['id']}", None, gone)


def _place(address: str) -> str:
    """Host and folder, by which an instance is known whatever its scheme."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.netloc.casefold()}{parts.path.rstrip('/')}"
