"""What a mail program shows beside the subject: the three things one wants to know before opening."""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot import clock, differing, words
from bot.contracts import Details, Language
from bot.network import Network
from bot.planning import spoken
from bot.planning.calls import next_deadline
from bot.planning.facts import stated
from bot.planning.variants import variant

LONGEST = 140
"""Characters; mail programs show fewer."""

_READ = 2_000
"""Characters of a body that are looked at for its beginning."""

_MARKDOWN = MarkdownIt("commonmark")


def preheader(details: Details, language: Language, network: Network) -> str:
    """When it opens, closes or starts, how much there is, and for which cities; else how the text begins."""
    parts = [_moment(details, language)]
    sums = stated(details, "amount_eur")
    if len(sums) == 1:
        parts.append(spoken.euros(sums[0].value, language))
    if parts[0]:
        parts.append(spoken.cities(details.cities, language, network))
    told = [part for part in parts if part]
    return shortened(" · ".join(told) if told else beginning(variant(details.body, language)[1]))


def beginning(body: str) -> str:
    """The first words of a Markdown text, without its markup."""
    inline = [token for token in _MARKDOWN.parse(body[:_READ]) if token.type == "inline"]
    said = (_plain(token.children or []) for token in inline)
    return shortened(" ".join(said))


def _plain(parts: Sequence[Token]) -> str:
    return "".join(
        part.content if part.type in {"text", "code_inline"} else " " * part.type.endswith("break")
        for part in parts
    )


def shortened(text: str, longest: int = LONGEST) -> str:
    """The text on one line and no longer than that, cut between words where it can be."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    cut = line[: longest - 1]
    return (cut.rpartition(" ")[0] or cut) + "…"


def _moment(details: Details, language: Language) -> str:
    if details.kind == "event" and details.starts_at:
        return words.gettext(language, "Starts on {day}", day=details.starts_at.spoken(language))
    last = next_deadline(details) or details.closes_at
    if details.opens_at and details.opens_at.begins() > clock.now():
        return words.gettext(language, "Opens on {day}", day=details.opens_at.spoken(language))
    if last:
        if details.stated_deadlines:
            return differing.deadlines(details, language)
        return words.gettext(language, "Closes on {day}", day=last.spoken(language))
    return words.gettext(language, "Open all the time") if details.continuous else ""
