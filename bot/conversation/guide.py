"""What can be said, for who asked for it or was not understood."""

from __future__ import annotations

from bot import words
from bot.buttons import write
from bot.contracts import Action, Command, Language
from bot.conversation.replies import Said

_EVERYBODY = (
    "**interested**, **need a partner**, **not for us** or **seen**: your answer",
    "**remind me on 3 December at 9**: a reminder at that time",
    "**mute**: nothing more of this",
    "**open calls Tampere**: what can be applied for, by city, topic, fund or words",
    "**deadlines**: what closes next for you; **deadlines Turku**: for a city",
    "**search hydrogen**: what has a word in its title",
    "**who has answered**, **why did I get this**: about one thing",
    "**subscribe circular economy**: a topic of yours",
    "**daily** or **weekly**: all in one digest",
    "**hours 9-16**, **language Swedish**, **channel Slack**: when and how you hear",
    "**stop**: no messages at all",
)
_COORDINATORS = ("**status**: what waits and what goes out next; **announce**: write to the network",)


def guide(
    language: Language,
    meant: str = "",
    *,
    understood: bool = False,
    of_item: bool = True,
    coordinator: bool = False,
    near: Command | None = None,
    item_id: int | None = None,
) -> Said:
    """What can be said; `meant` is the phrase that a reader came near to, and `near` what that would do."""
    lines = []
    actions: tuple[Action, ...] = ()
    if meant:
        said = words.gettext(language, "Did you mean “{phrase}”? Then reply with that alone.", phrase=meant)
        lines += [said, ""]
        if near is not None:
            actions = (Action(label=meant, url="", does=write(near, item_id)),)
    lines += [words.gettext(language, "Write one of these:"), ""]
    for msgid in (*_EVERYBODY, *(_COORDINATORS if coordinator else ())):
        lines.append(f"- {words.gettext(language, msgid)}")
    if not of_item:
        alone = words.gettext(
            language,
            "Answers, reminders and muting are about one thing: reply to a message about it, or say its number: "
            "**interested #12**.",
        )
        lines += ["", alone]
    title = words.gettext(
        language, "What you can write to us" if understood else "We did not understand that"
    )
    return Said(
        title,
        tuple(lines),
        done=understood,
        label=words.gettext(language, "What you can say"),
        actions=actions,
    )
