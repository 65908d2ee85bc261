"""`/add-source` and `/sources/<name>/edit`: a form made of the options that a kind of source knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo
from werkzeug.wrappers import Response as Redirect

from bot.contracts import KINDS, LANGUAGES, Integration, Visibility
from bot.intake.poll import begin_anew
from bot.intake.presets import presets
from bot.intake.setup import name_fault, new_source
from bot.store.audit import record
from bot.store.db import ring
from bot.store.sources import HOUSE_KIND, Source, source_named
from bot.web import guard
from bot.web.house import house
from bot.web.pages import page, typed

source_form = Blueprint("source_form", __name__)

_SECRET_WORDS = ("secret", "token", "password", "key")
PREFIX = "option-"


@dataclass(frozen=True, slots=True)
class Field:
    """One option: `choices` where only some values are right; the value of a `secret` one is never shown."""

    name: str
    label: str
    hint: str
    needed: bool
    secret: bool
    choices: tuple[str, ...]
    value: str
    fault: str


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
    options, faults = _options(kind, {})
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
            flash(f"{name} was added." + (" It is asked in a moment." if kind.source else ""))
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
    options, faults = _options(kind, source.options)
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
        for field in ("options", "defaults", "publish", "may_be_urgent", "first_poll", "every", "sifted"):
            setattr(row, field, getattr(changed, field))
        if row.next_at is not None and options != source.options:
            begin_anew(session, row)
        record(session, actor, "source.changed", name, origin)
    flash("It is changed.")
    return redirect(url_for("sources.one", name=name), 303)


def _form(
    kind: Integration,
    source: Source | None,
    options: Mapping[str, Any],
    stated: Mapping[str, Any],
    faults: Mapping[str, str],
    guessed: str = "",
) -> Response:
    fields = [
        _field(name, info, options, faults.get(PREFIX + name, ""))
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
        faults=faults, guessed=guessed, kinds=KINDS, languages=LANGUAGES, visibilities=get_args(Visibility),
        network=house().network, prefix=PREFIX,
    )  # fmt: skip


def _field(name: str, info: FieldInfo, options: Mapping[str, Any], fault: str) -> Field:
    secret = is_secret(name, info)
    choices = _choices(info.annotation)
    return Field(
        name, info.title or name.replace("_", " ").capitalize(), info.description or "", info.is_required(),
        secret, choices, "" if secret else _shown(options.get(name, None if info.is_required() else info.default)),
        fault,
    )  # fmt: skip


def is_secret(name: str, info: FieldInfo) -> bool:
    """Whether an option must never be shown, by its type or its name."""
    types = (info.annotation, *get_args(info.annotation))
    return SecretStr in types or any(word in name for word in _SECRET_WORDS)


def _choices(annotation: Any) -> tuple[str, ...]:
    if annotation is bool:
        return ("true", "false")
    for each in (annotation, *get_args(annotation)):
        if get_origin(each) is Literal:
            return tuple(str(value) for value in get_args(each))
    return ()


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple | frozenset | set):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _options(kind: Integration, before: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The options that the form states, and what is wrong with them by field. What was not touched stays."""
    options: dict[str, Any] = {}
    for name, info in kind.options.model_fields.items():
        said = typed(request.form.get(PREFIX + name))
        untouched = said == "" if is_secret(name, info) else said == _shown(before.get(name))
        if name in before and untouched:
            options[name] = before[name]
        elif said and (info.is_required() or said != _shown(info.default)):
            options[name] = said
    faults: dict[str, str] = {}
    try:
        kind.options.model_validate(options)
    except ValidationError as wrong:
        for error in wrong.errors(include_input=False):
            at = str(error["loc"][0]) if error["loc"] else ""
            faults[PREFIX + at if at in kind.options.model_fields else "options"] = error["msg"]
    return options, faults


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
