"""The words round an announcement's form and a draft, in the language of whoever writes or looks."""

from __future__ import annotations

from collections.abc import Mapping

from bot import words
from bot.approval.differences import REPEAT, VISIBILITY
from bot.contracts import KINDS, ROLES, Language
from bot.contracts.announcing import Options
from bot.network import Network
from bot.planning.roles import role_names
from bot.planning.wording import LABELS as OF_KINDS

_LABELS = {
    "write": "Announcement",
    "close": "Close",
    "fi": "Finnish",
    "sv": "Swedish",
    "en": "English",
    "title": "Title",
    "body": "Text",
    "body_hint": "Markdown: **bold**, lists, [links](https://…)",
    "too_long": "This text is longer than a field of Slack holds. It stays as it is; it can be changed on the page.",
    "kind": "What it is",
    "cities": "Cities",
    "topics": "Topics",
    "roles": "Roles",
    "all": "None chosen means all.",
    "urgent": "Urgent",
    "at_once": "Goes out at once, also at night",
    "visibility": "Who may see it",
    "url": "Link",
    "links": "Links",
    "links_hint": "One address a line, and after it what it is called.",
    "upload": "Pictures and files",
    "upload_hint": "At most 5 MB each and 10 MB together.",
    "kept": "Files so far",
    "alts": "What the pictures show",
    "alts_hint": "A line for each picture, in their order. Whoever does not see them reads this.",
    "reading": "Your files are being read. If nothing has happened after two minutes, go back and choose them again: "
    "what you wrote is kept.",
    "not_read": "Your files could not be read. Go back and choose them again: what you wrote is kept.",
    "back": "Back to the form",
    "location": "Place",
    "starts_at": "Begins",
    "closes_at": "Closes",
    "send_at": "Not before",
    "repeat": "Repeat",
    "preview": "Preview",
    "save": "Save as a draft",
    "forward": "Put forward",
    "count": "Whom it reaches",
    "look": "Draft",
    "changed": "What would change",
    "approve": "Approve",
    "return": "Give back",
    "edit": "Edit",
    "take_back": "Take back",
    "undo": "Undo",
    "submit": "Put forward",
    "drop": "Drop",
    "withdraw": "Withdraw",
    "note": "What should be changed",
    "sure": "Are you sure?",
    "sure_withdraw": "Whoever was told of it hears that it is withdrawn.",
    "sure_drop": "It will not go out.",
    "yes": "Yes",
    "no": "No",
    "goes": "Goes out",
    "left": "Time left to undo",
    "cut": "The rest is on the page of the draft.",
}

DONE: Mapping[str, str] = {
    "approve": "Approved.",
    "return": "Given back, with your note.",
    "undo": "The approval is undone: nothing went out.",
    "submit": "Put forward: another coordinator approves it.",
    "take_back": "Taken back: it is a draft again.",
    "drop": "Dropped: it will not go out.",
    "withdraw": "Withdrawn: whoever was told of it hears so.",
    "save": "Saved. It is not put forward yet.",
}
"""What is said of what was just done."""


UNCHANGED: Mapping[str, str] = {
    "approved": "Nothing was changed: it stays approved.",
    "released": "Nothing was changed: what has gone out stays as it is.",
}
"""What is said of a draft that is still what another approved, since the same was handed in again."""


def labels(language: Language) -> Mapping[str, str]:
    """All labels, by name."""
    return {name: words.gettext(language, msgid) for name, msgid in _LABELS.items()}


def choices(language: Language, network: Network) -> Mapping[str, Options]:
    """What can be chosen in each field, sorted as people look for it."""
    cities = [(city.slug, city.names[language]) for city in network.cities]
    topics = [(topic.slug, topic.labels[language]) for topic in network.topics]
    return {
        "kind": tuple((kind, words.gettext(language, OF_KINDS[kind])) for kind in KINDS),
        "cities": tuple(sorted(cities, key=lambda each: each[1].casefold())),
        "topics": tuple(sorted(topics, key=lambda each: each[1].casefold())),
        "roles": tuple((role, role_names(role, language).capitalize()) for role in ROLES),
        "visibility": tuple((name, words.gettext(language, msgid)) for name, msgid in VISIBILITY.items()),
        "repeat": tuple((name, words.gettext(language, msgid)) for name, msgid in REPEAT.items()),
    }
