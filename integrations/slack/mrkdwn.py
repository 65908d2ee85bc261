"""Slack's mrkdwn, written from spans: the only place that makes a live `<…>` token.

https://docs.slack.dev/messaging/formatting-message-text. Only `&`, `<` and `>` can be escaped there; a
stray `*` or `_` of the author's may format a few words, and can do nothing worse.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.clock import DEFAULT_ZONE, When, zone
from integrations.slack.plain import ELLIPSIS, clean, escape, line, shorten, size
from integrations.slack.prose import Paragraph, Span, linked

_EDGES = re.compile(r"(\s*)(.*?)(\s*)", re.DOTALL)
# Slack formats only at the edge of a word; this space has no width and makes an edge inside one.
_EDGE = "\u200b"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def link(url: str, label: str = "") -> str:
    """A link token. `url` has passed `web_url`; a bar in the label would end it and is replaced."""
    label = line(label).replace("|", "¦")
    return f"<{escape(url)}|{escape(label)}>" if label else f"<{escape(url)}>"


def moment(when: When, language: str, zone_name: str) -> str:
    """A moment in words, with its zone when it has a clock time."""
    return when.spoken(language, known_zone(zone_name))


def date(when: When, language: str, zone_name: str) -> str:
    """A date that Slack shows in each reader's own zone; a bare date is words, without a clock time."""
    words = moment(when, language, zone_name)
    if when.at is None or when.at < _EPOCH:
        return escape(words)
    fallback = escape(words.replace("|", "¦").replace("^", " "))
    return f"<!date^{int(when.at.timestamp())}^{{date_long_pretty}} {{time}}|{fallback}>"


def known_zone(name: str) -> str:
    """The zone's name, or the default's where nobody knows it: a date in a wrong zone names its zone."""
    try:
        zone(name)
    except ValueError:
        return DEFAULT_ZONE
    return name


def prose(text: str) -> str:
    """Plain text from outside as mrkdwn: escaped, web addresses made links."""
    return render(linked(clean(text)))


def render(spans: Iterable[Span]) -> str:
    """Spans as one string of mrkdwn."""
    written, before = "", False
    for span in spans:
        piece = _styled(span)
        styled = bool(span.marks)
        if written and piece and (styled or before) and _stuck(written[-1], piece[0]):
            written += _EDGE
        written += piece
        before = styled if piece else before
    return written


def paragraph(given: Paragraph) -> str:
    """One paragraph as mrkdwn."""
    if given.code:
        return f"```\n{escape(given.spans[0].text.replace('```', 'ˋˋˋ'))}\n```"
    written = given.lead + render(given.spans)
    if given.quote:
        return "\n".join(f"> {part}" for part in written.split("\n"))
    return written


def words(given: Sequence[Paragraph]) -> str:
    """Paragraphs as plain words, not escaped: links are written out, marks left away."""
    written = ""
    for before, this in zip((None, *given), given, strict=False):
        said = "".join(_said(span) for span in this.spans)
        written += _gap(before, this) + this.lead + said
    return written


def body(given: Sequence[Paragraph], limit: int, more: str = "") -> str:
    """Paragraphs as mrkdwn of at most `limit` units.

    What does not fit is cut at a word, and ends with an ellipsis and `more` (mrkdwn, a link to the rest).
    """
    whole = _joined(given)
    if size(whole) <= limit:
        return whole
    tail = f"{ELLIPSIS} {more}" if more else ELLIPSIS
    room = limit - size(tail)
    if room < 0:
        return ""
    written = ""
    for before, this in zip((None, *given), given, strict=False):
        piece = _gap(before, this) + paragraph(this)
        if size(piece) > room:
            written += _beginning(_gap(before, this), this, room)
            break
        written += piece
        room -= size(piece)
    return written.rstrip() + tail


def _beginning(gap: str, this: Paragraph, room: int) -> str:
    """As much of one paragraph as fits in `room` units, the gap before it included; nothing if none does."""
    room -= size(gap + paragraph(replace(this, spans=(Span(""),))))
    kept: list[Span] = []
    for span in this.spans:
        # One more for an edge that may have to stand before it, two for the sign of a quote's new line.
        cost = size(_styled(span)) + 1 + 2 * span.text.count("\n")
        if cost > room:
            spare = room - size(_styled(replace(span, text="x")))
            short = shorten(span.text, spare).removesuffix(ELLIPSIS)
            kept += [replace(span, text=short)] if short else []
            break
        kept.append(span)
        room -= cost
    return gap + paragraph(replace(this, spans=tuple(kept))) if kept else ""


def _joined(given: Sequence[Paragraph]) -> str:
    written = ""
    for before, this in zip((None, *given), given, strict=False):
        written += _gap(before, this) + paragraph(this)
    return written


def _gap(before: Paragraph | None, this: Paragraph) -> str:
    if before is None:
        return ""
    return "\n" if before.group == this.group else "\n\n"


def _stuck(left: str, right: str) -> bool:
    return left.isalnum() or right.isalnum() or left == right


def _styled(span: Span) -> str:
    """One span; its marks hug its words, line by line, because Slack formats no further."""
    parts = []
    for part in span.text.split("\n"):
        found = _EDGES.fullmatch(part)
        before, inner, after = found.groups() if found else ("", part, "")
        parts.append(before + _marked(inner, span) + after if inner else part)
    return "\n".join(parts)


def _marked(text: str, span: Span) -> str:
    if span.url:
        text = link(span.url, "" if text == span.url else text)
    elif span.marks.endswith("`"):
        text = escape(text.replace("`", "ˋ"))
    else:
        text = escape(text)
    marks = span.marks.rstrip("`") if span.url else span.marks
    return f"{marks}{text}{marks[::-1]}"


def _said(span: Span) -> str:
    known = not span.url or span.text.strip() in {span.url, span.url.removeprefix("mailto:")}
    return span.text if known else f"{span.text} ({span.url})"
