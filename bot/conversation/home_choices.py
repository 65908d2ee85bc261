"""What a person can choose on their own page in a chat: each option is the command that chooses it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot import words
from bot.buttons import write
from bot.contracts import (
    LANGUAGES,
    RHYTHMS,
    Channel,
    ChooseChannel,
    ChooseHours,
    ChooseLanguage,
    ChooseRhythm,
    FollowTopic,
    Language,
    ShowMyName,
)
from bot.contracts.chat import Choice
from bot.contracts.words import OWN_NAMES
from bot.conversation.replies import rhythm_label
from bot.network import Network
from bot.planning.hours import USUAL
from bot.store.contacts import Contact

_HOURS = (USUAL, "7-20", "9-16", "always")
_WAYS: Mapping[Channel, str] = {
    "slack": "By Slack",
    "email": "By email",
    "conversation-only": "Only in my city's conversation",
}


def choices(network: Network, contact: Contact) -> tuple[Choice, ...]:
    """Everything that can be chosen there, with what is chosen now."""
    language = contact.language
    now: Channel = contact.channel or ("slack" if contact.slack_user_id else "email")
    hours = contact.hours or USUAL
    return (
        *_topics(network, contact),
        Choice(
            label=words.gettext(language, "Rhythm"),
            options=tuple(
                (write(ChooseRhythm(rhythm)), rhythm_label(language, rhythm)) for rhythm in RHYTHMS
            ),
            chosen=write(ChooseRhythm(contact.rhythm)),
        ),
        Choice(
            label=words.gettext(language, "Language"),
            options=tuple((write(ChooseLanguage(each)), OWN_NAMES[each]) for each in LANGUAGES),
            chosen=write(ChooseLanguage(language)),
        ),
        Choice(
            label=words.gettext(language, "Sending hours"),
            options=tuple(
                (write(ChooseHours(each)), _hours(language, each)) for each in dict.fromkeys((*_HOURS, hours))
            ),
            chosen=write(ChooseHours(hours)),
        ),
        Choice(
            label=words.gettext(language, "How you hear it"),
            options=tuple(
                (write(ChooseChannel(way)), words.gettext(language, label)) for way, label in _WAYS.items()
            ),
            chosen=write(ChooseChannel(now)),
        ),
        Choice(
            label=words.gettext(language, "Your name beside your answer"),
            options=(
                (write(ShowMyName(shown=True)), words.gettext(language, "Shown to other cities")),
                (write(ShowMyName(shown=False)), words.gettext(language, "Not shown to other cities")),
            ),
            chosen=write(ShowMyName(shown=contact.named)),
        ),
    )


def _topics(network: Network, contact: Contact) -> Iterator[Choice]:
    """Topics to follow, and those followed, of which there may be none: that means all."""
    language = contact.language
    mine = [topic for topic in network.topics if topic.slug in contact.topics]
    others = [topic for topic in network.topics if topic not in mine]
    said = ", ".join(topic.labels[language] for topic in mine) or words.gettext(language, "All topics")
    if others:
        yield Choice(
            label=f"{words.gettext(language, 'Your topics')}: {said}",
            options=tuple((write(FollowTopic(topic.slug)), topic.labels[language]) for topic in others),
            hint=words.gettext(language, "Follow a topic"),
        )
    if mine:
        yield Choice(
            label=words.gettext(language, "Follow a topic no more"),
            options=tuple(
                (write(FollowTopic(topic.slug, off=True)), topic.labels[language]) for topic in mine
            ),
        )


def _hours(language: Language, hours: str) -> str:
    if hours == "always":
        return words.gettext(language, "At any time")
    return words.gettext(language, "Working days {hours}", hours=hours.replace("-", "–"))
