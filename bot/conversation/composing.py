"""A reply of the house as a message that any medium can carry."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot import differing, words
from bot.contracts import Action, Fact, Language, Message
from bot.conversation.replies import Said
from bot.network import Network
from bot.people.answers import answer_of
from bot.planning.fixed_words import house_words
from bot.planning.variants import variant
from bot.store.contacts import Contact
from bot.store.items import Item


def compose(session: Session, network: Network, contact: Contact, said: Said) -> Message:
    """The message in the contact's language: with the item that it is about, and its page, if it is about one."""
    language = contact.language
    item = session.get(Item, said.item_id) if said.item_id is not None else None
    facts: tuple[Fact, ...] = ()
    own: tuple[Action, ...] = ()
    if item is not None:
        facts = _about(item, language)
        change = "Change your answer" if answer_of(session, contact, item.id) else "Your answer"
        label = words.gettext(language, change)
        own = (Action(label=label, url=f"/answer/{item.id}", personal="page", primary=True),)
    return Message(
        language=language,
        purpose="confirmation",
        label=said.label
        or (words.gettext(language, "Confirmation") if said.done else network.name[language]),
        title=said.title,
        body="\n".join(said.lines),
        facts=(*facts, *said.facts),
        actions=(*own, *said.actions),
        notes=said.notes,
        sections=said.sections,
        words=house_words(language, network),
    )


def title_of(item: Item, language: Language) -> str:
    """An item's title, in another language where it has none in this."""
    return variant(item.content().title, language)[1]


def _about(item: Item, language: Language) -> tuple[Fact, ...]:
    facts = (Fact(label=words.gettext(language, "About"), text=title_of(item, language)),)
    details = item.content()
    if details.stated_deadlines:
        text = differing.closing(details, language)
        return (*facts, Fact(label=words.gettext(language, "Closes"), text=text))
    closes = details.closes_at
    return (*facts, Fact(label=words.gettext(language, "Closes"), when=closes)) if closes else facts
