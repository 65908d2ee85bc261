"""Posts to Slack: one `chat.postMessage` for each delivery, over one connection.

What each answer means stands in `outcomes.py`. Nothing is retried and nothing waits in here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.contracts import (
    Absent,
    Found,
    InDoubt,
    Outcome,
    Outgoing,
    Pace,
    Rejected,
    Rendering,
    Sent,
    TryLater,
    Unknown,
)
from integrations.slack import drawing, editing, health, limits, search, teams
from integrations.slack.api import Interrupted, SlackApi, Unreached
from integrations.slack.options import SlackOptions
from integrations.slack.outcomes import judge
from integrations.slack.posts import Post, compose
from integrations.slack.teams import Apis


class SlackSender:
    """A `bot.contracts.Sender` for one workspace. Addresses are ids: C…, G… conversations, U… people."""

    def __init__(self, options: SlackOptions) -> None:
        self.pace = Pace(
            per_destination=options.per_destination,
            account_rate=options.workspace_rate,
            account_burst=options.workspace_burst,
            connections=options.connections,
            batch=options.batch,
            edit_rate=options.edit_rate,
            edit_burst=options.edit_burst,
        )
        self._apis = Apis(options)
        self._interactive = options.interactive

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Outcome]:
        """Post each when it is asked for. `Sent.ref` has `channel` and `ts` as Slack named them.

        Where languages went to the thread it also has `ts.sv` for each reply, or `missing.sv` with the
        reason when that reply failed: the post itself arrived, and must not be posted again.
        """
        for outgoing in messages:
            yield self._deliver(outgoing)

    def find(
        self,
        address: str,
        key: str,
        since: datetime,
        thread: str | None,
        team: str = "",
    ) -> Found | Absent | Unknown:
        """Look for a post in doubt by the key in its metadata. `since` is the attempt's moment.

        A post that Slack is still working on is not there yet: ask some seconds after the attempt.
        """
        api = self._apis.of(team)
        if api is None:
            return Unknown("the app is not installed in that workspace any more")
        return search.find(api, address, key, since, thread)

    def revise(self, ref: Mapping[str, str], outgoing: Outgoing) -> Outcome:
        """Edit a post in place, with its replies in other languages."""
        api = self._apis.of(outgoing.team)
        if api is None:
            return teams.absent(outgoing.team, outgoing.address)
        posts = compose(outgoing, interactive=self._interactive)
        return teams.of_team(editing.revise(api, ref, outgoing, posts), outgoing.team)

    def render(self, outgoing: Outgoing) -> Rendering:
        """Draw what would be posted; `source` is the very JSON."""
        return drawing.draw(outgoing, compose(outgoing, interactive=self._interactive))

    def check(self) -> Sequence[str]:
        """Ask Slack about the token, its scopes and the clock; faults with their remedies."""
        api = self._apis.of("")
        return health.check(api) if api else []

    def close(self) -> None:
        """Close the connection."""
        self._apis.close()

    def _deliver(self, outgoing: Outgoing) -> Outcome:
        api = self._apis.of(outgoing.team)
        if api is None:
            return teams.absent(outgoing.team, outgoing.address)
        post, *replies = compose(outgoing, interactive=self._interactive)
        outcome = teams.of_team(_post(api, post.payload), outgoing.team)
        if outgoing.thread and isinstance(outcome, Rejected) and outcome.gone:
            return self._deliver(replace(outgoing, thread=None))  # the thread is gone, and the news is not
        if not isinstance(outcome, Sent) or not replies:
            return outcome
        ref = dict(outcome.ref)
        for reply in replies:
            ref |= _reply(api, reply, outgoing, outcome.ref)
        return Sent(ref)


def _reply(api: SlackApi, reply: Post, outgoing: Outgoing, posted: Mapping[str, str]) -> dict[str, str]:
    thread = outgoing.thread or posted["ts"]
    answer = _post(api, reply.payload | {"channel": posted["channel"], "thread_ts": thread})
    if isinstance(answer, Sent):
        return {f"ts.{reply.part}": answer.ref["ts"]}
    return {f"missing.{reply.part}": answer.reason}


def _post(api: SlackApi, payload: Mapping[str, Any]) -> Outcome:
    faults = limits.problems(payload)
    if faults:
        return Rejected(f"not sent, Slack would refuse it: {'; '.join(faults)[:500]}")
    try:
        return judge(api.post("chat.postMessage", payload))
    except Unreached as fault:
        return TryLater(f"Slack cannot be reached: {fault}", account=True)
    except Interrupted as fault:
        return InDoubt(f"the line to Slack broke: {fault}")
