"""One message as Slack's blocks.

A post is made of: the title, what changed, the label with the facts, the body, notes, buttons, the sections
of a digest; and once, the reason.
"""

from __future__ import annotations

from bot.contracts import Fact, Message, Outgoing
from integrations.slack import limits, mrkdwn
from integrations.slack.elements import (
    NAMELESS,
    Block,
    Links,
    Offer,
    brief,
    context,
    header,
    listed,
    marked,
    moment_or_text,
    offers,
    rows,
    section,
    total,
)
from integrations.slack.entries import entry_blocks
from integrations.slack.plain import clean, escape, line, shorten, size, web_url
from integrations.slack.prose import paragraphs
from integrations.slack.spoken import FACT, FACTS, REASON

# Shares of the whole, so that the sum stays under `limits.TOTAL` whatever a message holds.
BODY = 2_900
TITLE = 1_500
CHANGES = 1_200
NOTES = 800
LINK = 500
WHY = REASON + 2 * LINK + 100
LABEL = 150
ROSTER = 600
BUTTONS = 10
PICTURES, ALT = 10, 1_000
FETCHED = {"image/png", "image/jpeg", "image/gif"}


def blocks(message: Message, zone: str, links: Links, *, interactive: bool = False) -> list[Block]:
    """The blocks of one message in one language, without the reason. Never beyond Slack's limits."""
    offered = offers(message.actions, links, interactive=interactive)
    made = _title(message) + _changes(message) + _facts(message, zone)
    after = _pictures(message) + _notes(message) + rows(offered, BUTTONS, message.language)
    room = limits.TOTAL - WHY - total([*made, *after])
    body = mrkdwn.body(paragraphs(message.body), min(BODY, room), _more(message, offered))
    made += [*([section(body)] if body.strip() else []), *after]
    # Three blocks are left: for the reason, for who answered, and for the line between two languages.
    most = limits.BLOCKS - len(made) - 3
    return made + entry_blocks(message, zone, links, most, room - size(body), interactive=interactive)


def roster(outgoing: Outgoing) -> list[Block]:
    """Who answered, once a post, a small line for each language."""
    said = brief("\n".join(filter(None, map(line, outgoing.roster))), ROSTER)
    return [context(said)] if said else []


def why(outgoing: Outgoing) -> list[Block]:
    """The line that ends a post: whose network, why it came, and where to change that."""
    words = outgoing.messages[0].words
    said = [brief(words.network, REASON // 4), brief(line(outgoing.reason), REASON * 3 // 4)]
    for name, label in (("page", words.preferences), ("unsubscribe", words.unsubscribe)):
        url = web_url(outgoing.links.get(name, ""))
        said.append(mrkdwn.link(url, shorten(label, limits.BUTTON)) if url else "")
    written = "  ·  ".join(part for part in said if 0 < size(part) <= LINK)
    return [context(written)] if written else []


def _title(message: Message) -> list[Block]:
    title = line(message.title) or line(message.label) or NAMELESS
    made = [header(title)]
    if made[0]["text"]["text"] != title:
        # Slack's headers end at 150 characters; the title is given in full below its beginning.
        made.append(section(f"*{escape(shorten(title, TITLE))}*"))
    return made


def _changes(message: Message) -> list[Block]:
    changes = listed(message.changes, CHANGES)
    head = escape(shorten(line(message.words.changed), LABEL))
    return [section(f"*{head}*\n{changes}" if head else changes)] if changes else []


def _facts(message: Message, zone: str) -> list[Block]:
    label = shorten(line(message.label), LABEL)
    facts = [_field(fact, message, zone) for fact in message.facts[:FACTS]]
    made: list[Block] = [section(f"*{escape(label)}*")] if label else []
    for start in range(0, len(facts), limits.FIELDS):
        fields = [marked(fact) for fact in facts[start : start + limits.FIELDS]]
        if made and "fields" not in made[-1]:
            made[-1]["fields"] = fields
        else:
            made.append({"type": "section", "fields": fields})
    return made


def _field(fact: Fact, message: Message, zone: str) -> str:
    most = FACT if len(message.facts) <= limits.FIELDS else FACT // 2
    label = shorten(line(fact.label), limits.BUTTON)
    said = moment_or_text(fact, message, zone, most - limits.BUTTON)
    return f"*{escape(label)}*\n{said}" if label else said


def _pictures(message: Message) -> list[Block]:
    """Pictures where they stand, by what they show; a link where Slack could not fetch them, which fails a post.

    It fetches from the open web, PNG, JPEG and GIF (https://docs.slack.dev/reference/block-kit/blocks/image-block).
    """
    made: list[Block] = []
    for each in message.shown[:PICTURES]:
        url, alt = web_url(each.url), shorten(line(each.alt) or NAMELESS, ALT, escaped=False)
        if url and url.startswith("https://") and each.media_type in FETCHED:
            made.append({"type": "image", "image_url": url, "alt_text": clean(alt)})
        elif url:
            made.append(context(mrkdwn.link(url, shorten(alt, limits.BUTTON, escaped=False))))
    return made


def _notes(message: Message) -> list[Block]:
    notes = brief("\n".join(line(note) for note in message.notes if line(note)), NOTES)
    return [section(notes)] if notes else []


def _more(message: Message, offered: list[Offer]) -> str:
    linked = [offer for offer in offered if offer[1]]
    first = sorted(linked, key=lambda offer: (bool(offer[0].personal), not offer[0].primary))
    return mrkdwn.link(first[0][1], message.words.more) if first else ""
