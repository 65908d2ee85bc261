"""From an item to a message: what is said, in one language, whatever medium carries it.

A notice tells of an item, a reminder of one of its moments, a correction of what changed since people were
told, and a withdrawal that there is no more to it. Text from outside stays data: senders escape it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot import clock, words
from bot.calendars import attachment
from bot.clock import When
from bot.contracts import Attachment, Details, Kind, Language, Message, Shown
from bot.network import Network
from bot.planning.calls import state_of
from bot.planning.changes import changes
from bot.planning.countdown import headline
from bot.planning.facts import facts, notes
from bot.planning.fixed_words import house_words
from bot.planning.offers import offers, opening
from bot.planning.preheader import preheader, shortened
from bot.planning.variants import only, variant

LABELS: Mapping[Kind, str] = {
    "announcement": "Announcement",
    "call": "Funding call",
    "event": "Event",
    "news": "News",
    "discussion": "Discussion",
}
_WITHDRAWN: Mapping[Kind, str] = {
    "announcement": "This announcement has been withdrawn.",
    "call": "This funding call has been withdrawn.",
    "event": "This event has been cancelled.",
    "news": "This piece of news has been withdrawn.",
    "discussion": "This discussion has been withdrawn.",
}


def compose(
    details: Details,
    language: Language,
    network: Network,
    *,
    item_id: int | None = None,
    revision: int = 1,
    changed_at: datetime | None = None,
) -> Message:
    """The notice of an item in one language.

    A text that the reader's language lacks comes in the best one there is, and says so. With `item_id` the
    reader can answer; with `changed_at` (UTC, when `revision` was made) the item's moments go with it as a
    calendar file.
    """
    told, title = variant(details.title, language)
    spoken, body = variant(details.body, language)
    return Message(
        language=language,
        label=words.gettext(language, LABELS[details.kind]),
        title=title,
        preheader=preheader(details, language, network),
        body=body,
        facts=facts(details, language, network),
        actions=offers(details, language, item_id),
        notes=(*only(language, told, spoken if body else told), *notes(details, language)),
        urgent=details.urgent,
        attachments=_calendar(details, language, network, item_id, revision, changed_at),
        shown=tuple(
            Shown(url=each.url, media_type=each.media_type, alt=each.alt)
            for each in details.files
            if each.is_picture
        ),
        words=house_words(language, network),
    )


def remind(
    details: Details,
    language: Language,
    network: Network,
    *,
    item_id: int | None,
    about: str,
    moment: When,
    days: int,
) -> Message:
    """The reminder of a moment; `days` are whole days from the reader's day to the moment's, 0 for today.

    `about` is what `calls.deadlines` calls the moment, or "personal" for one that the reader asked for.
    The text is not told again: the facts and the link are.
    """
    said = compose(details, language, network, item_id=item_id)
    coming = headline(details, language, about, moment, days)
    asked = about == "personal"
    return said.model_copy(
        update={
            "purpose": "reminder",
            "label": words.gettext(language, "Your reminder") if asked else coming,
            "preheader": f"{coming} · {said.preheader}" if asked and coming else said.preheader,
            "body": "",
            "shown": (),
        }
    )


def correct(
    before: Details,
    after: Details,
    language: Language,
    network: Network,
    *,
    item_id: int | None,
    revision: int = 1,
    changed_at: datetime | None = None,
) -> Message:
    """The correction of an item of which people were told: what changed, then the facts as they are now.

    The text comes again only when it changed.
    """
    said = compose(after, language, network, item_id=item_id, revision=revision, changed_at=changed_at)
    changed = changes(before, after, language, network) or (
        words.gettext(language, "Some details were updated."),
    )
    closed = after.kind == "call" and state_of(after, clock.now()) == "closed"
    now_closed = (words.gettext(language, "This call is now closed."),) if closed else ()
    same_text = variant(before.body, language) == variant(after.body, language)
    return said.model_copy(
        update={
            "purpose": "correction",
            "label": words.gettext(language, "Changed"),
            "preheader": shortened(" · ".join(changed)),
            "changes": (*changed, *now_closed),
            "body": "" if same_text else said.body,
            "shown": () if same_text and before.files == after.files else said.shown,
        }
    )


def withdraw(
    details: Details,
    language: Language,
    network: Network,
    *,
    item_id: int | None,
    revision: int = 1,
    changed_at: datetime | None = None,
) -> Message:
    """What is said when an item is withdrawn: no more to answer, and nothing left of its dates to rely on."""
    said = compose(details, language, network)
    gone = words.gettext(language, _WITHDRAWN[details.kind])
    link = tuple(action.model_copy(update={"primary": False}) for action in opening(details, language))
    cancelled = _calendar(details, language, network, item_id, revision, changed_at, withdrawn=True)
    return said.model_copy(
        update={
            "purpose": "withdrawal",
            "label": words.gettext(language, "Withdrawn"),
            "preheader": gone,
            "changes": (gone,),
            "body": "",
            "facts": (),
            "notes": (),
            "shown": (),
            "actions": link,
            "attachments": cancelled,
        }
    )


def strike(details: Details, language: Language, network: Network) -> Message:
    """What a notice that stands somewhere shows once its item is withdrawn: what it said, with nothing to press.

    Whoever shows it strikes title and body through.
    """
    said = compose(details, language, network)
    gone = words.gettext(language, _WITHDRAWN[details.kind])
    return said.model_copy(
        update={
            "label": words.gettext(language, "Withdrawn"),
            "preheader": gone,
            "changes": (gone,),
            "facts": (),
            "notes": (),
            "shown": (),
            "actions": (),
        }
    )


def goes_on(
    gone: Details, details: Details, language: Language, network: Network, *, item_id: int
) -> Message:
    """What a notice that stands somewhere shows once its item is told as another: that one, and that it is the same."""
    said = compose(details, language, network, item_id=item_id)
    same = words.gettext(
        language,
        "“{title}” told of the same, and goes on as this one.",
        title=variant(gone.title, language)[1],
    )
    return said.model_copy(
        update={
            "label": words.gettext(language, "Same as another notice"),
            "preheader": same,
            "changes": (same,),
            "body": "",
            "shown": (),
        }
    )


def _calendar(
    details: Details,
    language: Language,
    network: Network,
    item_id: int | None,
    revision: int,
    changed_at: datetime | None,
    *,
    withdrawn: bool = False,
) -> tuple[Attachment, ...]:
    """The moments of a call or an event as a file for the reader's calendar."""
    if item_id is None or changed_at is None or details.kind not in {"call", "event"}:
        return ()
    file = attachment(
        item_id, revision, details, language, network, changed_at=changed_at, withdrawn=withdrawn
    )
    return (file,) if file else ()
