"""Why a report concerns the network or does not, in sentences for coordinators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.network import Network
from bot.store.items import ReportRow
from bot.store.joining import Judgement
from bot.web import prose

_SAID: Mapping[str, str] = {
    "word": "{0}: its {1} has “{2}”",
    "identifier": "{0}: its number is {1}",
    "never": "its title has “{0}”, which never concerns us",
    "nothing": "nothing in it is what the rules look for",
    "all": "calls of this group concern all cities",
    "everywhere": "its {1} says “{0}”: all cities",
    "no city": "no city is named or financed by who gives the money: all cities",
}


def whom(network: Network, row: Judgement) -> str:
    """Whom it concerns by the rules, or as a coordinator says."""
    said = row.corrected or {"concerns": row.concerns, "cities": row.cities, "topics": row.topics}
    if not said["concerns"]:
        return "does not concern us"
    topics = ", ".join(prose.topic_name(network, slug) for slug in said["topics"])
    return f"concerns {_cities(network, said['cities']) or 'all cities'}{f' ({topics})' if topics else ''}"


def because(network: Network, why: Iterable[Sequence[str]]) -> str:
    """Everything the rules found, as one line."""
    return "; ".join(sentence for rule, *found in why if (sentence := _sentence(network, rule, found)))


def of_item(session: Session, network: Network, item_id: int) -> list[tuple[int, str, str]]:
    """Of each of an item's reports that was judged: its id, whom it concerns, and why."""
    rows = select(Judgement).join(ReportRow, ReportRow.id == Judgement.report_id)
    found = session.scalars(rows.where(ReportRow.item_id == item_id).order_by(ReportRow.id))
    return [
        (
            row.report_id,
            whom(network, row),
            "a coordinator says so" if row.corrected else because(network, row.why),
        )
        for row in found
    ]


def _sentence(network: Network, rule: str, found: Sequence[str]) -> str:
    match rule, found:
        case "city", [slug, word, field]:
            return f"its {'text' if field == 'body' else field} names {_cities(network, [slug])} (“{word}”)"
        case "council", [councils, cities]:
            names = [network.authority(slug).names.fi for slug in councils.split(",") if slug]
            return f"{', '.join(names)} finances {_cities(network, cities.split(','))}"
        case "group", [_, cities]:
            return f"calls of this group concern {_cities(network, cities.split(','))}"
        case "stated", [cities]:
            return f"its source says {_cities(network, cities.split(','))}"
        case "topic", [slug]:
            return f"it is about {prose.topic_name(network, slug)}"
        case _:
            return _SAID.get(rule, "").format(*found)


def _cities(network: Network, slugs: Sequence[str]) -> str:
    return ", ".join(prose.city_name(network, slug) for slug in slugs)
