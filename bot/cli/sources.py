"""`sources`: what brings news in."""

from __future__ import annotations

import base64
import secrets
from typing import Any, get_args

import click
from click.core import ParameterSource
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.app import check_options, integration, source_kinds
from bot.cli.destinations import check_slug
from bot.cli.opening import our_house
from bot.contracts import KINDS, LANGUAGES, SourceFault, Visibility
from bot.intake.poll import let_go
from bot.intake.presets import Preset, Way, presets
from bot.intake.setup import name_fault, new_source
from bot.store.audit import record
from bot.store.sources import Source, source_named, there


@click.group("sources")
def sources() -> None:
    """What brings news in."""


@sources.command("add")
@click.argument("kind", required=False)
@click.argument("name", required=False)
@click.option("--preset", help="One that `sources presets` lists; then NAME alone may be given.")
@click.option("--way", help="Which kind of a preset's: the first when left out.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="An option of the integration.")
@click.option(
    "--city", "cities", multiple=True, help="Its news concerns this city, unless it says otherwise."
)
@click.option(
    "--topic", "topics", multiple=True, help="Its news is about this topic, unless it says otherwise."
)
@click.option("--item-kind", type=click.Choice(KINDS), default="news", show_default=True)
@click.option("--visibility", type=click.Choice(get_args(Visibility)), help="Who may see its items.")
@click.option("--language", type=click.Choice(LANGUAGES), help="DEFAULT_LANGUAGE when left out.")
@click.option(
    "--publish", type=click.Choice(["at_once", "after_approval"]), default="at_once", show_default=True
)
@click.option("--urgent/--never-urgent", default=False, help="Whether it may mark its news as urgent.")
@click.option(
    "--first-poll",
    type=click.Choice(["silent", "announce"]),
    default="silent",
    show_default=True,
    help="Whether what it holds at first is told, or only what comes later.",
)
@click.option(
    "--sifted/--all",
    default=None,
    help="Tell only what concerns the network, by its rules. [default: as KIND is]",
)
@click.option("--every", type=click.IntRange(60, 86_400), help="Seconds between polls. [default: as KIND is]")
@click.option(
    "--flood-limit",
    type=click.IntRange(0, 100_000),
    help="Of more new items an hour people hear in one digest; 0 for no limit. [default: 20; none for examples]",
)
@click.pass_context
def add(
    context: click.Context, /, kind: str | None, name: str | None, settings: tuple[str, ...], **stated: Any
) -> None:
    """Add a source of KIND (an integration) called NAME; a webhook then listens at POST /in/NAME."""
    house = our_house()
    preset, way = _preset(stated.pop("preset"), stated.pop("way"))
    if preset and way:
        if name is not None:
            raise click.UsageError("with --preset only a NAME is given: --way chooses the kind")
        kind, name = way.kind, kind or preset.name
        stated |= {key: value for key, value in preset.stated().items() if _left_out(context, key)}
    if kind is None or name is None:
        raise click.UsageError("KIND and NAME are wanted, or --preset")
    _check_names(kind, name)
    for noun, slugs in (("city", stated["cities"]), ("topic", stated["topics"])):
        for slug in slugs:
            check_slug(house, noun, slug)
    options = {**(way.options if way else {}), **_options(settings)}
    least = integration(kind).least_every
    if stated["every"] and stated["every"] < least:
        raise click.ClickException(f"{kind} is asked at most every {least:,} seconds, out of manners")
    shown = ""
    if kind == "webhook" and "secrets" not in options:
        options["secrets"] = shown = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
    _checked(kind, options)
    with house.database.writing() as session:
        if source_named(session, name):
            raise click.ClickException(f"there is a source {name!r} already")
        session.add(new_source(integration(kind), name, options, stated))
        record(session, "command", "source.added", name, kind=kind)
    click.echo(
        f"{name} was added" + (f"; it listens at POST /in/{name}" if integration(kind).webhook else "")
    )
    if way:
        click.echo(f"not verified: {way.guessed}; try it with: python -m bot poll {name}")
    if shown:
        click.echo(f"its secret, shown this once: {shown}")


def _preset(name: str | None, kind: str | None) -> tuple[Preset | None, Way | None]:
    if name is None:
        if kind is not None:
            raise click.UsageError("--way belongs to --preset")
        return None, None
    preset = presets().get(name)
    if preset is None:
        raise click.ClickException(f"there is no preset {name!r}: there are {', '.join(presets())}")
    for way in preset.ways:
        if kind in {None, way.kind}:
            return preset, way
    kinds = ", ".join(way.kind for way in preset.ways)
    raise click.ClickException(f"{name} is not read as {kind!r}: there are {kinds}")


def _check_names(kind: str, name: str) -> None:
    if kind not in source_kinds():
        raise click.ClickException(f"there is no source kind {kind!r}: there are {', '.join(source_kinds())}")
    if fault := name_fault(name):
        raise click.ClickException(fault)


def _left_out(context: click.Context, option: str) -> bool:
    return context.get_parameter_source(option) is ParameterSource.DEFAULT


def _options(settings: tuple[str, ...]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not key:
            raise click.ClickException(f"--set takes key=value, not {setting!r}")
        options[key] = value
    return options


def _checked(kind: str, options: dict[str, Any]) -> None:
    try:
        check_options(integration(kind), options)
    except SourceFault as fault:
        raise click.ClickException(f"{kind} does not take these options: {fault.reason}") from None


@sources.command("presets")
def list_presets() -> None:
    """List the sources of this network that `sources add --preset NAME` sets up, and what of them is not verified."""
    for preset in presets().values():
        click.echo(f"{preset.name}\t{preset.title}")
        for way in preset.ways:
            click.echo(f"\t{way.kind}\tnot verified: {way.guessed}")


@sources.command("list")
def list_() -> None:
    """List the sources and how they are. Secrets are never shown."""
    house = our_house()
    with house.database.reading() as session:
        rows = session.scalars(select(Source).where(there()).order_by(Source.name)).all()
    if not rows:
        click.echo("there are no sources yet: python -m bot sources add feed NAME --set url=https://…")
    for row in rows:
        state = "paused" if row.paused else f"fault: {row.fault}" if row.fault else "well"
        asked = (
            f"asked {row.asked_at:%Y-%m-%d %H:%M} UTC"
            if row.asked_at
            else "sends by itself"
            if row.next_at is None
            else "not asked yet"
        )
        next_ = (
            f"\tnext {row.next_at:%Y-%m-%d %H:%M} UTC"
            if row.next_at and row.asked_at and not row.paused
            else ""
        )
        click.echo(f"{row.name}\t{row.kind}\t{asked}\t{state}{next_}")


@sources.command("pause")
@click.argument("name")
def pause(name: str) -> None:
    """Ask a source no more, and take nothing from it, until `resume`."""
    _set_paused(name, True)


@sources.command("resume")
@click.argument("name")
def resume(name: str) -> None:
    """Let a paused source bring news again."""
    _set_paused(name, False)


def _set_paused(name: str, paused: bool) -> None:
    house = our_house()
    with house.database.writing() as session:
        row = named(session, name)
        session.refresh(row, with_for_update=True)
        row.paused = paused
        if paused:
            let_go(row)
        if not paused and row.next_at is not None:
            row.next_at, row.failures = clock.now(), 0
        record(session, "command", "source.paused" if paused else "source.resumed", name)
    click.echo(f"{name} {'is paused' if paused else 'brings news again'}")


def named(session: Session, name: str) -> Source:
    """The source of that name. Raises ClickException with those there are."""
    row = source_named(session, name)
    if row is None:
        known = ", ".join(session.scalars(select(Source.name).where(there()).order_by(Source.name)))
        raise click.ClickException(f"there is no source {name!r}: there are {known or 'none yet'}")
    return row
