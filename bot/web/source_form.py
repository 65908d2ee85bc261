"""`/add-source` and `/sources/<name>/edit`: a form made of the options that a kind of source knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from bot.contracts import KINDS, LANGUAGES, Integration, Visibility
from bot.contracts.words import LANGUAGE_NAMES
from bot.intake.presets import presets
from bot.intake.setup import change_source, name_fault, new_source, silent_next
from bot.store.audit import record
from bot.store.db import ring
from bot.store.sources import HOUSE_KIND, Source, source_named
from bot.web import guard
from bot.web.house import house
from bot.web.pages import page, typed
from bot.web.source_fields import PREFIX, field_of, options_of, secrets_of

VISIBILITIES: Mapping[Visibility, str] = {"network": "The network only", "public": "Everybody"}

source_form = Blueprint("source_form", __name__)


@source_form.get("/add-source")
def ask() -> Response:
    """Which kind, or which ready-made source; then the form."""
    preset, kind = presets().get(request.args.get("preset", "")), request.args.get("kind", "")
    if preset:
        way = next((each for each in preset.ways if each.kind == kind), preset.ways[0])
        stated = {"name": preset.name, **preset.stated()}
        return _form(_kind(way.kind), None, way.options, stated, {}, guessed=way.guessed)
    if kind:
        return _form(_kind(kind), None, {}, {}, {})
    kinds = house().source_kinds()
    titles = {name: each.title for name, each in kinds.items()}
    by_title = sorted(kinds.values(), key=lambda each: each.title)
    return page("source_kinds.html", kinds=by_title, titles=titles, presets=presets().values())


@source_form.post("/add-source")
def add() -> Response | Redirect:
    """Add a source as the form says."""
    kind = _kind(request.form.get("kind", ""))
    stated = _stated()
    options, faults = options_of(kind, request.form, {})
    name = typed(request.form.get("name"))
    if fault := name_fault(name):
        faults["name"] = fault
    faults |= _every_fault(kind, stated)
    if not faults:
        actor, origin = guard.actor(), guard.origin()
        with house().database.writing() as session:
            if source_named(session, name):
                faults["name"] = "There is a source of that name already."
            else:
                session.add(new_source(kind, name, options, {**stated, "flood_limit": None}))
                record(session, actor, "source.added", name, origin, kind=kind.name)
                ring(session, "poll")
        if not faults:
            flash(f"{name} was added." + (" It is asked in a moment." if kind.polls(options) else ""))
            return redirect(url_for("sources.one", name=name), 303)
    return _form(kind, None, options, {**stated, "name": name}, faults)


@source_form.get("/sources/<name>/edit")
def edit(name: str) -> Response:
    """The form of a source that there is."""
    source = _source(name)
    return _form(_kind(source.kind), source, source.options, _as_stated(source), {})


@source_form.post("/sources/<name>/edit")
def change(name: str) -> Response | Redirect:
    """Change a source as the form says. What is secret stays as it is where nothing is typed."""
    source = _source(name)
    kind, stated = _kind(source.kind), _stated()
    options, faults = options_of(kind, request.form, source.options)
    faults |= _every_fault(kind, stated)
    if faults:
        return _form(kind, source, options, stated, faults)
    changed = new_source(kind, name, options, {**stated, "flood_limit": source.flood_limit})
    actor, origin = guard.actor(), guard.origin()
    with house().database.writing() as session:
        row = source_named(session, name)
        if row is None:
            abort(404)
        session.refresh(row, with_for_update=True)
        anew = change_source(session, row, changed, secrets_of(kind))
        record(session, actor, "source.changed", name, origin)
        said = "It is changed." + (_first_look(row) if anew else "")
    flash(said)
    return redirect(url_for("sources.one", name=name), 303)


def _first_look(source: Source) -> str:
    """What becomes of what a source shows after it was changed."""
    if source.paused:
        return " Once it is resumed, it is read from its beginning, as at a first look."
    if silent_next(source):
        return " It is read from its beginning now, and nobody is told of what it holds: you choose what to announce."
    return " It is read from its beginning now, and what is new in it is told, as its form says."


def _form(
    kind: Integration,
    source: Source | None,
    options: Mapping[str, Any],
    stated: Mapping[str, Any],
    faults: Mapping[str, str],
    guessed: str = "",
) -> Response:
    fields = [
        field_of(name, info, options, faults.get(PREFIX + name, ""))
        for name, info in kind.options.model_fields.items()
    ]
    usual = {
        "name": "", "publish": "at_once", "urgent": False, "first_poll": "silent", "every": kind.every,
        "sifted": kind.sifted, "item_kind": "news", "visibility": None,
        "language": house().settings.default_language, "cities": (), "topics": (),
    }  # fmt: skip
    values = {**usual, **{key: value for key, value in stated.items() if value is not None}}
    return page(
        "source_form.html", 422 if faults else 200, kind=kind, source=source, fields=fields, values=values,
        faults=faults, guessed=guessed, languages=LANGUAGE_NAMES, visibilities=VISIBILITIES,
        network=house().network, prefix=PREFIX,
    )  # fmt: skip


def _stated() -> dict[str, Any]:
    """What the form says of the source itself, as `sources add` takes it; what cannot be is left as usual."""
    form, network = request.form, house().network

    def among(name: str, allowed: tuple[str, ...], otherwise: str | None) -> str | None:
        return form[name] if form.get(name) in allowed else otherwise

    every = form.get("every", "")
    return {
        "item_kind": among("item_kind", KINDS, "news"),
        "visibility": among("visibility", get_args(Visibility), None),
        "language": among("language", LANGUAGES, house().settings.default_language),
        "cities": [city.slug for city in network.cities if city.slug in form.getlist("cities")],
        "topics": [topic.slug for topic in network.topics if topic.slug in form.getlist("topics")],
        "publish": among("publish", ("at_once", "after_approval"), "after_approval"),
        "first_poll": among("first_poll", ("silent", "announce"), "silent"),
        "urgent": "urgent" in form,
        "sifted": "sifted" in form,
        "every": int(every) if every.isascii() and every.isdigit() and len(every) < 7 else -1,
    }


def _every_fault(kind: Integration, stated: Mapping[str, Any]) -> dict[str, str]:
    least = max(60, kind.least_every)
    right = least <= stated["every"] <= 86_400
    return {} if right else {"every": f"Between {least} seconds, out of manners, and a day (86400)."}


def _as_stated(source: Source) -> dict[str, Any]:
    known = source.defaults
    return {
        "name": source.name, "publish": source.publish, "urgent": source.may_be_urgent,
        "first_poll": source.first_poll, "every": source.every, "sifted": source.sifted,
        "item_kind": known.get("kind", "news"), "visibility": known.get("visibility"),
        "language": known.get("language"), "cities": known.get("cities", ()), "topics": known.get("topics", ()),
    }  # fmt: skip


def _kind(name: str) -> Integration:
    kind = house().source_kinds().get(name)
    if kind is None:
        abort(404)
    return kind


def _source(name: str) -> Source:
    with house().database.reading() as session:
        source = source_named(session, name) if "\x00" not in name else None
        if source is None or source.kind == HOUSE_KIND:
            abort(404)
        session.expunge(source)
    return source
