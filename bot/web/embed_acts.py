"""What the buttons of the page in the workspace do, for whom the form's badge names."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from bot import approval, clock, words
from bot.approval.writing import Form
from bot.contracts import ANSWERS, LANGUAGES, Language
from bot.conversation.replies import answer_label, refusal
from bot.links import Bearer
from bot.log import logger
from bot.people import answers as kept
from bot.people.answers import Refused
from bot.people.choices import choose
from bot.people.mutes import mute, unmute
from bot.planning.alerts import WATCHERS, alert, anybody
from bot.store.contacts import Contact
from bot.store.drafts import Draft
from bot.web.announce_form import Chosen, Taken, keep, read
from bot.web.embed_badge import Badge
from bot.web.house import house
from bot.web.own_item import contact_of, find, said_in
from bot.web.pages import number
from bot.web.peers import client_address
from bot.web.reader_form import read as read_choices

Sent = MultiDict[str, str]
_log = logger("web.embed")


@dataclass(slots=True)
class Done:
    """What became of it. `said` is well, `fault` is not; `item` is what it was about, `undo` what takes it back."""

    said: str = ""
    fault: str = ""
    faults: list[str] = field(default_factory=list)
    item: int = 0
    undo: str = ""
    status: int = 200
    form: Form | None = None


def act(badge: Badge, sent: Sent, chosen: Chosen) -> tuple[Done, Badge]:
    """Do what the form says, with the files `chosen` in it.

    What it is not allowed to say, or says of nothing, changes nothing.
    """
    what, _, value = sent.get("do", "").partition(":")
    if what == "language":
        return Done(), badge.looking_at(language=value if value in LANGUAGES else "")
    if what == "city":
        known = {city.slug for city in house().network.cities}
        return Done(), badge.looking_at(city=city if (city := sent.get("city", "")) in known else "")

    def work(session: Session) -> Done:
        contact = contact_of(session, Bearer(badge.pseudonym, badge.version)) if badge.pseudonym else None
        if contact is None:
            return _join(session, badge) if what == "join" and not badge.pseudonym else Done(status=400)
        language = badge.chosen_language or contact.language
        acts: Mapping[str, Act] = {**_ACTS, "announce": partial(_announce, chosen=chosen)}
        return acts.get(what, _nothing)(session, contact, value, sent, language)

    done = house().database.write(work)
    # Who changes the language of their messages wants to read on in it.
    return done, badge.looking_at(language="") if what == "choose" else badge


def _about(
    session: Session, contact: Contact, value: str, sent: Sent, language: Language, work: Callable[..., Done]
) -> Done:
    """An act about an item, if there is such an item for them."""
    item = find(session, contact, number(sent.get("item")) or 0)
    if item is None:
        return Done(fault=words.gettext(language, "There is no such item, or it is not for you."), status=404)
    try:
        done = work(session, contact, item.id, value, language)
    except Refused as fault:
        done = Done(fault=refusal(language, contact.timezone, fault), status=409)
    done.item = item.id
    return done


def _answer(session: Session, contact: Contact, item_id: int, value: str, language: Language) -> Done:
    if value not in ANSWERS:
        return Done(fault=words.gettext(language, "Choose one of the answers."), status=400)
    kept.answer(session, contact, item_id, value, "page", _origin())
    return Done(words.gettext(language, "We noted: {answer}", answer=answer_label(language, value)))


def _undo(session: Session, contact: Contact, item_id: int, _value: str, language: Language) -> Done:
    kept.take_back(session, contact, item_id, "page", _origin())
    return Done(words.gettext(language, "Your answer is taken back."))


def _mute(session: Session, contact: Contact, item_id: int, _value: str, language: Language) -> Done:
    mute(session, contact, item_id, "page", _origin())
    return Done(words.gettext(language, "You hear no more of it."), undo="unmute")


def _unmute(session: Session, contact: Contact, item_id: int, _value: str, language: Language) -> Done:
    unmute(session, contact, item_id, "page", _origin())
    return Done(words.gettext(language, "You hear of it again."))


def _choose(session: Session, contact: Contact, _value: str, sent: Sent, language: Language) -> Done:
    topics = [topic.slug for topic in house().network.topics]
    chosen, faults = read_choices(sent, topics, said_in(language))
    choose(session, contact, _origin(), **chosen)
    return Done(faults=faults, status=422) if faults else Done(words.gettext(language, "Saved."))


def _announce(
    session: Session, contact: Contact, _value: str, sent: Sent, language: Language, *, chosen: Chosen
) -> Done:
    """Keep an announcement and put it forward: somebody else approves it, and never here."""
    if contact.role not in WATCHERS:
        return Done(fault=words.gettext(language, "Only coordinators can do that."), status=403)
    network, origin = house().network, _origin()
    files = keep(session, house().links.file, sent.getlist("files"), chosen)
    # Said already, for a name is no msgid, and may have braces: these are read as words once more.
    unfit = [f"{name}: {words.gettext(language, why)}" for name, why in chosen.bad]
    unfit = [each.replace("{", "{{").replace("}", "}}") for each in unfit]
    form, content = read(sent, Taken(files, unfit), network, house().settings.zone)
    if content is None:
        return Done(form=form, status=422)
    if not _put_forward_already(session, contact, content):  # a page that is loaded anew sends its form again
        draft = approval.create(session, "announcement", content, contact.pseudonym, origin)
        url = f"{house().settings.public_url}/approvals/{draft.id}"
        approval.submit(session, network, draft.id, contact.pseudonym, origin, url=url)
    return Done(words.gettext(language, "Put forward: another coordinator approves it."))


def _put_forward_already(session: Session, contact: Contact, content: Mapping[str, Any]) -> bool:
    query = select(Draft).where(Draft.author == contact.pseudonym, Draft.state == "waiting")
    return any(draft.content == content for draft in session.scalars(query))


def _join(session: Session, badge: Badge) -> Done:
    """Tell coordinators, if there are any, that somebody wants to be added, once a week; nobody is added by that."""
    say = said_in(badge.chosen_language or house().settings.default_language)
    if "@" not in badge.email:
        return Done(fault=say("The workspace did not tell us your address."), status=422)
    if not anybody(session):
        _log.warning("nobody hears who asks to be added", remedy="make somebody a coordinator")
        said = say("Nobody looks after this network yet: ask whoever runs the workspace to add you.")
        return Done(fault=said, status=409)
    week = clock.now().isocalendar()
    key = hashlib.sha256(badge.email.casefold().encode()).hexdigest()[:24]
    alert(
        session, house().network, f"embed-join:{key}:{week.year}-{week.week}",
        "Somebody in the workspace asks to be added",
        "Name: {name}\n\nAddress: {email}\n\nThey see public items only until they are a contact.",
        name=words_only(badge.name), email=words_only(badge.email),
    )  # fmt: skip
    return Done(say("A coordinator gets your name and address, and decides."))


def words_only(text: str) -> str:
    """What a stranger says of themselves, in a text of Markdown: as code, in a line of its own."""
    plain = "".join(each if each.isprintable() and each != "`" else " " for each in text)
    return f"`{' '.join(plain.split()) or '–'}`"


def _nothing(_session: Session, _contact: Contact, _value: str, _sent: Sent, language: Language) -> Done:
    return Done(fault=words.gettext(language, "Choose one of the answers."), status=400)


def _origin() -> str:
    return client_address(house().settings)


Act = Callable[[Session, Contact, str, Sent, Language], Done]

_ACTS: Mapping[str, Act] = {
    "answer": partial(_about, work=_answer),
    "undo": partial(_about, work=_undo),
    "mute": partial(_about, work=_mute),
    "unmute": partial(_about, work=_unmute),
    "choose": _choose,
}
