"""The text part: what the HTML part says, for readers and clients that want no HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from integrations.email.links import Link, Slot, Slots
from integrations.email.markdown import WIDTH, to_text, wrapped
from integrations.email.sheet import Facts, Part, Piece, Sheet

_LABEL_LIMIT = 28


def text_part(sheets: Sequence[Sheet], slots: Slots) -> str:
    """The whole text, one sheet a language, with the reason and the reader's links as its signature."""
    divider = f"\n\n{'=' * WIDTH}\n\n"
    return f"{divider.join(map(_sheet, sheets))}\n\n{_footer(sheets[0], slots)}\n"


def _sheet(sheet: Sheet) -> str:
    links = [link for link in (sheet.button, *sheet.others) if link is not None]
    own = [link for link in (*sheet.answers, *links) if link.personal and not link.primary]
    blocks = [
        _heading(sheet),
        _changes(sheet),
        _facts(sheet.facts),
        to_text(sheet.body),
        *(f"{wrapped(alt)}\n{url}" for url, alt in sheet.shown),
        _list(sheet.notes),
        *(_link(link) for link in links if link not in own),
        "\n".join(f"{link.label}: {link.url}" for link in own),
        wrapped(sheet.picture.alt) if sheet.picture else "",
        *(block for part in sheet.parts for block in _part(part)),
    ]
    return "\n\n".join(block for block in blocks if block)


def _heading(sheet: Sheet) -> str:
    return "\n".join(line for line in (sheet.heading, _underlined(sheet.title, "-")) if line)


def _underlined(text: str, rule: str) -> str:
    title = wrapped(text)
    return f"{title}\n{rule * max(map(len, title.split(chr(10))))}" if title else ""


def _changes(sheet: Sheet) -> str:
    head = f"{sheet.words.changed}:" if sheet.changes and sheet.words.changed else ""
    return "\n".join(line for line in (head, _list(sheet.changes)) if line)


def _list(lines: Sequence[str], indent: str = "") -> str:
    return "\n".join(wrapped(line, first=f"{indent}* ", rest=f"{indent}  ") for line in lines)


def _facts(facts: Facts, indent: str = "") -> str:
    if not facts:
        return ""
    column = min(_LABEL_LIMIT, max(len(label) for label, _ in facts)) + 2
    return "\n".join(
        wrapped(value, first=indent + f"{label}:".ljust(column), rest=indent + " " * column)
        for label, value in facts
    )


def _link(link: Link) -> str:
    return f"{link.label}:\n{link.url}"


def _part(part: Part) -> Iterator[str]:
    yield "\n" + _underlined(part.title, "=")
    for piece in part.pieces:
        yield _piece(piece)
    if part.more is not None:
        yield _link(part.more)


def _piece(piece: Piece) -> str:
    said = f"{piece.summary} ({piece.made_by})" if piece.made_by else piece.summary
    # One answer leads to all of them: four long links under each item would bury the items.
    answer = next((link for link in piece.links if link.personal), None)
    others = (link for link in piece.links if not link.personal and link.url != piece.url)
    blocks = [
        wrapped(f"{piece.title} ({piece.label})" if piece.label else piece.title, first="* ", rest="  "),
        _facts(piece.facts, "  "),
        *(wrapped(note, first="  ", rest="  ") for note in piece.notes),
        wrapped(said, first="  ", rest="  ") if said else "",
        f"  {piece.url}" if piece.url else "",
        *(f"  {link.label}: {link.url}" for link in (answer, *others) if link is not None),
    ]
    return "\n".join(block for block in blocks if block)


def _footer(first: Sheet, slots: Slots) -> str:
    words = first.words
    # "-- " on a line of its own begins a signature (RFC 3676, 4.3).
    lines = [f"{words.why}:", slots.mark(Slot.REASON), "", "-- ", words.network, slots.mark(Slot.READER)]
    for slot, label in ((Slot.PAGE, words.preferences), (Slot.UNSUBSCRIBE, words.unsubscribe)):
        if (link := slots.link(slot)) is not None:
            lines += [f"{label}:", link]
    return "\n".join(lines)
