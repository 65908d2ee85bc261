"""From what a reader writes to a command. Forgiving of spelling, never guessing: a near miss is asked about.

A text is read clause by clause; greetings and thanks are passed over, and the first clause that is a command
decides. Two answers that contradict each other are none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from difflib import get_close_matches

from bot.contracts import AskReminder, Command, GiveAnswer, NotUnderstood
from bot.conversation.days import read_day
from bot.conversation.phrases import ADDED, PHRASES, POLITE, REMIND, STILL

CLAUSES, LINES = 5, 30
"""How much of a text is read: a command stands at its beginning."""

_GREETINGS = ("hei ", "hej ", "hi ", "hello ", "dear ", "moi ")

LONGEST = 120
"""Characters of a clause that may be a command; a longer one is prose."""

NEAR = 0.8
"""How alike (0 to 1) a misspelt phrase must be to be asked about."""

_BORDERS = re.compile(r"([!?,;:()\"“””]+|\.+(?=\s|$)|\s[-–—]+\s|\s/\s)")
_BUT = re.compile(r"(mutta|vaan|ehkä|men|fast|kanske|om|but|however|though|maybe|if)\b")
"""What an answer is taken back with in the same breath."""

_REMIND = re.compile(rf"(?:{'|'.join(sorted(REMIND, key=len, reverse=True))})\b[\s:,]*(.*)", re.DOTALL)


def understand(text: str, today: date) -> Command | NotUnderstood:
    """What a reader asks; `today` is the day in their zone, for days without a year."""
    said: list[tuple[str, Command]] = []
    words: list[str] = []
    still = False
    for clause in _clauses(text):
        still = still or clause in STILL
        command = _reminder(clause, today) or _phrase(clause)
        if command:
            said.append((clause, command))
        elif clause not in STILL:
            words.append(clause)
    if not said:
        return NotUnderstood(_nearest(words))
    phrase, first = said[0]
    reminder = next((command for _, command in said if isinstance(command, AskReminder)), None)
    given = next((each for each in said if isinstance(each[1], GiveAnswer)), None)
    if reminder and given:
        phrase, first = given
    if isinstance(first, GiveAnswer):
        kinds = {command.kind for _, command in said if isinstance(command, GiveAnswer)}
        if len(kinds) > 1 or any(_BUT.match(each) for each in words):
            return NotUnderstood(phrase if len(kinds) == 1 else "")
        answer = replace(first, remind=True) if still else first
        return replace(reminder, beside=answer) if reminder else answer
    return first


def _clauses(text: str) -> Iterator[str]:
    """The first clauses of a text, in small letters, one kind of space, without greetings and questions."""
    count = 0
    for line in unicodedata.normalize("NFC", text).casefold().splitlines()[:LINES]:
        plain = " ".join(line.replace("’", "").replace("'", "").split())
        # A wish for a reminder holds dates and hours, whose dots and colons are no borders.
        parts = [plain.rstrip(" .!"), ""] if _REMIND.match(plain) else [*_BORDERS.split(plain), ""]
        for part, border in zip(parts[::2], parts[1::2], strict=True):
            clause = part.strip(" .*_-–—>\t")
            if not clause or clause in POLITE or clause.startswith(_GREETINGS):
                continue
            count += 1
            if count > CLAUSES:
                return
            if "?" not in border:
                yield clause


def _reminder(clause: str, today: date) -> AskReminder | None:
    found = _REMIND.match(clause)
    day = read_day(found[1], today) if found and len(clause) <= LONGEST else None
    return AskReminder(*day) if day else None


def _phrase(clause: str) -> Command | None:
    if len(clause) > LONGEST:
        return None
    words = clause.split()
    while len(words) > 1 and words[0] in ADDED:
        words = words[1:]
    while len(words) > 1 and words[-1] in ADDED:
        words = words[:-1]
    return PHRASES.get(clause) or PHRASES.get(" ".join(words))


def _nearest(clauses: list[str]) -> str:
    """The phrase that the first short clause is nearest to; empty when nothing is near."""
    for clause in clauses[:3]:
        if len(clause) <= 40 and (near := get_close_matches(clause, PHRASES, 1, NEAR)):
            return near[0]
    return ""
