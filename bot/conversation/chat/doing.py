"""What comes of a request: its effect in the store, and what is shown for it. One session, no network."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot import clock, words
from bot.buttons import read
from bot.contracts import (
    Action,
    AskHelp,
    ChatRequest,
    Command,
    Language,
    ListCalls,
    ListDeadlines,
    Message,
    NotUnderstood,
    Search,
)  # fmt: skip
from bot.contracts.chat import Profile, Say, ShowHome, Showing
from bot.contracts.claims import CLAIM
from bot.contracts.commands import Announce, AskCalendar, AskRoster, AskStatus, AskWhy
from bot.conversation import home, speaking
from bot.conversation.chat import bridge, pages, places
from bot.conversation.chat.spoken_of import item_of_thread
from bot.conversation.speaker import Room, Speaker
from bot.links import Links
from bot.network import Network
from bot.people import claims, identities, workspaces
from bot.planning.fixed_words import house_words
from bot.store.contacts import Contact

NEEDS_PERSON = ("say", "press", "home")
"""Kinds of requests whose asker must be known."""

_PAGES = (ListCalls, ListDeadlines, Search)
_LOOKS = (*_PAGES, AskHelp, AskWhy, AskRoster, AskCalendar, AskStatus, Announce, NotUnderstood)
"""Commands that change nothing, so that a person's page stays as it is."""

_LANGUAGES: dict[str, Language] = {"fi": "fi", "sv": "sv", "en": "en"}


@dataclass(frozen=True, slots=True)
class Desk:
    """Where requests are done: the network, the zone of a bare date, personal links, the usual language."""

    network: Network
    zone: str
    links: Links
    language: Language = "fi"

    @property
    def room(self) -> Room:
        """Where what is said is said."""
        return Room(self.network, self.zone, self.links)


def do(session: Session, desk: Desk, request: ChatRequest, profile: Profile | None) -> list[Showing]:
    """Do a request; returns what is to be shown. `profile` is who asks, where the house did not know them."""
    match request.kind:
        case "wrote" | "unwrote":
            bridge.keep_reply(session, request)
        case "person" if request.profile is not None:
            identities.apply(session, desk.network, request.profile)
        case "place":
            places.follow(session, request)
        case "gone":
            workspaces.gone(session, desk.network, request.team)
        case "late":
            return _too_late(session, desk, request)
        case "say" | "press" | "home":
            contact = find(session, request, profile)
            if request.said.startswith(CLAIM):
                _claim(session, desk, request, profile, contact)
                return []
            if contact is None:
                return _to_a_stranger(desk, request, profile)
            return _asked(session, desk, request, contact)
    return []


def find(session: Session, request: ChatRequest, profile: Profile | None) -> Contact | None:
    """The contact who asks; bound now, where their profile says that they are one."""
    if profile is not None:
        return identities.match(session, profile)
    return identities.bound(session, request.person)


def _claim(
    session: Session, desk: Desk, request: ChatRequest, profile: Profile | None, contact: Contact | None
) -> None:
    """Keep who somebody says that they are, unless they are known after all."""
    if contact is None:
        who = profile or Profile(person=request.person)
        decided_at = desk.links.inside("/approvals/identities")
        claims.claim(session, desk.network, who, request.said.removeprefix(CLAIM), decided_at)


def page(session: Session, desk: Desk, request: ChatRequest, contact: Contact) -> ShowHome:
    """The asker's own page as it is now."""
    made = home.compose(session, desk.room, contact, clock.now())
    return ShowHome(person=request.person, home=made, view_hash=request.view_hash)


def sorry(desk: Desk, request: ChatRequest, language: Language) -> list[Showing]:
    """What is shown when a request cannot be done, for a fault of ours."""
    if request.kind not in {"say", "press"}:
        return []
    message = Message(
        language=language,
        label="",
        title=words.gettext(language, "Something broke on our side"),
        body=words.gettext(language, "It has been noted, and nothing was changed. Try again in a while."),
        words=house_words(language, desk.network),
    )
    return [_answer(request, message, desk.zone)]


def _too_late(session: Session, desk: Desk, request: ChatRequest) -> list[Showing]:
    """A form could not be opened in the seconds that the chat allows: they are told, with its button once more."""
    contact = identities.bound(session, request.person)
    language = contact.language if contact else _stated_language(desk, request.said)
    again = words.gettext(language, "Try again")
    message = Message(
        language=language,
        label="",
        title=words.gettext(language, "That did not open in time"),
        body=words.gettext(
            language, "Slack allows only three seconds for it. Nothing was lost: please do it again."
        ),
        actions=(Action(label=again, url="", primary=True, does=request.said),) if request.said else (),
        words=house_words(language, desk.network),
    )
    return [_answer(request, message, contact.timezone if contact else desk.zone)]


def _stated_language(desk: Desk, does: str) -> Language:
    """The language of a stranger's button, which carries it: `open:claim:sv`."""
    return _LANGUAGES.get(does.rpartition(":")[2], desk.language)


def _asked(session: Session, desk: Desk, request: ChatRequest, contact: Contact) -> list[Showing]:
    if request.kind == "home":
        shown = page(session, desk, request, contact)
        pages.opened(session, request.person, contact, shown.home, first=True)
        return [shown]
    who = Speaker(contact, item_of_thread(session, request, contact), "slack", f"slack {request.person.team}")
    if request.kind == "press":
        return _pressed(session, desk, request, who)
    shared = speaking.wants_share(request.said)
    said = speaking.say(session, desk.network, desk.zone, who, request.said, share=shared, links=desk.links)
    answer = _answer(request, said, contact.timezone, shared=shared)
    return [
        answer,
        *_page_if_changed(session, desk, request, contact, speaking.meant(who, desk.network, request.said)),
    ]


def _pressed(session: Session, desk: Desk, request: ChatRequest, who: Speaker) -> list[Showing]:
    """A button below a post is answered to whoever pressed it; one of their page shows in that page."""
    found = read(request.said)
    asked: Command | NotUnderstood = found[0] if found else NotUnderstood()
    said = speaking.press(session, desk.network, desk.zone, who, request.said, links=desk.links)
    answer = _answer(
        request, said, who.contact.timezone, replace=request.passing and isinstance(asked, _PAGES)
    )
    on_the_page = bool(request.view_hash)
    shown: list[Showing] = [] if on_the_page and not isinstance(asked, _LOOKS) else [answer]
    return [*shown, *_page_if_changed(session, desk, request, who.contact, asked)]


def _page_if_changed(
    session: Session, desk: Desk, request: ChatRequest, contact: Contact, asked: Command | NotUnderstood
) -> list[Showing]:
    """The asker's page, after a command that may have changed what stands on it."""
    if isinstance(asked, _LOOKS):
        return []
    session.flush()
    shown = page(session, desk, request, contact)
    pages.opened(session, request.person, contact, shown.home, first=False)
    return [shown]


def _answer(
    request: ChatRequest, message: Message, zone: str, *, shared: bool = False, replace: bool = False
) -> Say:
    """An answer where it was asked for; what was asked on a person's page is answered to them directly."""
    return Say(
        team=request.team, user=request.person.user, message=message, zone=zone, answer_to=request.answer_to,
        place=request.place or request.person.user, thread=request.thread, shared=shared, replace=replace,
    )  # fmt: skip


def _to_a_stranger(desk: Desk, request: ChatRequest, profile: Profile | None) -> list[Showing]:
    """Who they are not, in the language of their chat, and how they become known."""
    locale = (profile.locale if profile else "").replace("_", "-").partition("-")[0].casefold()
    language = _LANGUAGES.get(locale, desk.language)
    zone = (profile.zone if profile else "") or desk.zone
    shown = home.stranger(desk.network, language, zone)
    if request.kind == "home":
        return [ShowHome(person=request.person, home=shown, view_hash=request.view_hash)]
    message = Message(
        language=language,
        label="",
        title=shown.title,
        body="\n\n".join(shown.lines),
        actions=shown.actions,
        words=house_words(language, desk.network),
    )
    return [_answer(request, message, zone)]
