"""Silta's own sentences in the reader's language: gettext catalogues, read as they are, without a build step.

The msgid is the English sentence. `bot/locale/<language>/messages.po` holds the others; a sentence that a
catalogue lacks is said in English.
"""

from __future__ import annotations

import gettext as standard
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.contracts import LANGUAGES

LOCALE = Path(__file__).parent / "locale"


def gettext(language: str, msgid: str, /, **values: object) -> str:
    """The sentence in that language, with its {placeholders} filled in.

    Values are put in as they are: who writes HTML or Slack's markup escapes them before or after. Raises
    ValueError for a language Silta does not speak and KeyError for a placeholder without a value.
    """
    return _catalogue(language).gettext(msgid).format_map(values)


def ngettext(language: str, one: str, many: str, n: int, /, **values: object) -> str:
    """The sentence for `n` things; {n} is filled in too. Raises as `gettext` does."""
    return _catalogue(language).ngettext(one, many, n).format_map({"n": n, **values})


def read_catalogue(path: Path) -> standard.GNUTranslations:
    """Read a .po file. Raises OSError when it is missing and ValueError or PoFileError when it is broken."""
    with path.open("rb") as source:
        catalogue = read_po(source, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return standard.GNUTranslations(compiled)


@cache
def _catalogue(language: str) -> standard.GNUTranslations:
    if language not in LANGUAGES:
        raise ValueError(f"there is no catalogue for {language!r}, only for {', '.join(LANGUAGES)}")
    return read_catalogue(LOCALE / language / "messages.po")
