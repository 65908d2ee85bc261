"""`destinations`: Slack conversations, workspace walls, and where everything lands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from sqlalchemy import select

from bot.app import House, check_options, integration
from bot.app.senders import WALLS
from bot.cli.opening import our_house
from bot.contracts import LANGUAGES, RHYTHMS, Language, SourceFault
from bot.people.conversations import add_conversation, remove_conversation
from bot.people.preferences import read_day, read_hour, read_hours, read_ladder
from bot.setting_parsers import conversation_id
from bot.store.audit import record
from bot.store.contacts import Contact
from bot.store.destinations import Destination, Subscription, SubscriptionCity, SubscriptionTopic
from bot.store.sources import source_named

LONGEST_WALL = 32


@click.group("destinations")
def destinations() -> None:
    """Places where messages land."""


@destinations.command("add")
@click.argument("sender", type=click.Choice(["slack", *WALLS]))
@click.argument("conversation")
@click.option("--city", help="Hear what concerns this city (and what is for all).")
@click.option("--topic", help="Hear what is about this topic.")
@click.option("--language", help="Languages in order, split by commas: fi,sv.")
@click.option("--rhythm", type=click.Choice(RHYTHMS), default="now", show_default=True)
@click.option("--hours", help="Sending hours of working days such as 7-19, or always; 8-17 when left out.")
@click.option("--ladder", help="Days before a deadline to remind on, such as 14,2, or none.")
@click.option("--digest-day", help="Day of the weekly digest, such as monday.")
@click.option("--digest-hour", help="Hour of the digest, 0 to 23.")
@click.option(
    "--broadcast/--no-broadcast",
    default=None,
    help="Show reminders of deadlines in the channel too, not only in the thread.",
)
@click.option(
    "--bridge",
    type=click.Choice(["mail", "page", "off"]),
    help="What happens with answers in threads: a mail to WORKSPACE_MAIL, or kept for the workspace's page.",
)
@click.option("--team", default="", help="Slack team id; the bot's own when left out.")
def add(
    sender: str,
    conversation: str,
    city: str | None,
    topic: str | None,
    language: str | None,
    rhythm: str,
    hours: str | None,
    ladder: str | None,
    digest_day: str | None,
    digest_hour: str | None,
    broadcast: bool | None,
    bridge: str | None,
    team: str,
) -> None:
    """Add a place for a city, a topic, or (neither) for all.

    For slack CONVERSATION is its id; for discourse and loomio the name of the source that is written to.
    """
    house = our_house()
    if sender in WALLS:
        if broadcast is not None or bridge or team:
            raise click.ClickException("--broadcast, --bridge and --team are of Slack")
        _check_wall(house, sender, conversation)
        team = conversation
    else:
        try:
            conversation_id(conversation)
        except ValueError as fault:
            raise click.ClickException(f"{conversation!r} {fault}") from None
    check_slug(house, "city", city)
    check_slug(house, "topic", topic)
    languages = _languages(language or house.settings.default_language)
    when: dict[str, Any] = {
        "hours": _read("--hours", read_hours, hours), "ladder": _read("--ladder", read_ladder, ladder),
        "digest_day": _read("--digest-day", read_day, digest_day),
        "digest_hour": _read("--digest-hour", read_hour, digest_hour),
        "broadcast": broadcast, "bridge": "" if bridge == "off" else bridge,
    }  # fmt: skip
    with house.database.writing() as session:
        place = add_conversation(
            session, conversation, sender=sender, city=city, topic=topic, languages=languages,
            rhythm=rhythm, team=team, zone=house.settings.zone, **when,  # type: ignore[arg-type]
        )  # fmt: skip
        record(session, "command", "destination.added", f"{sender}:{conversation}", city=city, topic=topic)
        click.echo(
            f"{conversation} is destination {place.id}: {_rule(city, topic)}, {rhythm}, {place.languages}"
            + _more(place, ", ")
        )
    if bridge == "mail" and not house.settings.workspace_mail:
        click.echo("WORKSPACE_MAIL is not set: answers are kept, and mailed once it is", err=True)


def _check_wall(house: House, kind: str, name: str) -> None:
    """Refuse a name that is no source of that kind, or one that is not set up to be written to."""
    with house.database.reading() as session:
        source = source_named(session, name)
    if source is None or source.kind != kind:
        raise click.ClickException(f"there is no source {name!r} of kind {kind}: add it with `sources add`")
    if len(name) > LONGEST_WALL:
        raise click.ClickException(
            f"the name of a source that is written to has at most {LONGEST_WALL} characters"
        )
    try:
        publishes = integration(kind).can(check_options(integration(kind), source.options)).publish
    except SourceFault as fault:
        raise click.ClickException(fault.reason) from None
    if not publishes:
        raise click.ClickException(
            f"{name} is not set up to be written to: docs/sources.md says what it needs"
        )


def _read(option: str, read: Callable[[str], Any], text: str | None) -> Any:
    """What an option says, None when it is not given; ends the command when it is wrong."""
    try:
        return None if text is None else read(text)
    except ValueError as fault:
        raise click.ClickException(f"{option}: {fault}") from None


def check_slug(house: House, noun: str, slug: str | None) -> None:
    """Refuse a slug the network does not have, naming the nearest ones."""
    known = {entry.slug for entry in (house.network.cities if noun == "city" else house.network.topics)}
    if slug and slug not in known:
        near = house.network.nearest(slug, noun)  # type: ignore[arg-type]
        hint = f"did you mean {' or '.join(near)}?" if near else f"known are {', '.join(sorted(known))}"
        raise click.ClickException(f"there is no {noun} {slug!r}: {hint}")


def _languages(text: str) -> list[Language]:
    chosen = [part.strip() for part in text.split(",") if part.strip()]
    wrong = [part for part in chosen if part not in LANGUAGES]
    if wrong or not chosen:
        raise click.ClickException(
            f"--language takes {', '.join(LANGUAGES)}, split by commas; {text!r} is not that"
        )
    return list(dict.fromkeys(chosen))  # type: ignore[arg-type]


def _rule(city: str | None, topic: str | None) -> str:
    return " and ".join(part for part in (city, topic) if part) or "everything"


def _more(place: Destination, between: str) -> str:
    """What a conversation wants beside its rules."""
    said = ["broadcast"] * place.broadcast + [f"bridge {place.bridge}"] * bool(place.bridge)
    return "".join(f"{between}{each}" for each in said)


@destinations.command("list")
def list_() -> None:
    """List the conversations with their rules, then the destinations of each contact."""
    house = our_house()
    with house.database.reading() as session:
        rows = session.execute(
            select(Destination, Subscription.rhythm, SubscriptionCity.city, SubscriptionTopic.topic)
            .join(Subscription, Subscription.destination_id == Destination.id)
            .outerjoin(SubscriptionCity, SubscriptionCity.subscription_id == Subscription.id)
            .outerjoin(SubscriptionTopic, SubscriptionTopic.subscription_id == Subscription.id)
            .where(Destination.contact_id.is_(None))
            .order_by(Destination.id, Subscription.id)
        )
        for place, rhythm, city, topic in rows:
            paused = f"  paused: {place.fault}" if place.paused_until else ""
            click.echo(
                f"{place.id}\t{place.address}\t{_rule(city, topic)}\t{rhythm}\t{place.languages}"
                + _more(place, "\t")
                + paused
            )
        personal = session.execute(
            select(Destination, Contact.name)
            .join(Contact, Contact.id == Destination.contact_id)
            .order_by(Destination.id)
        )
        for place, name in personal:
            paused = f"  paused: {place.fault}" if place.paused_until else ""
            click.echo(f"{place.id}\t{place.sender}\t{place.address}\t{name}{paused}")


@destinations.command("remove")
@click.argument("number", type=int)
def remove(number: int) -> None:
    """Take a conversation's rules away, and what waits for it. What was sent stays on record."""
    with our_house().database.writing() as session:
        place = session.get(Destination, number)
        if place is None or place.contact_id is not None:
            raise click.ClickException(f"{number} is not a conversation: `destinations list` shows them")
        cancelled = remove_conversation(session, place)
        record(session, "command", "destination.removed", f"{place.sender}:{place.address}")
    click.echo(f"{place.address} hears nothing any more; {cancelled} waiting messages were cancelled")


COMMANDS = (destinations,)
