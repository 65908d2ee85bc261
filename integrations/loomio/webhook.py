"""Loomio's chatbot webhook: text as for Slack, at an address that is the secret.

It has no signature, no id, no kind and no retry, and whatever is not exactly 200 counts as failed
(https://github.com/loomio/loomio/blob/master/app/services/chatbot_service.rb). So what came is known by its text:
the same text on the same day (UTC) is the same. What is a reminder of a poll, a comment or a new discussion is
said in words that depend on the group's language, and is not guessed.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC

from bot import clock
from bot.contracts import Answer, Details, Fetched, Inbox, Received, Report, SourceLink, Surroundings
from integrations import text
from integrations.json_bodies import parsed
from integrations.loomio.options import LoomioOptions
from integrations.problems import Refused, answer
from integrations.signatures import is_one_of
from integrations.walls import marked_as_ours

# A link in Slack's mrkdwn, <address|words>, or in Markdown, [words](address).
_LINK = re.compile(r"<(https?://[^|>\s]+)\|([^>]+)>|\[([^\]]+)\]\((https?://[^)\s]+)\)")
_SIGNS = re.compile(r"[*_`#<>]+")


class LoomioWebhook:
    """Takes in what a Loomio chatbot of kind Slack or Markdown posts (`bot.contracts.Webhook`)."""

    def __init__(self, options: LoomioOptions, surroundings: Surroundings) -> None:
        self._options = options
        self._surroundings = surroundings

    def receive(self, request: Received, inbox: Inbox) -> Answer:
        """Answer exactly 200 to all that has the secret, also to what is ignored; else a problem."""
        try:
            if not is_one_of(request.path, self._options.path_secret):
                raise Refused(401, "The address is not the one that this source gave out.")
            report = _report(request.body, self._options, self._surroundings)
        except Refused as refusal:
            return answer(refusal)
        if report is None:
            return Answer(200, {"status": "ignored"})
        accepted = inbox.accept([report], receipt=report.external_id)[0]
        return Answer(200, {"status": accepted.verdict, "item": accepted.item_id})


def sample(options: LoomioOptions, surroundings: Surroundings, body: bytes) -> Fetched:
    """What would be made of a body."""
    try:
        report = _report(body, options, surroundings)
    except Refused as refusal:
        return Fetched([], {}, [refusal.detail])
    return Fetched(
        [report] if report else [], {}, [] if report else ["there is no text in it, or it is ours"]
    )


def _report(body: bytes, options: LoomioOptions, surroundings: Surroundings) -> Report | None:
    """What a body says; None for one without text, and for what Silta wrote itself. Raises Refused."""
    try:
        document = parsed(body.decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        raise Refused(400, "The body is not UTF-8.") from fault
    said = document.get("text") if isinstance(document, dict) else None
    if not isinstance(said, str):
        raise Refused(422, "The body has no text.", [("text", "must be text")])
    said = text.whole(said).strip()
    if not said or marked_as_ours(said):
        return None
    day = clock.now().astimezone(UTC).date().isoformat()
    defaults = surroundings.defaults
    title, link = _heading(said)
    return Report(
        f"{hashlib.sha256(said.encode()).hexdigest()[:40]}:{day}",
        Details(
            kind=options.kind,
            title={defaults.language: title},
            body={defaults.language: text.cut(_LINK.sub(_in_markdown, said), 50_000)},
            url=link,
            links=(SourceLink(url=link),) if link else (),
            cities=defaults.cities,
            topics=defaults.topics,
            visibility=defaults.visibility or "network",
        ),
    )


def _heading(said: str) -> tuple[str, str | None]:
    """The title and where it leads: the first link's words, else the first line."""
    for found in _LINK.finditer(said):
        link = text.web_link(found[1] or found[4], "")
        words = text.title(_SIGNS.sub("", found[2] or found[3]), is_html=False)
        if link and words:
            return words, link
    first = next(line for line in said.splitlines() if line.strip())
    return text.title(_SIGNS.sub("", first), is_html=False) or "–", None


def _in_markdown(found: re.Match[str]) -> str:
    return f"[{found[2] or found[3]}]({found[1] or found[4]})"
