"""`/items`: what came in, and who was told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from flask import Blueprint, Response, abort, redirect, request, url_for
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from bot.contracts import KINDS, Details, Language
from bot.planning.listings import titled
from bot.store.deliveries import State
from bot.store.items import Item, ItemCity, ItemTopic
from bot.web import prose
from bot.web.frame import ITEM_STATES
from bot.web.house import House, house
from bot.web.item import story
from bot.web.pages import number, page, words
from bot.web.tallies import by_item

PAGE = 25
CHOICES, CHOICE_LENGTH = 50, 70

TOLD: Mapping[str, tuple[State, ...]] = {
    "told": ("sent",),
    "in doubt": ("doubtful",),
    "waiting": ("queued", "held", "sending"),
    "previewed": ("previewed",),
    "failed": ("failed",),
    "dropped": ("expired", "cancelled"),
}
"""What became of an item's deliveries, in a word, and the states it stands for."""

items = Blueprint("items", __name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """An item in a list. `told` says in a line what became of its deliveries; empty when there are none."""

    id: int
    kind: str
    state: str
    urgent: bool
    language: Language
    title: str
    cities: str
    details: Details
    created_at: datetime
    updated_at: datetime
    told: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items a page shows. Values that are none are left out, not refused."""

    kind: str = ""
    city: str = ""
    topic: str = ""
    state: str = ""
    q: str = ""
    before: int | None = None

    def query(self, before: int | None = None) -> dict[str, str | int]:
        """The filter as a query, from another item on."""
        return {key: value for key, value in (asdict(self) | {"before": before}).items() if value}


@items.get("/items")
def show() -> Response:
    """The items, newest first, 25 a page."""
    wanted = _wanted()
    with house().database.reading() as session:
        found = session.scalars(_select(wanted).limit(PAGE + 1)).all()
        older = found[PAGE - 1].id if len(found) > PAGE else None
        return page(
            "items.html",
            wanted=wanted,
            older=older,
            items=entries(session, house(), found[:PAGE]),
        )


@items.get("/items/<int(max=2147483647):item_id>")
def one(item_id: int) -> Response | Redirect:
    """All about one item; of one that is told as another, all about that."""
    with house().database.reading() as session:
        item = session.get(Item, item_id)
        if item is None:
            abort(404)
        if item.state == "joined" and item.joined_into:
            return redirect(url_for("items.one", item_id=item.joined_into))
        return page("item.html", **story(session, house(), item))


def entries(session: Session, house: House, found: Sequence[Item]) -> list[Entry]:
    """Items as lists show them."""
    counts = by_item(session, [item.id for item in found])
    return [_entry(house, item, counts.get(item.id, {})) for item in found]


def choices(session: Session, house: House, chosen: int | None) -> list[tuple[int, str]]:
    """The newest items by id and title, to pick one of, with the one that is chosen now."""
    newest = select(Item.id).order_by(Item.id.desc()).limit(CHOICES)
    wanted = or_(Item.id.in_(newest.scalar_subquery()), Item.id == chosen)
    rows = session.execute(select(Item.id, Item.details).where(wanted).order_by(Item.id.desc()))
    return [
        (item_id, shortened(prose.told_in(details["title"], house.settings.default_language)[1]))
        for item_id, details in rows
    ]


def shortened(title: str) -> str:
    """A title that fits a list to choose from."""
    return title if len(title) <= CHOICE_LENGTH else f"{title[: CHOICE_LENGTH - 1].rstrip()}…"


def _entry(house: House, item: Item, counts: Mapping[str, int]) -> Entry:
    details = item.content()
    language, title = prose.told_in(details.title, house.settings.default_language)
    return Entry(
        id=item.id,
        kind=item.kind,
        state=item.state,
        urgent=item.urgent,
        language=language,
        title=title,
        cities=prose.cities_named(house.network, details.cities),
        details=details,
        created_at=item.created_at,
        updated_at=item.updated_at,
        told=_told(counts),
    )


def _told(counts: Mapping[str, int]) -> str:
    sums = {word: sum(counts.get(state, 0) for state in states) for word, states in TOLD.items()}
    return " · ".join(f"{count} {word}" for word, count in sums.items() if count)


def _wanted() -> Wanted:
    asked, network = request.args, house().network

    def one_of(name: str, known: Sequence[str]) -> str:
        return asked.get(name, "") if asked.get(name) in known else ""

    return Wanted(
        kind=one_of("kind", KINDS),
        city=one_of("city", [city.slug for city in network.cities]),
        topic=one_of("topic", [topic.slug for topic in network.topics]),
        state=one_of("state", list(ITEM_STATES)),
        q=words(asked.get("q")),
        before=number(asked.get("before")),
    )


def _select(wanted: Wanted) -> Select[Item]:
    found = select(Item).order_by(Item.id.desc())
    if wanted.before:
        found = found.where(Item.id < wanted.before)
    if wanted.kind:
        found = found.where(Item.kind == wanted.kind)
    if wanted.state:
        found = found.where(Item.state == wanted.state)
    if wanted.city:
        found = found.where(Item.id.in_(select(ItemCity.item_id).where(ItemCity.city == wanted.city)))
    if wanted.topic:
        found = found.where(Item.id.in_(select(ItemTopic.item_id).where(ItemTopic.topic == wanted.topic)))
    if wanted.q:
        found = found.where(titled(wanted.q))
    return found
