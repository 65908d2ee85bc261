"""The HTML part: one page for light and dark, phone and desktop, its rules both inlined and kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from integrations.email.markdown import to_html
from integrations.email.neutral import shortened
from integrations.email.sections import Section, Slots

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


def html_part(sections: Sequence[Section], slots: Slots) -> str:
    """The whole HTML document, one section a language."""
    first = sections[0]
    page = _TEMPLATES.get_template("mail.html").render(
        sections=[(section, Markup(to_html(section.body))) for section in sections],  # noqa: S704 (sanitised)
        first=first,
        preheader=shortened(" · ".join(f"{label}: {value}" for label, value in first.facts), PREHEADER_LIMIT),
        slots=slots,
    )
    return str(_INLINER.inline(page))
