"""A message that was withdrawn, as blocks: that it was, and under it what it said, struck through.

It stays readable, so that nobody wonders what stood there, and offers nothing to press.
"""

from __future__ import annotations

from bot.contracts import Message
from integrations.slack import limits, mrkdwn
from integrations.slack.elements import NAMELESS, Block, header, listed, section
from integrations.slack.plain import escape, line, shorten, size
from integrations.slack.prose import paragraphs

TITLE = 1_500
BODY = 2_500
CHANGES = 1_200


def struck(message: Message) -> list[Block]:
    """The blocks of one message in one language, without the reason. Its `label` says that it is withdrawn."""
    title = shorten(line(message.title) or NAMELESS, TITLE)
    said = listed(message.changes, CHANGES)
    body = shorten(mrkdwn.words(paragraphs(message.body)), BODY)
    lines = [_through(part) for part in body.split("\n")]
    while size("\n".join(lines)) > limits.SECTION:  # the marks of very many short lines
        lines.pop()
    written = "\n".join(lines)
    return [
        header(line(message.label) or NAMELESS),
        section(f"*{_through(title)}*"),
        *([section(said)] if said else []),
        *([section(written)] if written.strip() else []),
    ]


def _through(said: str) -> str:
    """A line struck through. A tilde of the author's would end that, so a look-alike stands for it."""
    inner = said.strip().replace("~", "∼")
    return f"~{escape(inner)}~" if inner else ""
