"""Workspace walls: what a message looks like where people of a workspace discuss, as HTML that can do nothing.

A wall's address is its source's name; the app gives the source's options by that name. What Silta writes has a
mark (its key), by which it is found when in doubt and known when it comes back as news.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from html import escape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from pydantic import BaseModel, ConfigDict, Field

from bot.contracts import Fact, InDoubt, Message, Misconfigured, Outcome, Outgoing, Rendering, TryLater
from integrations import text
from integrations.calling import Interrupted, Reply, Unreached

_TAGS = {
    *("p", "br", "hr", "h3", "h4", "h5", "h6", "blockquote", "pre", "ul", "ol", "li", "a", "strong", "em"),
    *("del", "code", "table", "thead", "tbody", "tr", "th", "td"),
}
_GONE = {404, 410}
_MARK = re.compile(r"#silta-([0-9A-Za-z_.:-]+)")


@dataclass(frozen=True, slots=True)
class Wall:
    """One wall: its source's options, and the private addresses that are allowed."""

    options: Any
    allow_private: frozenset[str] = frozenset()


class WallOptions(BaseModel):
    """`wall_of` gives the wall of a source by its name; None where there is no such source any more.

    `names` are the sources that something is sent to, and `home` is where our mark leads.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    wall_of: Callable[[str], Wall | None] = Field(repr=False)
    names: Callable[[], Sequence[str]] = Field(default=tuple, repr=False)
    home: str = "https://innokaupungit.fi"


Write = Callable[[Wall, Outgoing], Reply]
"""Makes the call that writes a message on a wall: below its thread, or as a topic of its own."""


def send_each(
    messages: Sequence[Outgoing],
    wall_of: Callable[[str], Wall | Misconfigured],
    write: Write,
    judge: Callable[[Wall, Outgoing, Reply], Outcome],
    place: str,
) -> Iterator[Outcome]:
    """Write each message when it is asked for; what its thread is gone for becomes a topic of its own.

    `judge` says what an answer means, and `place` is what a wall is called in a sentence.
    """
    for outgoing in messages:
        wall = wall_of(outgoing.address)
        if isinstance(wall, Misconfigured):
            yield wall
            continue
        try:
            reply = write(wall, outgoing)
            if outgoing.thread and reply.status in _GONE:  # and the news is not
                outgoing = replace(outgoing, thread=None)  # noqa: PLW2901
                reply = write(wall, outgoing)
        except Unreached as fault:
            yield TryLater(f"{place} cannot be reached: {fault}", account=True)
        except Interrupted as fault:
            yield InDoubt(f"the line to {place} broke: {fault}")
        else:
            yield judge(wall, outgoing, reply)


def marked_as_ours(said: str) -> bool:
    """Whether a text has the mark of what Silta wrote."""
    return bool(_MARK.search(said))


def mark(key: str) -> str:
    """What stands in a text so that it is known again."""
    return f"#silta-{key}"


def title_of(outgoing: Outgoing, shortest: int, longest: int) -> str:
    """The title of a topic: never shorter or longer than the place takes."""
    message = outgoing.messages[0]
    title = text.title(message.title, is_html=False)
    for more in (message.label, message.words.network):
        if len(title) < shortest:
            title = text.title(f"{more}: {title}", is_html=False)
    return text.cut(title, longest)


def html_of(outgoing: Outgoing, home: str, longest: int) -> str:
    """All languages one after the other, without an empty line: one block of HTML, in which no Markdown, mention or
    BBCode of the place counts. A body that is too long for `longest` characters ends in an ellipsis."""
    for limit in (50_000, 20_000, 8_000, 2_000, 0):
        parts = [_message(each, outgoing.zone, limit) for each in outgoing.messages]
        whole = "<hr>".join(parts)
        whole = f"<del>{whole}</del>" if outgoing.struck else whole
        link = f"{home}{mark(outgoing.key)}"
        whole += f'<p><a href="{escape(link)}">{escape(outgoing.messages[0].words.network)}</a></p>'
        whole = re.sub(r"\n\s*\n", "\n", f"<div>{whole}</div>")
        if len(whole) <= longest:
            break
    return whole


def draw(outgoing: Outgoing, title: str, html: str) -> Rendering:
    """What it will look like."""
    page = (
        f'<!doctype html><meta charset="utf-8"><title>{escape(title)}</title>'
        '<body style="font:16px/1.5 sans-serif;margin:1.5rem;max-width:44rem">'
        f"<h1 style='font-size:1.4rem'>{escape(title)}</h1>{html}"
    )
    plain = "\n\n".join(f"{each.title}\n{each.body}" for each in outgoing.messages)
    return Rendering(title, page, plain, html)


def _message(message: Message, zone: str, limit: int) -> str:
    lines = [f"<h3>{escape(message.label)}: {escape(text.title(message.title, is_html=False))}</h3>"]
    lines += [f"<p><strong>{escape(line)}</strong></p>" for line in message.changes]
    lines += [_body(text.cut(message.body, limit))] if message.body and limit else []
    facts = [f"<li>{_fact(each, message, zone)}</li>" for each in message.facts]
    lines += [f"<ul>{''.join(facts)}</ul>"] if facts else []
    for section in message.sections:
        lines.append(f"<h4>{escape(section.title)}</h4><ul>")
        lines += [
            f"<li>{_linked(entry.title, entry.url)} {escape(entry.summary)}</li>" for entry in section.entries
        ]
        lines.append("</ul>")
    links = [_linked(each.label, each.url) for each in message.actions if not each.personal]
    lines += [f"<p>{' · '.join(links)}</p>"] if links else []
    lines += [f"<p>{escape(note)}</p>" for note in message.notes]
    return "\n".join(lines)


def _fact(fact: Fact, message: Message, zone: str) -> str:
    said = fact.when.spoken(message.language, zone) if fact.when else text.title(fact.text, is_html=False)
    return escape(f"{fact.label}: {said}")


def _linked(words: str, url: str | None) -> str:
    link = text.web_link(url, "")
    said = escape(text.title(words, is_html=False))
    return f'<a href="{escape(link)}">{said}</a>' if link else said


def _body(markdown: str) -> str:
    shown: str = _markdown().render(text.whole(markdown))
    return nh3.clean(
        shown, tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"},
        url_relative="deny", link_rel=None,
    )  # fmt: skip


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
