"""Which moments can be meant: nothing that was ever on the web is older than the web, and nobody plans a century."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator

from bot import clock
from bot.clock import When
from bot.contracts import Moment

FIRST_YEAR: Final = 1990
YEARS_AHEAD: Final = 30


def can_be_meant(year: int) -> bool:
    """Whether a year is one that somebody states of a call, an event or a text: 1926 and 1970 are slips."""
    return FIRST_YEAR <= year <= clock.now().year + YEARS_AHEAD


def meant(when: When | None) -> When | None:
    """The moment, None when it cannot be right."""
    return when if when and can_be_meant(when.begins().year) else None


def _checked(when: When) -> When:
    if meant(when) is None:
        raise ValueError(
            f"cannot be right: it is before {FIRST_YEAR}, or more than {YEARS_AHEAD} years ahead"
        )
    return when


StatedMoment = Annotated[Moment, AfterValidator(_checked)]
"""A moment in a document from outside; one that cannot be right is refused."""
