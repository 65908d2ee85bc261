"""What a letter holds while it is edited: its words, its sections, and which item stands where."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict

from bot.contracts import LANGUAGES, Language
from bot.store.drafts import Letter


class Heading(BaseModel):
    """A section as it was called when the letter was begun."""

    model_config = ConfigDict(frozen=True)

    key: str
    titles: dict[Language, str]


class Placed(BaseModel):
    """An item's place: its section, and whether the coordinator left it out."""

    model_config = ConfigDict(frozen=True)

    item_id: int
    section: str
    out: bool = False


class LetterContent(BaseModel):
    """All that a coordinator edits. `version` rises with every save, so that two tabs do not overwrite.

    `title` and `opening` (Markdown) map a language to its text; a letter without a title is called by its
    week. It goes out on `send_day` at `send_hour` o'clock, in each reader's zone.
    """

    model_config = ConfigDict(frozen=True)

    version: int = 1
    title: dict[Language, str] = {}
    opening: dict[Language, str] = {}
    sections: tuple[Heading, ...]
    entries: tuple[Placed, ...] = ()
    send_day: date
    send_hour: int

    @classmethod
    def of(cls, letter: Letter) -> LetterContent:
        """What a letter holds now."""
        return cls.model_validate(letter.content)

    def within(self, section: str) -> list[Placed]:
        """The items of a section, in order, also those left out."""
        return [entry for entry in self.entries if entry.section == section]

    def shown(self) -> list[Placed]:
        """The items that are not left out."""
        return [entry for entry in self.entries if not entry.out]

    def missing(self) -> list[Language]:
        """The languages in which there is no opening."""
        return [language for language in LANGUAGES if not self.opening.get(language, "").strip()]


def in_sections(headings: Sequence[Heading], entries: Sequence[Placed]) -> tuple[Placed, ...]:
    """The entries section by section; the order within each stays. Unknown sections become the first one."""
    keys = [heading.key for heading in headings]
    known = [
        entry if entry.section in keys else entry.model_copy(update={"section": keys[0]}) for entry in entries
    ]
    return tuple(sorted(known, key=lambda entry: keys.index(entry.section)))
