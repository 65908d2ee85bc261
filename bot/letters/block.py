"""The letter as a block to paste into Creamailer: tables and inlined rules, nothing personal in it.

Creamailer adds its own frame and unsubscribe link, so the block has neither.
"""

from __future__ import annotations

from pathlib import Path
from textwrap import fill

from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.contracts import Entry, Fact, Message
from bot.summaries import plain

WIDTH = 72

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
_INLINER = CSSInliner(keep_style_tags=False, minify_css=True, load_remote_stylesheets=False)


def html_block(message: Message, opening: Markup, zone: str) -> str:
    """The letter as an HTML fragment; `opening` is its body as safe HTML, moments are said in `zone`."""
    drawn = _TEMPLATES.get_template("block.html").render(
        message=message, opening=opening, said=lambda fact: _said(fact, message, zone)
    )
    inlined = _INLINER.inline(drawn)
    return inlined.partition("<body>")[2].rpartition("</body>")[0].strip()


def text_block(message: Message, zone: str) -> str:
    """The letter as plain text."""
    blocks = [f"{message.title}\n{'=' * min(len(message.title), WIDTH)}"]
    if message.body:
        blocks += [*message.notes, *(fill(line, WIDTH) for line in plain(message.body).splitlines())]
    for section in message.sections:
        blocks.append(f"{section.title.upper()}\n{'-' * min(len(section.title), WIDTH)}")
        blocks += [_entry(entry, message, zone) for entry in section.entries]
    blocks += [f"{action.label}:\n{action.url}" for action in message.actions if not action.personal]
    return "\n\n".join(blocks) + "\n"


def _entry(entry: Entry, message: Message, zone: str) -> str:
    facts = [f"{fact.label}: {_said(fact, message, zone)}" for fact in entry.facts]
    lines = [
        fill(f"* {entry.title}", WIDTH, subsequent_indent="  ", break_long_words=False),
        *(fill(text, WIDTH, initial_indent="  ", subsequent_indent="  ", break_long_words=False)
          for text in (entry.label, *facts, entry.summary, *entry.notes) if text),
        f"  {entry.url}" if entry.url else "",
    ]  # fmt: skip
    return "\n".join(line for line in lines if line)


def _said(fact: Fact, message: Message, zone: str) -> str:
    return fact.when.spoken(message.language, zone) if fact.when else fact.text
