"""Speaks in Slack: answers at a response URL or in a conversation, people's own pages, and who somebody is.

A response URL takes five answers in half an hour
(https://docs.slack.dev/interactivity/handling-user-interaction). Nothing waits and nothing is retried in here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from bot.contracts import InDoubt, Message, Misconfigured, Outcome, Rejected, Sent, TryLater
from bot.contracts.chat import ChatPerson, Profile, Say, ShowHome, Showing
from integrations.http import trusted_session
from integrations.slack import blocks, home, limits, spoken
from integrations.slack.api import Interrupted, Reply, SlackApi, Unreached
from integrations.slack.app.reading import profile
from integrations.slack.options import SlackOptions
from integrations.slack.outcomes import judge
from integrations.slack.posts import EVENT
from integrations.slack.teams import Apis

DIRECT = ("D", "U", "W")
"""How the ids of conversations begin that only one person reads."""

EXPIRED = {"expired_url", "used_url", "invalid_url"}


class SlackChat:
    """A `bot.contracts.chat.Chat`. One object serves one thread."""

    def __init__(self, options: SlackOptions) -> None:
        self._apis = Apis(options)
        self._timeout = (options.connect_timeout, options.read_timeout)
        self._answers = trusted_session()

    def show(self, showing: Showing, key: str) -> Outcome:
        """Show an answer or a page. A conflict of versions is Rejected, with `hash_conflict` in its reason."""
        if isinstance(showing, ShowHome):
            return self._show_home(showing)
        payload = _payload(showing.message, showing.zone)
        faults = limits.problems(payload | {"channel": showing.place})
        if faults:
            return Rejected(f"not shown, Slack would refuse it: {'; '.join(faults)[:400]}")
        if showing.answer_to:
            return self._answer(showing, payload)
        return self._post(showing, payload, key)

    def profile(self, person: ChatPerson, team: str = "") -> Profile | None:
        """A person as the workspace `team` sees them; None when Slack does not say now."""
        api = self._api(team or person.team)
        if api is None or not person.user:
            return None
        try:
            reply = api.get("users.info", {"user": person.user, "include_locale": "true"})
        except (Unreached, Interrupted):
            return None
        found = reply.data.get("user")
        return profile(found, team or person.team) if reply.ok and isinstance(found, dict) else None

    def close(self) -> None:
        """Close the connections."""
        self._apis.close()
        self._answers.close()

    def _api(self, team: str) -> SlackApi | None:
        # In a channel that is shared between organisations, whoever acts may be of one without the app.
        return self._apis.of(team) or self._apis.of("")

    def _show_home(self, showing: ShowHome) -> Outcome:
        stated: dict[str, Any] = {"user_id": showing.person.user, "view": home.view(showing.home)}
        stated |= {"hash": showing.view_hash} if showing.view_hash else {}
        reply = self._call(showing.person.team, "views.publish", stated)
        if isinstance(reply, Reply):
            return Sent({}) if reply.ok else _refused(reply)
        return reply

    def _post(self, say: Say, payload: dict[str, Any], key: str) -> Outcome:
        """In a conversation: all of it reads an answer that is `shared`, and what is said to the app directly."""
        stated = payload | {"channel": say.place} | ({"thread_ts": say.thread} if say.thread else {})
        if say.shared or say.place.startswith(DIRECT):
            stated |= {"metadata": {"event_type": EVENT, "event_payload": {"delivery": key}}}
            reply = self._call(say.team, "chat.postMessage", stated)
            return judge(reply) if isinstance(reply, Reply) else reply
        reply = self._call(say.team, "chat.postEphemeral", stated | {"user": say.user})
        if isinstance(reply, Reply):
            return Sent({}) if reply.ok else _refused(reply)
        return reply

    def _call(self, team: str, method: str, stated: Mapping[str, Any]) -> Reply | Outcome:
        api = self._api(team)
        if api is None:
            return Misconfigured(f"the app is not installed in the workspace {team}")
        try:
            return api.post(method, stated)
        except Unreached as fault:
            return TryLater(f"Slack cannot be reached: {fault}")
        except Interrupted as fault:
            return InDoubt(f"the line to Slack broke: {fault}")

    def _answer(self, say: Say, payload: Mapping[str, Any]) -> Outcome:
        stated = {
            **payload,
            "response_type": "in_channel" if say.shared else "ephemeral",
            "replace_original": say.replace,
        }
        stated |= {"thread_ts": say.thread} if say.thread else {}
        try:
            answer = self._answers.post(
                say.answer_to, json=stated, timeout=self._timeout, allow_redirects=False
            )
        except requests.ConnectionError as fault:
            return TryLater(f"Slack cannot be reached: {type(fault).__name__}")
        except requests.RequestException as fault:
            return InDoubt(f"the line to Slack broke: {type(fault).__name__}")
        return _answered(answer)


def open_chat(options: Mapping[str, Any]) -> SlackChat:
    """What speaks in Slack. Raises ValidationError when the options are wrong."""
    return SlackChat(SlackOptions.model_validate(options))


def _payload(message: Message, zone: str) -> dict[str, Any]:
    return {
        "text": spoken.text(message, zone, limits.TEXT - 100, {}),
        "blocks": blocks.blocks(message, zone, {}, interactive=True),
        "unfurl_links": False,
        "unfurl_media": False,
        "parse": "none",
        "link_names": False,
    }


def _answered(answer: requests.Response) -> Outcome:
    said = answer.text[:200]
    if answer.status_code == 200:
        return Sent({})
    if answer.status_code == 429:
        return TryLater("Slack asks to slow down", after=_seconds(answer.headers.get("Retry-After", "")))
    if answer.status_code >= 500:
        return TryLater(f"Slack answered {answer.status_code}")
    why = "the answer came too late, or was the sixth" if any(word in said for word in EXPIRED) else "refused"
    return Rejected(f"{why}: {answer.status_code} {said}")


def _refused(reply: Reply) -> Outcome:
    if reply.limited:
        return TryLater("Slack asks to slow down", after=reply.retry_after)
    if reply.status >= 500 or not reply.error:
        return TryLater(f"Slack answered {reply.status} {reply.error[:80]}".strip())
    return Rejected(f"{reply.error[:80]}: Slack does not show this")


def _seconds(said: str) -> float | None:
    try:
        return max(float(said), 0.0)
    except ValueError:
        return None
