"""The letter's weekly duty: it begins by itself, and its coordinators hear of it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.letters.content import LetterContent
from bot.letters.writing import start_letter
from bot.network import Network
from bot.planning.alerts import alert
from bot.settings import Settings


def due_letters(session: Session, network: Network, settings: Settings) -> int:
    """Begin this week's letter unless it is there, and tell the coordinators once; returns how many began.

    Nothing is begun for a week in which there is nothing to tell: a button on the page still can.
    """
    letter, new = start_letter(session, settings)
    if not new:
        return 0
    count = len(LetterContent.of(letter).entries)
    if count == 0:
        session.delete(letter)
        return 0
    alert(
        session,
        network,
        f"letter:{letter.slug}",
        "The weekly letter waits for you",
        "It holds {count} items so far. Put them in order, write an opening in each language, and submit it.",
        url=f"{settings.public_url}/letters/{letter.slug}",
        count=count,
    )
    return 1
