"""A digest's message: its title, sections and entries, in one language, for readers who get the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from bot import differing, words
from bot.clock import zone as zone_of
from bot.contracts import (
    Action,
    AnswerKind,
    Details,
    Entry,
    Fact,
    Language,
    Message,
    Picture,
    Rhythm,
    Section,
)
from bot.network import Network
from bot.planning import spoken
from bot.planning.countdown import headline
from bot.planning.digest_ranking import Place, Shelf, Told, days_to, moment_of
from bot.planning.digest_title import title_of
from bot.planning.facts import facts
from bot.planning.fixed_words import house_words
from bot.planning.offers import answers
from bot.planning.preheader import shortened
from bot.planning.variants import only, variant
from bot.planning.wording import LABELS
from bot.summaries import extract
from bot.timeline import timeline

_HEADINGS: Mapping[Place, str] = {
    "new": "New",
    "changed": "Changed",
    "closing": "Closing within 14 days",
    "events": "Coming events",
    "workspace": "From the workspace",
    "cities": "From the cities",
    "waiting": "Waiting for your answer",
}
_LABELS: Mapping[Rhythm, str] = {
    "daily": "Daily digest",
    "weekly": "Weekly digest",
    "now": "Digest",
    "off": "Digest",
}
_ANSWERS: tuple[AnswerKind, ...] = ("interested", "need_partner", "not_for_us")
NEAR = 14
"""Days before a moment from which an entry says how many are left."""

MOST_FACTS = 4
DRAWN = 3
"""Deadlines that are worth a picture."""

Summaries = Mapping[tuple[int, int, Language], tuple[str, str]]
"""Summaries made by a language model, and its name, by item, revision and language."""


@dataclass(frozen=True, slots=True)
class Edition:
    """What is the same for all who get one digest: the sections, and what stands round them.

    `person` is False for a conversation, which has no page of its own and answers nothing. `opening` is how
    the week's letter begins, by language. `now` is when it is composed, `zone` where its readers live and
    `house_zone` the one of dates without a clock time. `entries` are those composed for other editions of
    the same hour: most readers share most of theirs.
    """

    rhythm: Rhythm
    person: bool
    shelves: tuple[Shelf, ...]
    opening: Mapping[Language, str]
    summaries: Summaries
    now: datetime
    zone: str
    house_zone: str
    entries: dict[object, Entry] = field(default_factory=dict, compare=False, repr=False)

    @property
    def today(self) -> date:
        """The readers' day."""
        return self.now.astimezone(zone_of(self.zone)).date()


def compose(edition: Edition, language: Language, network: Network) -> Message:
    """The digest in one language; every item in the best version there is, saying which when it is another."""
    told = [each for shelf in edition.shelves for each in shelf.told]
    titles = (variant(each.details.title, language)[1] for each in told)
    return Message(
        language=language,
        purpose="digest",
        label=words.gettext(language, _LABELS[edition.rhythm]),
        title=title_of(edition.shelves, edition.rhythm, language, person=edition.person),
        preheader=shortened(" · ".join(titles)),
        body=edition.opening.get(language, ""),
        sections=tuple(_section(edition, shelf, language, network) for shelf in edition.shelves),
        picture=_picture(edition, told, language),
        words=house_words(language, network),
    )


def _section(edition: Edition, shelf: Shelf, language: Language, network: Network) -> Section:
    return Section(
        title=words.gettext(language, _HEADINGS[shelf.place]),
        entries=tuple(_entry(edition, told, language, network) for told in shelf.told),
        more=_more(shelf.more, language) if shelf.more else None,
    )


def _more(count: int, language: Language) -> Action:
    label = words.ngettext(language, "and {n} more", "and {n} more", count)
    return Action(label=label, url="/items", personal="page")


def _entry(edition: Edition, told: Told, language: Language, network: Network) -> Entry:
    made = edition.summaries.get((told.item_id, told.revision, language))
    changes = told.changes.get(language, ())
    key = (told.item_id, told.revision, changes, language, edition.zone, edition.person, made)
    found = edition.entries.get(key)
    if found is None:
        found = edition.entries[key] = _new_entry(edition, told, language, network)
    return found


def _new_entry(edition: Edition, told: Told, language: Language, network: Network) -> Entry:
    details = told.details
    spoken_in, title = variant(details.title, language)
    summary, made_by, summed_in = _summary(edition, told, language)
    return Entry(
        title=title,
        label=_label(details, language, network),
        url=details.url,
        summary=summary,
        made_by=made_by,
        facts=tuple(_facts(edition, details, language, network)),
        notes=(
            *told.changes.get(language, ()),
            *_countdown(edition, details, language),
            *filter(None, [differing.deadlines(details, language, edition.zone)]),
            *only(language, spoken_in, summed_in if summary else spoken_in),
        ),
        actions=tuple(_actions(edition, told, language)),
    )


def _label(details: Details, language: Language, network: Network) -> str:
    kind = words.gettext(language, LABELS[details.kind])
    where = spoken.cities(details.cities[:3], language, network)
    return f"{kind} · {where}{' …' if len(details.cities) > 3 else ''}" if where else kind


def _summary(edition: Edition, told: Told, language: Language) -> tuple[str, str, Language]:
    """The summary, the model that made it (empty for an extract), and its language."""
    made = edition.summaries.get((told.item_id, told.revision, language))
    if made:
        return (*made, language)
    spoken_in, body = variant(told.details.body, language)
    _, title = variant(told.details.title, spoken_in)
    return extract(body, spoken_in, title), "", spoken_in


def _facts(edition: Edition, details: Details, language: Language, network: Network) -> Iterator[Fact]:
    """The moments still to come, the place and the money: what decides whether one reads on."""
    kept = {words.gettext(language, label) for label in ("Place", "Amount")}
    found = (
        fact
        for fact in facts(details, language, network)
        if (fact.when.ends(edition.house_zone) > edition.now if fact.when else fact.label in kept)
    )
    for _, fact in zip(range(MOST_FACTS), found, strict=False):
        yield fact


def _countdown(edition: Edition, details: Details, language: Language) -> Iterator[str]:
    moment = moment_of(details, edition.now, edition.house_zone)
    if moment is None:
        return
    days = days_to(moment, edition.today, edition.zone)
    about = "starts" if details.kind == "event" and moment == details.starts_at else "closes"
    if 0 <= days <= NEAR and (said := headline(details, language, about, moment, days)):
        yield f"{said}."


def _actions(edition: Edition, told: Told, language: Language) -> Iterator[Action]:
    if edition.person and told.details.kind in {"call", "event"}:
        yield from answers(told.item_id, language, _ANSWERS)


def _picture(edition: Edition, told: Sequence[Told], language: Language) -> Picture | None:
    """The coming deadlines drawn, in a weekly digest to a person."""
    if edition.rhythm != "weekly" or not edition.person:
        return None
    found = []
    for each in told:
        moment = moment_of(each.details, edition.now, edition.house_zone)
        if moment is not None and each.details.kind == "call":
            day = moment.day or moment.begins().astimezone(zone_of(edition.zone)).date()
            found.append((day, variant(each.details.title, language)[1]))
    return timeline(found, edition.today, language) if len(found) >= DRAWN else None
