"""What contacts choose for themselves, said in words: rhythm, language, hours, way, topics, and their name."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot import words
from bot.contracts import (
    Channel,
    ChooseChannel,
    ChooseHours,
    ChooseLanguage,
    ChooseRhythm,
    Command,
    FollowTopic,
    Rhythm,
    ShowMyName,
    StopAll,
)
from bot.conversation.replies import Said, rhythm_label, undo
from bot.conversation.speaker import Room, Speaker
from bot.people.choices import choose
from bot.people.preferences import read_hours
from bot.planning.hours import USUAL
from bot.store.contacts import Contact

Choice = StopAll | ChooseRhythm | ChooseLanguage | ChooseHours | ChooseChannel | FollowTopic | ShowMyName

_WAYS: dict[Channel, str] = {
    "slack": "By Slack",
    "email": "By email",
    "conversation-only": "Only in my city's conversation",
}


def choose_for(session: Session, room: Room, who: Speaker, asked: Choice) -> Said:
    """Keep what a contact chose, and say how it can be undone."""
    match asked:
        case StopAll() | ChooseRhythm(rhythm="off"):
            return _stop(session, room, who)
        case FollowTopic():
            return _topic(session, room, who, asked)
        case ChooseHours():
            return _hours(session, who, asked.hours)
        case ChooseChannel():
            return _channel(session, who, asked.channel)
        case _:
            return _simple(session, who, asked)


def _simple(session: Session, who: Speaker, asked: ChooseRhythm | ChooseLanguage | ShowMyName) -> Said:
    match asked:
        case ChooseRhythm(rhythm=rhythm):
            return _rhythm(session, who, rhythm)
        case ChooseLanguage(language=language):
            before = who.language
            new = choose(session, who.contact, who.origin, language=language)
            undone = ChooseLanguage(before) if new else None
            return _kept(who, "From now on we write to you in this language.", undone)
        case ShowMyName(shown=shown):
            return _name(session, who, shown=shown)


def _rhythm(session: Session, who: Speaker, rhythm: Rhythm) -> Said:
    before = who.contact.rhythm
    new = choose(session, who.contact, who.origin, rhythm=rhythm)
    label = rhythm_label(who.language, rhythm)
    return _kept(who, "Your rhythm is now: {rhythm}", ChooseRhythm(before) if new else None, rhythm=label)


def _hours(session: Session, who: Speaker, hours: str) -> Said:
    before = who.contact.hours or USUAL
    try:
        kept = read_hours(hours)
    except ValueError:
        title = words.gettext(who.language, "We did not understand these hours")
        return Said(
            title, (words.gettext(who.language, "Say them as **hours 9-16**, or **always**."),), done=False
        )
    new = choose(session, who.contact, who.origin, hours=kept)
    undone = ChooseHours(before) if new else None
    if kept == "always":
        return _kept(who, "Messages may now come at any time", undone)
    shown = (kept or USUAL).replace("-", "–")
    return _kept(who, "Messages now come on working days at {hours}", undone, hours=shown)


def _channel(session: Session, who: Speaker, channel: Channel) -> Said:
    contact = who.contact
    if channel == "slack" and not contact.slack_user_id:
        title = words.gettext(who.language, "We do not know you in Slack yet")
        line = "Write to us in Slack once, and we will find you by your address there."
        return Said(title, (words.gettext(who.language, line),), done=False)
    before: Channel = contact.channel or ("slack" if contact.slack_user_id else "email")
    choose(session, contact, who.origin, channel=channel)
    way = words.gettext(who.language, _WAYS[channel])
    return _kept(who, "You now hear: {way}", ChooseChannel(before) if before != channel else None, way=way)


def _topic(session: Session, room: Room, who: Speaker, asked: FollowTopic) -> Said:
    contact, language = who.contact, who.language
    try:
        label = room.network.topic(asked.topic).labels[language]
    except KeyError:
        return Said(words.gettext(language, "There is no such topic"), done=False)
    mine = [topic for topic in contact.topics if topic != asked.topic]
    was = len(mine) != len(contact.topics)
    if asked.off and not was:
        everything = words.gettext(language, "You follow all topics, as long as you choose none.")
        title = words.gettext(language, "{topic} is not among your topics", topic=label)
        return Said(title, () if contact.topics else (everything,))
    choose(session, contact, who.origin, topics=mine if asked.off else [*mine, asked.topic])
    undone = FollowTopic(asked.topic, not asked.off) if was == asked.off else None
    said = _kept(
        who, "No more of the topic: {topic}" if asked.off else "You now follow: {topic}", undone, topic=label
    )
    return Said(said.title, (_topics(room, contact),), actions=said.actions)


def _topics(room: Room, contact: Contact) -> str:
    language = contact.language
    known = {topic.slug: topic.labels[language] for topic in room.network.topics}
    mine = ", ".join(known[slug] for slug in contact.topics if slug in known)
    if not mine:
        return words.gettext(language, "You choose no topic now, so you hear of all of them.")
    return words.gettext(language, "Your topics: {topics}", topics=mine)


def _name(session: Session, who: Speaker, *, shown: bool) -> Said:
    new = choose(session, who.contact, who.origin, named=shown)
    undone = ShowMyName(not shown) if new else None
    title = "People of other cities now see your name beside your answers"
    return _kept(who, title if shown else "People of other cities no longer see your name", undone)


def _stop(session: Session, room: Room, who: Speaker) -> Said:
    """As the unsubscribe link does."""
    contact = who.contact
    before = contact.rhythm
    choose(session, contact, who.origin, rhythm="off")
    name = room.network.name[contact.language]
    return Said(
        words.gettext(contact.language, "You will not get any more messages from {network}.", network=name),
        (words.gettext(contact.language, "You can come back at any time from your own page."),),
        actions=(undo(contact.language, ChooseRhythm(before)),) if before != "off" else (),
    )


def _kept(who: Speaker, msgid: str, undone: Command | None, **values: object) -> Said:
    title = words.gettext(who.language, msgid, **values)
    return Said(title, actions=(undo(who.language, undone),) if undone is not None else ())
