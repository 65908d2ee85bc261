"""The HTML part: one page for light and dark, phone and desktop, its rules both inlined and kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from integrations.email.links import Slot, Slots
from integrations.email.looks import LOOKS, URGENT
from integrations.email.markdown import to_html
from integrations.email.neutral import shortened
from integrations.email.sheet import Sheet

PREHEADER_LIMIT = 140

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
# The @media rules stay in <style>: dark mode and phone widths cannot be inlined.
_INLINER = CSSInliner(keep_at_rules=True, minify_css=True, load_remote_stylesheets=False)


def html_part(sheets: Sequence[Sheet], slots: Slots) -> str:
    """The whole HTML document, one sheet a language."""
    first = sheets[0]
    page = _TEMPLATES.get_template("mail.html").render(
        sheets=[(sheet, Markup(to_html(sheet.body))) for sheet in sheets],  # noqa: S704 (sanitised)
        first=first,
        look=URGENT if any(sheet.urgent for sheet in sheets) else LOOKS[first.purpose],
        preheader=shortened(_preheader(first), PREHEADER_LIMIT),
        reader=slots.mark(Slot.READER),
        reason=slots.mark(Slot.REASON),
        page=slots.link(Slot.PAGE),
        unsubscribe=slots.link(Slot.UNSUBSCRIBE),
    )
    return str(_INLINER.inline(page))


def _preheader(sheet: Sheet) -> str:
    facts = (f"{label}: {value}" for label, value in sheet.facts)
    return sheet.preheader or " · ".join(sheet.changes or facts)
