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

from bot.contracts import AboutItem, AskReminder, Command, GiveAnswer, ListCalls, ListDeadlines, NotUnderstood
from bot.conversation import openers, wishes
from bot.conversation.phrases import ADDED, ALONE, ASKED, PHRASES, POLITE, REMIND, STILL
from bot.network import Network

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

_REMIND = re.compile(rf"(?:{'|'.join(sorted(REMIND, key=len, reverse=True))})\b")


def understand(text: str, today: date, network: Network | None = None) -> Command | NotUnderstood:
    """What a reader asks; `today` is the day in their zone, for days without a year.

    With the `network`, its cities and topics are known by name. What only looks may be asked as a question.
    """
    alone = ALONE.get(" ".join(text[:LONGEST].casefold().split()).rstrip(" .!"))
    if alone:
        return alone
    said: list[tuple[str, Command]] = []
    words: list[str] = []
    still, meant = False, ""
    for clause, asks in _clauses(text):
        still = still or clause in STILL
        told = _command(clause, today, network)
        if isinstance(told, NotUnderstood):
            meant = meant or told.meant
        if asks and not _may_be_asked(told):
            continue
        if told and not isinstance(told, NotUnderstood):
            said.append((clause, told))
        elif clause not in STILL:
            words.append(clause)
    if not said:
        return NotUnderstood(meant or _nearest(words, today, network))
    return _first(said, words, still)


def split_share(text: str) -> tuple[str, bool]:
    """The text without the word that asks to share its answer, and whether it was there, at its very end."""
    words = text.split()
    if len(words) > 1 and words[-1].casefold().strip(".!,") in openers.SHARE:
        return text.rstrip()[: -len(words[-1])].rstrip(" ,;:-"), True
    return text, False


def _first(said: list[tuple[str, Command]], words: list[str], still: bool) -> Command | NotUnderstood:
    """The command that decides: the first that does something, else the first that only asks."""
    phrase, first = next((each for each in said if not isinstance(each[1], ASKED)), said[0])
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


def _command(clause: str, today: date, network: Network | None) -> Command | NotUnderstood | None:
    if len(clause) > LONGEST:
        return None
    told = wishes.reminder(clause, today) or _phrase(clause)
    if told is None and network is not None:
        opened = wishes.opened(clause, network)
        return opened or _about(clause)
    return told or _about(clause)


def _about(clause: str) -> Command | None:
    told = wishes.about_item(clause)
    return None if isinstance(told, AboutItem) and _BUT.match(told.item) else told


def _may_be_asked(told: Command | NotUnderstood | None) -> bool:
    inner = told.command if isinstance(told, AboutItem) else told
    return isinstance(inner, (*ASKED, ListCalls, ListDeadlines))


def _clauses(text: str) -> Iterator[tuple[str, bool]]:
    """The first clauses of a text, in small letters, one kind of space, without greetings; whether each asks."""
    count = 0
    for line in unicodedata.normalize("NFC", text).casefold().splitlines()[:LINES]:
        plain = " ".join(line.replace("’", "").replace("'", "").split())
        # Dates, hours and lists hold dots, colons and commas that are no borders.
        whole = _REMIND.match(plain) or wishes.starts(plain)
        asks = "?" if whole and plain.endswith("?") else ""
        parts = [plain.rstrip(" .!?"), asks] if whole else [*_BORDERS.split(plain), ""]
        for part, border in zip(parts[::2], parts[1::2], strict=True):
            clause = part.strip(" .*_-–—>\t")
            if not clause or clause in POLITE or clause.startswith(_GREETINGS):
                continue
            count += 1
            if count > CLAUSES:
                return
            yield clause, "?" in border


def _phrase(clause: str) -> Command | None:
    words = clause.split()
    while len(words) > 1 and words[0] in ADDED:
        words = words[1:]
    while len(words) > 1 and words[-1] in ADDED:
        words = words[:-1]
    return PHRASES.get(clause) or PHRASES.get(" ".join(words))


def _nearest(clauses: list[str], today: date, network: Network | None) -> str:
    """What the first short clause is nearest to and would be understood; empty when nothing is near."""
    for clause in clauses[:3]:
        if len(clause) <= 40 and (near := get_close_matches(clause, PHRASES, 1, NEAR)):
            return near[0]
        words = clause.split() if len(clause) <= LONGEST else []
        for length in range(min(3, len(words) - 1), 0, -1) if network else ():
            head = " ".join(words[:length])
            for near_head in get_close_matches(head, _BEGINNINGS, 1, NEAR) if len(head) > 3 else ():
                meant = " ".join([near_head, *words[length:]])
                if (
                    _SAYABLE.fullmatch(meant)
                    and near_head != head
                    and not isinstance(_command(meant, today, network), NotUnderstood | None)
                ):
                    return meant
    return ""


_SAYABLE = re.compile(r"[\w\s#.+:-]{1,60}")
"""What may be said back: without signs that a medium could take for its own."""

_BEGINNINGS = tuple(
    dict.fromkeys((
        *openers.CALLS, *openers.DEADLINES, *openers.SEARCH, *openers.FOLLOW, *openers.UNFOLLOW, *openers.RHYTHM,
        *openers.LANGUAGE, *openers.HOURS, *openers.CHANNEL, *REMIND, *PHRASES,
    ))
)  # fmt: skip
"""What a line may begin with when more follows."""
