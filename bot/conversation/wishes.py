"""Commands that say more than one phrase: what to list, what to choose, and which item they are about."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, time
from functools import cache

from bot.contracts import (
    AboutItem,
    AskCalendar,
    AskReminder,
    AskRoster,
    AskWhy,
    ChooseChannel,
    ChooseHours,
    ChooseLanguage,
    ChooseRhythm,
    Command,
    FollowTopic,
    GiveAnswer,
    ListCalls,
    ListDeadlines,
    MuteCity,
    MuteItem,
    NotUnderstood,
    Search,
    StopAll,
    TakeBack,
)
from bot.conversation import openers
from bot.conversation.days import read_day
from bot.conversation.names import alike, city_in, named_in, topic_in
from bot.conversation.phrases import ADDED, PHRASES, REMIND
from bot.network import Network

MOST = 100
"""Characters of words to look for that are kept."""

_PAGE = re.compile(rf"(?:^|\s)(?:{'|'.join(openers.PAGE)})\s+(\d{{1,4}})$")
_NUMBER = re.compile(r"(?:#\s*|nro\s+|no\.?\s+|number\s+|numero\s+|nummer\s+)?(\d{1,9})")
_HOURS = re.compile(
    r"(?:klo|kello|kl|from|between)?\.?\s*(\d{1,2})(?:[.:]00)?\s*(?:-|–|—|to|till|until)\s*"
    r"(?:klo|kl)?\.?\s*(\d{1,2})(?:[.:]00)?(?:\s*(?:välillä))?"
)
_OF_ITEM = (GiveAnswer, MuteItem, TakeBack, AskWhy, AskRoster, AskCalendar)

Told = Command | NotUnderstood


def opened(line: str, network: Network) -> Told | None:
    """What a line asks that begins with an opener; None when it begins with none, or says nothing that is known."""
    if found := _after(openers.CALLS, line):
        rest, page = _paged(found[1])
        named = named_in(network, rest)
        words = " ".join(word for word in named.rest if word not in openers.FILLING)[:MOST]
        return ListCalls(named.city, named.topic, named.fund, words, page)
    if found := _after(openers.DEADLINES, line):
        return _deadlines(network, *found)
    if (found := _after(openers.SEARCH, line)) and found[1]:
        rest, page = _paged(found[1])
        return Search(rest[:MOST].strip(), page) if rest else None
    if found := _after(openers.UNFOLLOW, line):
        return StopAll() if found[1] in openers.EVERYTHING else _follow(network, *found, off=True)
    if found := _after(openers.FOLLOW, line):
        return _follow(network, *found)
    return _choice(line) or _city_mute(line, network) or _turned_round(line, network)


def about_item(line: str) -> Command | None:
    """A command about an item that is named behind it; about the one that is spoken of where it says "this"."""
    found = _after(_item_phrases(), line)
    if found is None or not found[1]:
        return None
    command = PHRASES[found[0]]
    item = item_named(found[1])
    if not isinstance(command, _OF_ITEM):
        return None
    return AboutItem(item, command) if item else command


def reminder(line: str, today: date) -> Command | None:
    """A wish for a reminder on a day, of an item that is named or spoken of."""
    found = _after(REMIND, line)
    day = read_day(found[1], today) if found else None
    if found is None or day is None:
        return None
    item = item_named(_without_day(found[1], day, today))
    return AboutItem(item, AskReminder(*day)) if item else AskReminder(*day)


def item_named(text: str) -> str:
    """The item that some words name: `#12`, or words of its title; empty when they name none, or "this"."""
    text = text.strip(" ,;:.!?\"“”'")
    if text in openers.THIS:
        return ""
    words = text.split()
    while words and (words[0] in openers.ABOUT or words[0] in ADDED):
        words = words[1:]
    while words and (words[-1].strip(",") in openers.ABOUT or words[-1].strip(",") in ADDED):
        words = words[:-1]
    said = " ".join(words).strip(" ,;:")
    if said in openers.THIS:
        return ""
    number = _NUMBER.fullmatch(said) or _NUMBER.fullmatch(text)
    return f"#{int(number[1])}" if number else said[:MOST]


def starts(line: str) -> bool:
    """Whether a line begins with an opener whose words may hold commas, colons and dots."""
    listing = (*openers.CALLS, *openers.DEADLINES, *openers.SEARCH, *openers.HOURS)
    return _after(listing, line) is not None


def _turned_round(line: str, network: Network) -> Told | None:
    """A list whose city, topic or fund comes first: "Tampereen avoimet haut". No other word may stand in it."""
    for nouns in (openers.CALLS, openers.DEADLINES):
        found = _anywhere(nouns).search(line)
        if found is None:
            continue
        rest, page = _paged(f"{line[: found.start()]} {line[found.end() :]}".strip())
        named = named_in(network, rest)
        known = named.city or named.topic or named.fund
        if not known or set(named.rest) - openers.FILLING - openers.ASKING:
            continue
        if nouns is openers.CALLS:
            return ListCalls(named.city, named.topic, named.fund, page=page)
        if not (named.topic or named.fund):
            return ListDeadlines(named.city, page)
    return None


def _deadlines(network: Network, opener: str, rest: str) -> Told:
    rest, page = _paged(rest)
    words = " ".join(word for word in rest.split() if word not in openers.FILLING | openers.MINE)
    if not words:
        return ListDeadlines(page=page)
    if city := city_in(network, words):
        return ListDeadlines(city, page)
    near = alike(network, words)
    return NotUnderstood(f"{opener} {near.casefold()}" if near else opener)


def _follow(network: Network, opener: str, rest: str, *, off: bool = False) -> Told | None:
    if not rest:
        return None
    if topic := topic_in(network, rest):
        return FollowTopic(topic, off)
    near = alike(network, rest)
    return NotUnderstood(f"{opener} {near.casefold()}") if near and topic_in(network, near) else None


def _choice(line: str) -> Told | None:
    if (found := _after(openers.RHYTHM, line)) and found[1]:
        said = PHRASES.get(found[1])
        rhythm = openers.RHYTHMS.get(found[1]) or (said.rhythm if isinstance(said, ChooseRhythm) else None)
        return ChooseRhythm(rhythm) if rhythm else NotUnderstood()
    if (found := _after(openers.LANGUAGE, line)) and found[1]:
        said = PHRASES.get(found[1])
        tongue = openers.TONGUES.get(found[1]) or (
            said.language if isinstance(said, ChooseLanguage) else None
        )
        return ChooseLanguage(tongue) if tongue else NotUnderstood()
    if (found := _after(openers.CHANNEL, line)) and found[1]:
        said = PHRASES.get(found[1])
        channel = openers.CHANNELS.get(found[1]) or (
            said.channel if isinstance(said, ChooseChannel) else None
        )
        return ChooseChannel(channel) if channel else NotUnderstood()
    if (found := _after(openers.HOURS, line)) and found[1]:
        return _hours(found[1])
    return None


def _hours(said: str) -> Told:
    if said in openers.ALWAYS:
        return ChooseHours("always")
    if said in openers.USUAL:
        return ChooseHours("8-17")
    found = _HOURS.fullmatch(said)
    first, last = (int(found[1]), int(found[2])) if found else (0, 0)
    return ChooseHours(f"{first}-{last}") if first < last <= 24 else NotUnderstood()


def _city_mute(line: str, network: Network) -> MuteCity | None:
    mutes = {phrase: command for phrase, command in PHRASES.items() if isinstance(command, MuteItem)}
    found = _after(tuple(mutes), line)
    if found is None or not found[1]:
        return None
    between = _after(openers.FOR_CITY, found[1])
    city = city_in(network, between[1] if between and between[1] else found[1])
    return MuteCity(city, mutes[found[0]].off) if city else None


def _after(those: Collection[str], line: str) -> tuple[str, str] | None:
    """The longest of those that a line begins with, and what comes behind it, without polite words."""
    found = _pattern(tuple(those)).match(line)
    return (found[1], _polite(found[2] or "")) if found else None


@cache
def _pattern(those: tuple[str, ...]) -> re.Pattern[str]:
    longest = sorted(map(re.escape, those), key=len, reverse=True)
    return re.compile(rf"({'|'.join(longest)})(?:[\s:,]+(.*))?$", re.DOTALL)


@cache
def _anywhere(those: tuple[str, ...]) -> re.Pattern[str]:
    longest = sorted(map(re.escape, those), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest)})(?!\w)")


@cache
def _item_phrases() -> tuple[str, ...]:
    return tuple(phrase for phrase, command in PHRASES.items() if isinstance(command, _OF_ITEM))


def _polite(rest: str) -> str:
    words = rest.strip(" .!?").split()
    while words and words[-1].strip(",.!?") in ADDED:
        words = words[:-1]
    return " ".join(words).strip(" ,.!?")


def _paged(rest: str) -> tuple[str, int]:
    found = _PAGE.search(rest)
    return (rest[: found.start()].strip(), max(1, int(found[1]))) if found else (rest, 1)


def _without_day(text: str, day: tuple[date, time | None], today: date) -> str:
    """A text without the words that say the day and the hour."""
    words = text.split()
    start = max(at for at in range(len(words)) if read_day(" ".join(words[at:]), today) == day)
    end = min(
        at for at in range(start + 1, len(words) + 1) if read_day(" ".join(words[start:at]), today) == day
    )
    return " ".join([*words[:start], *words[end:]])
