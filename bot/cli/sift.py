"""`sift`: judge anew what lies aside or is open, after the rules have changed."""

from __future__ import annotations

from functools import partial

import click
from sqlalchemy.orm import Session

from bot.cli.opening import our_house
from bot.intake.relevance import Sieve, rules
from bot.intake.relevance.judge import Judged
from bot.intake.relevance.sifting import apply, differences


@click.command("sift")
@click.option("--dry-run", is_flag=True, help="Only list what the rules say otherwise now.")
def sift(dry_run: bool) -> None:
    """Judge anew what lies aside or is open, and list what is judged otherwise than before.

    What lay aside and concerns the network is told, or waits for approval where its source publishes so. What is
    published is never put aside by a rule.
    """
    house = our_house()
    sieve = Sieve(house.network, rules())
    with house.database.reading() as session:
        found = differences(session, sieve)
    for each in found:
        stays = ", stays as it is" if each.stays else ""
        click.echo(f"item {each.item_id}: {_said(each.before)} -> {_said(each.after)}{stays}: {each.title}")
    for each in () if dry_run else found:
        house.database.write(partial(_apply, sieve, house.settings.zone, each.report_id))
    click.echo(f"{len(found)} judged otherwise{', nothing changed' if dry_run else ''}")


def _apply(sieve: Sieve, zone: str, report_id: int, session: Session) -> None:
    apply(
        session, differences(session, sieve, [report_id]), zone
    )  # looked up anew: somebody may have corrected it


def _said(judged: Judged) -> str:
    return (", ".join(judged.cities) or "all cities") if judged.concerns else "aside"


COMMANDS = (sift,)
