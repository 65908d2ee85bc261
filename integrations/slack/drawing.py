"""Draws the very payloads as Slack draws them, for the preview. Dates are shown in the reader's zone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from html import unescape
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from bot import clock
from bot.contracts import Outgoing, Rendering
from integrations.slack.mrkdwn import known_zone
from integrations.slack.plain import clean, line, web_url
from integrations.slack.posts import Post

_CODE = re.compile(r"```\n?(.*?)\n?```|`([^`\n]+)`", re.DOTALL)
_TOKEN = re.compile(r"<([^<>]*)>")
_STYLES = (
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]*?\S)\*(?![\w*])"), "b"),
    (re.compile(r"(?<![\w_])_(?=\S)([^_\n]*?\S)_(?![\w_])"), "i"),
    (re.compile(r"(?<![\w~])~(?=\S)([^~\n]*?\S)~(?![\w~])"), "s"),
)
_LINKABLE = ("http", "https", "mailto")
_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _moment(stamp: int) -> str:
    """What a picker of day and time has chosen, as its day alone is drawn: Slack counts seconds."""
    local = datetime.fromtimestamp(stamp, clock.zone(clock.DEFAULT_ZONE))
    return f"{local:%Y-%m-%d %H:%M}"


_templates.filters["moment"] = _moment


def draw(outgoing: Outgoing, posts: Sequence[Post]) -> Rendering:
    """The posts of a delivery as a whole document, as the plain `text`, and as JSON."""
    payloads = [post.payload for post in posts]
    first = outgoing.messages[0] if outgoing.messages else None
    title = line(first.title) if first else ""
    network = line(first.words.network) if first else ""
    now = clock.now().astimezone(clock.zone(known_zone(outgoing.zone)))
    html = _templates.get_template("message.html").render(
        title=title,
        language=first.language if first else "en",
        initial=network[:1].upper() or "S",
        sender=network or "Silta",
        time=f"{now:%H:%M}",
        where=line(outgoing.name) or clean(outgoing.address),
        posts=payloads,
        mrkdwn=mrkdwn_html,
    )
    source = payloads[0] if len(payloads) == 1 else payloads
    text = unescape("\n\n———\n\n".join(payload["text"] for payload in payloads))
    return Rendering(title, html, text, json.dumps(source, ensure_ascii=False, indent=2))


def draw_view(view: Mapping[str, Any], language: str = "en", faults: Mapping[str, str] | None = None) -> str:
    """A modal or a Home tab as a whole document; `faults` stand below the blocks that they are of."""
    return _templates.get_template("view.html").render(
        view=view, language=language, faults=faults or {}, mrkdwn=mrkdwn_html
    )


def mrkdwn_html(text: str) -> Markup:
    """Slack's mrkdwn as HTML. All that is not ours is escaped, whatever it looks like."""
    return Markup("").join(_parts(text))


def _parts(text: str) -> Iterator[Markup]:
    done = 0
    for code in _CODE.finditer(text):
        yield _flowing(text[done : code.start()])
        block, inline = code[1], code[2]
        if block is not None:
            yield Markup("<pre>{}</pre>").format(unescape(block))
        else:
            yield Markup("<code>{}</code>").format(unescape(inline))
        done = code.end()
    yield _flowing(text[done:])


def _flowing(text: str) -> Markup:
    """Text without code: quotes, breaks, and what stands in a line."""
    made = Markup("")
    for quoted, lines in groupby(text.split("\n"), lambda part: part.startswith("> ")):
        drawn = Markup("<br>").join(_inline(part.removeprefix("> ") if quoted else part) for part in lines)
        if quoted:
            made += Markup("<blockquote>{}</blockquote>").format(drawn)
        else:
            made += (Markup("<br>") if made and not made.endswith("</blockquote>") else Markup("")) + drawn
    return made


def _inline(text: str) -> Markup:
    """One line: its tokens are set aside, the words between them styled, and the tokens put back."""
    tokens: list[Markup] = []

    def aside(found: re.Match[str]) -> str:
        tokens.append(_token(found[1]))
        return f"\x00{len(tokens) - 1}\x00"

    styled = str(Markup.escape(unescape(_TOKEN.sub(aside, text.replace("\x00", "")))))
    for pattern, tag in _STYLES:
        styled = pattern.sub(rf"<{tag}>\1</{tag}>", styled)
    whole = re.sub("\x00(\\d+)\x00", lambda found: tokens[int(found[1])], styled)
    return Markup(whole)  # noqa: S704  (escaped above; the tags and the tokens are ours)


def _token(token: str) -> Markup:
    target, _, label = token.partition("|")
    if target.startswith("!date^"):
        return Markup("<time>{}</time>").format(unescape(label))
    url = web_url(unescape(target), schemes=_LINKABLE)
    if url is None:
        return Markup("&lt;{}&gt;").format(unescape(token))
    return Markup('<a href="{}" rel="noopener noreferrer nofollow" target="_blank">{}</a>').format(
        url, unescape(label or target)
    )
