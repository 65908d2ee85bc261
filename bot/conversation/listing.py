"""Lists that people ask for: open calls, deadlines, items with these words; eight at a time, with buttons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock, differing, words
from bot.buttons import write
from bot.clock import When
from bot.contracts import (
    Action,
    AnswerKind,
    Entry,
    Fact,
    Language,
    ListCalls,
    ListDeadlines,
    Search,
    Section,
)
from bot.conversation.composing import title_of
from bot.conversation.names import alike
from bot.conversation.replies import Said, answer_label
from bot.conversation.speaker import Room, Speaker
from bot.network import Network
from bot.planning import spoken
from bot.planning.calls import next_deadline
from bot.planning.listings import Asked, Listing, coming_deadlines, open_calls, with_words
from bot.planning.offers import answers
from bot.store.answers import AnswerRow
from bot.store.items import Item

PAGE = 8
"""Entries of a page: with their buttons they fit a chat's message, and a screen."""

Look = ListCalls | ListDeadlines | Search


def listed(session: Session, room: Room, who: Speaker, asked: Look) -> Said:
    """One page of a list, with the buttons that turn it."""
    found, title = _look(session, room, who, asked)
    if not found.total:
        return _nothing(room, who, asked, title)
    mine = {} if room.shared else _answers(session, who, found)
    entries = tuple(_entry(item, room, who, mine.get(item.id)) for item in found.items)
    language = who.language
    first = (found.page - 1) * PAGE + 1
    shown = words.gettext(
        language, "{first}–{last} of {total}", first=first, last=first + len(entries) - 1, total=found.total
    )
    head = shown if found.pages > 1 else words.ngettext(language, "{n} in all", "{n} in all", found.total)
    more = words.gettext(language, "To turn the page, write the same with “page 2” at its end.")
    return Said(
        title,
        label=head,
        sections=(Section(title="", entries=entries, more=_next(language, asked, found)),),
        actions=_back(language, asked, found),
        notes=(more,) if found.pages > 1 and found.page == 1 else (),
    )


def _look(session: Session, room: Room, who: Speaker, asked: Look) -> tuple[Listing, str]:
    language, network = who.language, room.network
    role = None if room.shared else who.contact.role
    match asked:
        case ListCalls():
            which = Asked(asked.city, asked.topic, asked.fund, asked.words, role)
            names = " · ".join(_named(network, language, asked))
            title = words.gettext(language, "Open calls: {names}" if names else "Open calls", names=names)
            return open_calls(session, which, asked.page, PAGE), title
        case ListDeadlines(city=""):
            title = words.gettext(language, "Your coming deadlines")
            return coming_deadlines(session, who.contact, asked.page, PAGE), title
        case ListDeadlines():
            city = spoken.cities([asked.city], language, network)
            title = words.gettext(language, "Coming deadlines: {names}", names=city)
            return coming_deadlines(session, Asked(asked.city, role=role), asked.page, PAGE), title
        case Search():
            title = words.gettext(language, "Results for “{words}”", words=asked.words)
            return with_words(session, Asked(words=asked.words, role=role), asked.page, PAGE), title


def _named(network: Network, language: Language, asked: ListCalls) -> list[str]:
    topics = {topic.slug: topic.labels[language] for topic in network.topics}
    return [
        *([spoken.cities([asked.city], language, network)] if asked.city else []),
        *([topics.get(asked.topic, asked.topic)] if asked.topic else []),
        *([spoken.fund(asked.fund, language)] if asked.fund else []),
        *([f"“{asked.words}”"] if asked.words else []),
    ]


def _nothing(room: Room, who: Speaker, asked: Look, title: str) -> Said:
    """The empty list in words, and what a misspelt name in it may have meant."""
    language = who.language
    if isinstance(asked, ListCalls):
        lines = [words.gettext(language, "No call of that kind is open just now.")]
    elif isinstance(asked, ListDeadlines):
        lines = [words.gettext(language, "Nothing closes in the time to come.")]
    else:
        lines = [words.gettext(language, "Nothing has these words in its title. Fewer words may find more.")]
    meant = _meant(room.network, asked) if isinstance(asked, ListCalls) else None
    actions: tuple[Action, ...] = ()
    if meant:
        name, better = meant
        lines.append(words.gettext(language, "Did you mean {name}?", name=name))
        actions = (Action(label=name, url="", does=write(better)),)
    if isinstance(asked, ListCalls) and asked != ListCalls():
        label = words.gettext(language, "All open calls")
        actions = (*actions, Action(label=label, url="/items", personal="page", does=write(ListCalls())))
    none = words.ngettext(language, "{n} in all", "{n} in all", 0)
    return Said(title, tuple(lines), label=none, actions=actions)


def _meant(network: Network, asked: ListCalls) -> tuple[str, ListCalls] | None:
    """The name that one of the words is like, and the list that it would narrow down."""
    for word in asked.words.split():
        name = alike(network, word)
        rest = " ".join(each for each in asked.words.split() if each != word)
        for slug, names in network.city_names().items() if name and not asked.city else ():
            if name in names:
                return name, replace(asked, city=slug, words=rest, page=1)
        for topic in network.topics if name and not asked.topic else ():
            if name in topic.labels.each():
                return name, replace(asked, topic=topic.slug, words=rest, page=1)
    return None


def _next(language: Language, asked: Look, found: Listing) -> Action | None:
    """The button below a list; by mail, the page where all of it stands."""
    if found.page >= found.pages:
        return None
    label, does = words.gettext(language, "Next page"), write(replace(asked, page=found.page + 1))
    return Action(label=label, url="/items", personal="page", does=does)


def _back(language: Language, asked: Look, found: Listing) -> tuple[Action, ...]:
    """The buttons above a list: the page before it, and the reader's own page of all that is open."""
    label = words.gettext(language, "Previous page")
    before = Action(label=label, url="", does=write(replace(asked, page=found.page - 1)))
    all_of_them = Action(
        label=words.gettext(language, "All that is open for you"), url="/items", personal="page"
    )
    return (before, all_of_them) if found.page > 1 else (all_of_them,)


def _answers(session: Session, who: Speaker, found: Listing) -> Mapping[int, AnswerKind]:
    mine = AnswerRow.contact_id == who.contact.id, AnswerRow.item_id.in_([item.id for item in found.items])
    rows = session.execute(select(AnswerRow.item_id, AnswerRow.answer).where(*mine))
    return {row.item_id: row.answer for row in rows}


def _entry(item: Item, room: Room, who: Speaker, mine: AnswerKind | None) -> Entry:
    details, language = item.content(), who.language
    answered = answer_label(language, mine) if mine else ""
    return Entry(
        title=title_of(item, language),
        label=f"#{item.id}",
        url=details.url,
        facts=_facts(item, room, language),
        notes=tuple(
            filter(
                None,
                (
                    differing.deadlines(details, language, who.contact.timezone),
                    words.gettext(language, "Your answer until now: {answer}", answer=answered)
                    if mine
                    else "",
                ),
            )
        ),
        actions=_offers(item, language),
    )


def _facts(item: Item, room: Room, language: Language) -> tuple[Fact, ...]:
    details = item.content()

    def fact(msgid: str, text: str = "", when: When | None = None) -> Fact:
        return Fact(label=words.gettext(language, msgid), text=text, when=when)

    made = []
    if details.opens_at and details.opens_at.begins(room.zone) > clock.now():
        made.append(fact("Opens", when=details.opens_at))
    closes = next_deadline(details, zone=room.zone) or details.closes_at
    if closes:
        made.append(fact("Closes", when=closes))
    if details.starts_at:
        made.append(fact("Starts", when=details.starts_at))
    elif not closes and details.kind == "call" and details.continuous:
        made.append(fact("Closes", words.gettext(language, "open all the time")))
    if details.fund:
        made.append(fact("Fund", spoken.fund(details.fund, language)))
    cities = spoken.cities(details.cities, language, room.network)
    return (*made, fact("Cities", cities or words.gettext(language, "All cities")))


def _offers(item: Item, language: Language) -> tuple[Action, ...]:
    """Interested, Remind me, Not for us; for what cannot be answered so, nothing."""
    if item.kind not in {"call", "event"} or item.state != "published":
        return ()
    yes, no = answers(item.id, language, ("interested", "not_for_us"))
    label, does = words.gettext(language, "Remind me"), f"open:remind:{item.id}"
    return yes, Action(label=label, url=f"/remind/{item.id}", personal="page", does=does), no
