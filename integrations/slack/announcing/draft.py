"""The modal that shows a draft: what was done, how it stands, what changed, how it reads, and what can be done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.clock import When
from bot.contracts.announcing import Seen
from integrations.slack import limits, mrkdwn
from integrations.slack.announcing.countdown import seconds_left
from integrations.slack.announcing.fields import TEXT
from integrations.slack.announcing.modal import modal
from integrations.slack.blocks import blocks
from integrations.slack.elements import Block, context, plain, section, total
from integrations.slack.plain import escape, line, shorten

DRAFT = "announce.draft"
NOTE = "announce.note"
ACT = "announce.act"
_SURE = ("withdraw", "drop")
_ALIKE = str.maketrans("*~_`", "∗∼＿ˋ")
_MOST = 90
_ROOM = 40_000
"""Characters of all texts: a view of more than some 250 kB is refused."""


def draft_view(seen: Seen) -> Block:
    """A draft to look at, with buttons for what this person may do."""
    made = [*_said(seen), *_changed(seen), *_acts(seen)]
    title = seen.words["look"] if seen.draft else seen.words["preview"]
    shown = [*made, *_readings(seen, _MOST - len(made))]
    return modal(title, shown, callback_id=DRAFT, close=seen.words["close"], said={"draft": seen.draft})


def note_view(seen: Seen) -> Block:
    """Asks what should be changed, before a draft is given back."""
    field = {
        "type": "input", "block_id": "note", "label": plain(seen.words["note"]),
        "element": {
            "type": "plain_text_input", "action_id": "value", "multiline": True, "max_length": 500,
        },
    }  # fmt: skip
    return modal(
        seen.words["return"],
        [section(f"*{escape(shorten(line(seen.title), 1_000))}*"), field],
        callback_id=NOTE,
        close=seen.words["close"],
        submit=seen.words["return"],
        said={"draft": seen.draft, "version": seen.version},
    )


def _said(seen: Seen) -> Iterator[Block]:
    if seen.done:
        yield section(f"*{escape(seen.done)}*")
    if seen.goes_at:
        # Counted by Slack in the reader's zone: to the second, since it is the end of the undo window.
        stamp = int(seen.goes_at.timestamp())
        spoken = mrkdwn.date(When(at=seen.goes_at), seen.language, seen.zone)
        fallback = f"{seen.goes_at:%H:%M:%S} UTC"
        yield section(
            f"*{escape(seen.words['goes'])}* {spoken} (<!date^{stamp}^{{time_secs}}|{fallback}>){_left(seen)}"
        )
    lines = "\n".join(f"• {escape(shorten(each, 600))}" for each in seen.lines)
    if lines:
        yield section(shorten(lines, TEXT, escaped=False))


def _left(seen: Seen) -> str:
    left = seconds_left(seen.goes_at) if seen.goes_at else 0
    return f"\n*{escape(seen.words['left'])}* {left} s" if left else ""


def _changed(seen: Seen) -> Iterator[Block]:
    if not seen.changed:
        return
    yield section(f"*{escape(seen.words['changed'])}*")
    for label, pieces in seen.changed[:20]:
        yield section(f"*{escape(shorten(line(label), 100))}*\n{_compared(pieces)}")


def _compared(pieces: Sequence[tuple[str, str]]) -> str:
    """The pieces in a line, struck where they went and bold where they came; words are never markup."""
    marks = {"old": "~", "new": "*", "same": ""}
    made = ""
    for kind, text in pieces:
        # A mark inside would end the style early, and one cannot be escaped: look-alikes stand for them.
        plainly = escape(shorten(line(text), 400)).translate(_ALIKE)
        part = f"{marks[kind]}{plainly}{marks[kind]}" if plainly else ""
        if len(made) + len(part) > 2_500:
            return f"{made} …"
        made = f"{made} {part}".strip()
    return made or "–"


def _acts(seen: Seen) -> list[Block]:
    elements: list[Block] = []
    for act in seen.acts:
        button: Block = {
            "type": "button", "action_id": f"{ACT}.{act}", "value": f"{seen.draft}:{seen.version}",
            "text": plain(seen.words[act]),
        }  # fmt: skip
        if act == "approve":
            button["style"] = "primary"
        if act in _SURE:
            button |= {"style": "danger", "confirm": _confirm(seen, act)}
        elements.append(button)
    return [{"type": "actions", "block_id": "acts", "elements": elements}] if elements else []


def _confirm(seen: Seen, act: str) -> Block:
    return {
        "title": plain(seen.words["sure"]), "text": plain(seen.words[f"sure_{act}"]),
        "confirm": plain(seen.words["yes"]), "deny": plain(seen.words["no"]), "style": "danger",
    }  # fmt: skip


def _readings(seen: Seen, room: int) -> Iterator[Block]:
    """How it reads in each language, as a post will, until the modal is full."""
    left = _ROOM
    for message in seen.messages:
        made = blocks(message, seen.zone, {})
        name = context(f"*{escape(seen.words[message.language])}*")
        if len(made) + 3 > room or total(made) > left:
            yield context(escape(seen.words["cut"]))
            return
        yield from ({"type": "divider"}, name, *_only_shown(made))
        room, left = room - len(made) - 2, left - total(made)


def _only_shown(made: Sequence[Block]) -> Iterator[Block]:
    """Blocks of a post inside a modal: their buttons, of which ids may not occur twice, say what they are."""
    for block in made:
        if block["type"] == "actions":
            labels = "  ·  ".join(f"[ {escape(element['text']['text'])} ]" for element in block["elements"])
            yield context(shorten(labels, limits.SECTION, escaped=False))
        else:
            yield block
