"""Edit a post in place, with its replies in other languages: `chat.update`, part by part.

Blocks and text are given anew together (an edit with the text alone would drop the blocks); the metadata is
left out and stays as it is: https://docs.slack.dev/reference/methods/chat.update. Nothing of an edit pings
anybody, and doing it twice does no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from bot.contracts import InDoubt, Outcome, Outgoing, Rejected, Sent, TryLater
from integrations.slack import limits, search
from integrations.slack.api import Interrupted, Reply, SlackApi, Unreached
from integrations.slack.outcomes import judge, judge_edit
from integrations.slack.posts import Post, reply_key

_KEPT = ("text", "blocks", "parse", "link_names")
PART, MISSING = "ts.", "missing."

Ref = Mapping[str, str]


def revise(api: SlackApi, ref: Ref, outgoing: Outgoing, posts: Sequence[Post]) -> Outcome:
    """Let what stands at `ref` show these posts; `Sent.ref` says where all of it stands now.

    A reply that is not there yet is posted, one in a language that is no longer spoken is deleted. What is
    passing (a limit, a broken line) ends the edit, which is then done again as a whole.
    """
    post, *replies = posts
    outcome = _edit(api, ref["channel"], ref["ts"], post)
    if not isinstance(outcome, Sent):
        return outcome
    now = {name: value for name, value in ref.items() if not name.startswith((PART, MISSING))}
    for reply in replies:
        there = ref.get(PART + reply.part)
        came = _edit(api, ref["channel"], there, reply) if there else None
        if came is None or (isinstance(came, Rejected) and came.gone):
            came = _add(api, ref, outgoing, reply)
        if isinstance(came, TryLater | InDoubt):
            return came
        now |= (
            {PART + reply.part: came.ref["ts"]}
            if isinstance(came, Sent)
            else {MISSING + reply.part: came.reason}
        )
    spoken = {PART + reply.part for reply in replies}
    for name in sorted(name for name in ref if name.startswith(PART) and name not in spoken):
        came = _asked(
            partial(api.post, "chat.delete", {"channel": ref["channel"], "ts": ref[name]}), judge_edit
        )
        if isinstance(came, TryLater | InDoubt):
            return came
    return Sent(now)


def _edit(api: SlackApi, channel: str, ts: str, post: Post) -> Outcome:
    payload = {"channel": channel, "ts": ts} | {name: post.payload[name] for name in _KEPT}
    return _unless_refused(payload) or _asked(partial(api.post, "chat.update", payload), judge_edit)


def _add(api: SlackApi, ref: Ref, outgoing: Outgoing, reply: Post) -> Outcome:
    """Post a reply that is missing; an edit that was broken off may have posted it already."""
    key = reply_key(outgoing.key, reply.part)
    found = search.find_reply(api, ref["channel"], ref["ts"], key)
    if found is None:
        payload: dict[str, Any] = reply.payload | {"channel": ref["channel"], "thread_ts": ref["ts"]}
        return _unless_refused(payload) or _asked(partial(api.post, "chat.postMessage", payload), judge)
    return found


def _unless_refused(payload: Mapping[str, Any]) -> Rejected | None:
    faults = limits.problems(payload)
    return Rejected(f"not sent, Slack would refuse it: {'; '.join(faults)[:500]}") if faults else None


def _asked(call: Callable[[], Reply], judge: Callable[[Reply], Outcome]) -> Outcome:
    try:
        return judge(call())
    except Unreached as fault:
        return TryLater(f"Slack cannot be reached: {fault}", account=True)
    except Interrupted as fault:
        return InDoubt(f"the line to Slack broke: {fault}")
