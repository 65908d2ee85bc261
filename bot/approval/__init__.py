"""Four eyes: drafted by one, approved by another, released after a moment in which it can be undone.

Letters, announcements and the items of sources that need approval pass through this one room.
"""

from bot.approval.decisions import UNDO, approve, give_back, undo
from bot.approval.drafts import WAITS, Refused, create, drop, edit, submit, take_back
from bot.approval.release import Effect, due, release_due, turn, usual_effects
from bot.approval.waiting import collect_waiting

__all__ = [
    "UNDO",
    "WAITS",
    "Effect",
    "Refused",
    "approve",
    "collect_waiting",
    "create",
    "drop",
    "due",
    "edit",
    "give_back",
    "release_due",
    "submit",
    "take_back",
    "turn",
    "undo",
    "usual_effects",
]
