"""From values to what people read: Markdown, moments, titles, reasons. All of it safe in a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import nh3
from babel.dates import format_datetime
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from bot import clock, reasons
from bot.contracts import LANGUAGES, Language
from bot.network import Network

_TAGS = {
    *("p", "br", "hr", "h3", "h4", "h5", "h6", "blockquote", "pre", "ul", "ol", "li", "strong", "em", "s"),
    *("table", "thead", "tbody", "tr", "th", "td", "a", "code"),
}
# Pictures from elsewhere would tell their owner who reads: a link to them stays.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")


def markdown(source: str) -> Markup:
    """Markdown from outside as HTML that can do nothing. Headings begin at the third level."""
    tokens = _MARKDOWN.parse(source)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1]) + 2)}"
    html = nh3.clean(
        str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})),
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(html)  # noqa: S704 (sanitised)


def with_code(text: str) -> Markup:
    """A sentence of ours or of a fault, with what stands between backticks as code."""
    parts = text.split("`")
    shown = [
        Markup("<code>{}</code>").format(part) if at % 2 else escape(part) for at, part in enumerate(parts)
    ]
    return Markup("").join(shown)


def web_link(url: str | None) -> str | None:
    """The address if a browser may follow it, else None: a source can say `javascript:` too."""
    return url if url and url.lower().startswith(("http://", "https://")) else None


def moment(at: datetime, zone_name: str, pattern: str | None = None) -> str:
    """An instant as a coordinator reads it: "Tue 24 Nov, 09:00", with the year where it is another.

    `pattern` is one of CLDR's, for another form.
    """
    local = at.astimezone(clock.zone(zone_name))
    same = local.year == clock.now().astimezone(clock.zone(zone_name)).year
    return format_datetime(
        local, pattern or ("EEE d MMM, HH:mm" if same else "d MMM y, HH:mm"), locale="en_GB"
    )


def told_in(texts: Mapping[Language, str], wanted: Language) -> tuple[Language, str]:
    """The text in the wanted language, or in the first one there is; with its language."""
    for language in (wanted, *LANGUAGES):
        if language in texts:
            return language, texts[language]
    return wanted, ""


def cities_named(network: Network, slugs: Sequence[str], most: int = 3) -> str:
    """The cities' names in a line; none means all."""
    if not slugs:
        return "All cities"
    names = [city_name(network, slug) for slug in slugs]
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"


def city_name(network: Network, slug: str) -> str:
    """A city in English; its slug when the network that this process knows has none of that name."""
    try:
        return network.city(slug).names.en
    except KeyError:
        return slug


def topic_name(network: Network, slug: str) -> str:
    """A topic in English, or its slug."""
    try:
        return network.topic(slug).labels.en
    except KeyError:
        return slug


def because(network: Network, reason: str) -> str:
    """A delivery's reason as a sentence, or its code when it names what this process does not know yet."""
    try:
        return reasons.spoken(reason, "en", network)
    except KeyError:
        return reason
