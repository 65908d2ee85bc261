"""Why one person was told of one item, or was not: every decision on the way, one a line.

This says for one person what `bot.planning.audiences` asks the database for everybody; a test holds the
two together. Everything here is a function of the facts that `bot.planning.case` reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.contracts import Details
from bot.network import Network
from bot.planning import why_plans as plans
from bot.planning.case import Case, Reader
from bot.planning.notices import QUIET, over_at
from bot.planning.roles import role_name, spoken_roles
from bot.reasons import city_reason, spoken


def fits(details: Details, reader: Reader) -> bool:
    """Whether planning would make a personal copy of an item with these details."""
    return (
        reader.rhythm != "off"
        and (not reader.kinds or f",{details.kind}," in reader.kinds)
        and (not details.cities or bool(reader.cities & set(details.cities)))
        and (not details.topics or not reader.topics or bool(reader.topics & set(details.topics)))
        and (not details.roles or reader.role in details.roles)
    )


def reason(network: Network, details: Details, reader: Reader) -> str:
    """The code of the reason that a person is given, when the item fits."""
    cities = sorted(reader.cities & set(details.cities) if details.cities else reader.cities)
    topics = sorted(reader.topics & set(details.topics))
    if topics and not details.cities:
        return f"topic:{topics[0]}"
    return (city_reason(network.city(cities[0]), details.cities, details.topics) if cities else None) or "all"


def decisions(case: Case, network: Network, zone: str, now: datetime) -> list[str]:
    """Every decision on the way, a sentence each, in the order in which they are made.

    Times are those of the person's own zone, which is named.
    """
    item, contact = case.item, case.contact
    theirs = contact.timezone
    urgent = ", urgent" if item.urgent else ""
    said = [
        f"item {item.id}: {item.kind}, {item.visibility}, {item.state}, revision {item.revision}{urgent}",
        *_told_by(case),
        *plans.approval(case.drafts, theirs),
        f"contact: {'erased' if contact.erased_at else 'active'}, role {contact.role}",
    ]
    if case.reader is None:
        return [*said, "subscription: none, so nothing is personal", *_came(case, now)]
    reader = case.reader
    said += [*_matching(case.details, reader), *plans.flood(case), _rhythm(case, reader)]
    said += [*plans.next_digest(reader, now), plans.hours(reader, now)]
    over = over_at(case.details, zone)
    if over is not None and over <= now:
        said.append(f"time: it was over {plans.shown(over, theirs)}, so nobody is told any more")
    said += [plans.mute(case, theirs), plans.answer(case, theirs), *plans.reminders(case, reader, theirs)]
    said += [*plans.correction(case, theirs), _way(case)]
    told = item.state == "published" and case.mute is None and fits(case.details, reader)
    because = spoken(reason(network, case.details, reader), "en", network) if told else ""
    said.append(f"result: it fits. {because}" if told else "result: no personal copy")
    said += _came(case, now) or [f"delivery: none{_why_none(case, told)}"]
    said += [
        f"conversation {address}: {_because(row.reason, network)} {plans.came_of(row, None, now, theirs)}"
        for address, row in case.copies
    ]
    return said


def _told_by(case: Case) -> Iterator[str]:
    if case.item.state == "aside":
        yield f"set aside: {_aside(case)}, so nobody is told and nothing reminds of it"
    if case.item.state == "joined":
        yield f"sources: it is told as item {case.item.joined_into}"
    elif len(case.sources) > 1:
        yield f"sources: told by {len(case.sources)}, {', '.join(case.sources)}"


def _aside(case: Case) -> str:
    if case.judged and case.judged.corrected_by:
        return "a coordinator said that it does not concern the network"
    if case.judged and any(rule == "never" for rule, *_ in case.judged.why):
        return "the rules say that what its title names never concerns the network"
    return "the rules find nothing in it that concerns the network"


def _came(case: Case, now: datetime) -> list[str]:
    zone = case.contact.timezone
    return [plans.came_of(row, case.carriers.get(row.id), now, zone) for row in case.deliveries]


def _because(reason: str, network: Network) -> str:
    try:
        return spoken(reason, "en", network)
    except KeyError:
        return reason


def _matching(details: Details, reader: Reader) -> Iterator[str]:
    for noun, theirs, mine in (
        ("cities", details.cities, reader.cities),
        ("topics", details.topics, reader.topics),
    ):
        both, told = sorted(set(theirs) & mine), f"the item has {', '.join(theirs)}"
        if not theirs:
            yield f"{noun}: the item names none, so all fit"
        elif both:
            yield f"{noun}: {', '.join(both)} in both"
        elif mine:
            yield f"{noun}: no overlap, {told}, the contact {', '.join(sorted(mine))}"
        elif noun == "cities":
            yield f"cities: no overlap, {told}, the contact none and hears only what is for all"
        else:
            yield f"topics: the contact chose none, so all fit ({told})"
    yield f"roles: {_for_roles(details, reader)}"
    kinds = reader.kinds.strip(",").replace(",", ", ")
    well = not kinds or f",{details.kind}," in reader.kinds
    yield f"kinds: {f'only {kinds}' if kinds else 'all'}, so {details.kind} is {'told' if well else 'not told'}"


def _for_roles(details: Details, reader: Reader) -> str:
    if not details.roles:
        return "the item names none, so all fit"
    meant = spoken_roles(details.roles, "en")
    if reader.role in details.roles:
        return f"for {meant} only, and the contact is one"
    return f"no: for {meant} only; the contact's role is {role_name(reader.role, 'en')}"


def _rhythm(case: Case, reader: Reader) -> str:
    if reader.rhythm == "off":
        only = case.contact.channel == "conversation-only"
        return f"rhythm: {'hears in conversations only' if only else 'off'}, so nothing personal"
    if reader.rhythm == "now" or case.item.urgent:
        return f"rhythm: {reader.rhythm}{', but it is urgent' if reader.rhythm != 'now' else ''}: at once"
    return f"rhythm: {reader.rhythm}: held for the digest"


def _way(case: Case) -> str:
    slack = "has a" if case.contact.slack_user_id else "has no"
    said = f"channel: prefers {case.contact.channel or 'whatever is there'}, {slack} Slack identity"
    way = case.way
    return f"{said}: by {way.sender}{f', paused: {way.fault}' if way.paused_until else ''}" if way else said


def _why_none(case: Case, told: bool) -> str:
    if case.item.state == "aside":
        return ": it lies aside"
    if not told or case.reader is None:
        return ""
    number = case.reader.subscription_id
    if all(row.purpose in QUIET for row in case.fanouts):
        return ": the item was not announced (a first poll that stays silent, or it was over already)"
    if any(row.done_at is None and row.cursor < number <= row.upto for row in case.fanouts):
        return " yet: the item is being planned"
    if all(row.upto < number for row in case.fanouts):
        return ": the contact came after the item was planned"
    return ": it did not fit, or it was over, when it was planned"
