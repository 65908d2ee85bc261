"""The facts of an item as labelled lines, in one language: when, how much, from whom, for whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot import differing, words
from bot.calendars import moments
from bot.contracts import Details, Fact, Figure, Language
from bot.network import Network
from bot.planning import spoken
from bot.planning.calls import closes_before_it_opens, next_deadline
from bot.planning.roles import spoken_roles

MOST_CUTOFFS = 6
"""Cut-offs in one message; those that have passed are left out while something is still to come."""

IN_LANGUAGE: Mapping[Language, str] = {"fi": "in Finnish", "sv": "in Swedish", "en": "in English"}
_MOMENTS = {
    "opens": "Opens",
    "briefing": "Briefing",
    "cutoff": "Cut-off",
    "closes": "Closes",
    "registration": "Registration closes",
    "stage-1": "First stage closes",
    "stage-2": "Second stage closes",
    "starts": "Starts",
}


def moment_label(details: Details, key: str, language: Language) -> str:
    """What happens at a moment (`key` is that of `calendars.moments`), as a label or a sentence's first words."""
    if key == "closes" and details.kind == "event":
        key = "registration"
    elif key == "closes" and details.second_stage_at:
        key = "stage-1"
    return words.gettext(language, _MOMENTS["cutoff" if key.startswith("cutoff") else key])


def facts(details: Details, language: Language, network: Network) -> tuple[Fact, ...]:
    """Everything a reader must know of an item before they open its page, the moments first."""
    made = _moments(details, language)
    day = spoken.naming_day(details)
    authority = spoken.authorities([details.authority or ""], day, language, network)
    councils = spoken.authorities(details.councils, day, language, network)
    texts = [
        ("Place", details.location),
        ("Fund", spoken.fund(details.fund, language)),
        ("Authority", authority),
        ("Financed by", councils if councils != authority else ""),
        ("Amount", sums(details, "amount_eur", language)),
        ("Support at most", sums(details, "support_percent", language)),
        ("Specific objectives", ", ".join(details.objectives)),
        ("Cities", spoken.cities(details.cities, language, network)),
        ("Only for", spoken_roles(details.roles, language)),
        ("Ask more from", details.contact_role),
    ]
    return (*made, *(Fact(label=words.gettext(language, label), text=text) for label, text in texts if text))


def notes(details: Details, language: Language) -> tuple[str, ...]:
    """What does not fit a labelled line: that a call may close early, or that figures or deadlines differ."""
    said = []
    if details.kind == "call" and details.may_close_early:
        said.append(words.gettext(language, "The call may close early, when the money runs out."))
    if closes_before_it_opens(details):
        said.append(words.gettext(language, "The dates cannot be right: check them at the source."))
    if any(len(stated(details, figure.name)) > 1 for figure in details.figures):
        said.append(
            words.gettext(language, "The figures differ by language or source: check them at the source.")
        )
    said.append(differing.deadlines(details, language))
    return tuple(filter(None, said))


def stated(details: Details, name: str) -> tuple[Figure, ...]:
    """All that is said of one figure, each once: side by side, never merged.

    The item's own value is left out where a language or a source states the very same.
    """
    found = [figure for figure in details.figures if figure.name == name]
    value: float | None = getattr(details, name)
    if value is not None and all(figure.value != value for figure in found):
        found.insert(0, Figure.model_validate({"name": name, "value": value}))
    return tuple(found)


def where(figure: Figure, language: Language) -> str:
    """Which language version and which source says it; empty when that is not known."""
    tongue = words.gettext(language, IN_LANGUAGE[figure.language]) if figure.language else ""
    return ", ".join(part for part in (tongue, figure.source) if part)


def _moments(details: Details, language: Language) -> Iterator[Fact]:
    def fact(msgid: str, **value: object) -> Fact:
        return Fact.model_validate({"label": words.gettext(language, msgid), **value})

    coming = next_deadline(details)
    cutoffs = 0
    for dated in moments(details):
        if dated.key.startswith("cutoff"):
            if coming and dated.when.ends() < coming.ends():
                continue
            cutoffs += 1
            if cutoffs > MOST_CUTOFFS:
                continue
        yield Fact(label=moment_label(details, dated.key, language), when=dated.when)
    if details.ends_at:
        yield fact("Ends", when=details.ends_at)
    if details.kind == "call" and details.continuous and details.closes_at is None:
        yield fact("Closes", text=words.gettext(language, "open all the time"))


def sums(details: Details, name: str, language: Language) -> str:
    """A figure in words; all of them, and who says which, where they differ."""
    say = spoken.euros if name == "amount_eur" else spoken.percent
    said = []
    for figure in stated(details, name):
        source = where(figure, language)
        said.append(say(figure.value, language) + (f" ({source})" if source else ""))
    return " · ".join(said)
