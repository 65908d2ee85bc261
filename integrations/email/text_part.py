"""The text part: what the HTML part says, for readers and clients that want no HTML."""

from __future__ import annotations

from collections.abc import Sequence

from integrations.email.markdown import WIDTH, to_text, wrapped
from integrations.email.sections import Section, Slots

_LABEL_LIMIT = 28


def text_part(sections: Sequence[Section], slots: Slots) -> str:
    """The whole text, one section a language, with the reason and the reader's links as its signature."""
    divider = f"\n\n{'=' * WIDTH}\n\n"
    return f"{divider.join(map(_section, sections))}\n\n{_footer(sections[0], slots)}\n"


def _section(section: Section) -> str:
    blocks = [
        _heading(section),
        _facts(section.facts),
        to_text(section.body),
        "\n".join(wrapped(note, first="* ", rest="  ") for note in section.notes),
        *(f"{link.label}:\n{link.url}" for link in (section.button, *section.links) if link is not None),
    ]
    return "\n\n".join(block for block in blocks if block)


def _heading(section: Section) -> str:
    title = wrapped(section.title)
    rule = "-" * max(map(len, title.split("\n")))
    return "\n".join(line for line in (section.heading, title, rule) if line)


def _facts(facts: Sequence[tuple[str, str]]) -> str:
    if not facts:
        return ""
    column = min(_LABEL_LIMIT, max(len(label) for label, _ in facts)) + 2
    return "\n".join(
        wrapped(value, first=f"{label}:".ljust(column), rest=" " * column) for label, value in facts
    )


def _footer(first: Section, slots: Slots) -> str:
    # "-- " on a line of its own begins a signature (RFC 3676, 4.3).
    lines = [f"{slots.why}:", slots.reason, "", "-- ", first.network, slots.reader]
    if slots.page:
        lines += [f"{slots.preferences}:", slots.page]
    if slots.unsubscribe:
        lines += [f"{slots.stop}:", slots.unsubscribe]
    return "\n".join(lines)
