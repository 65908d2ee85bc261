"""How each purpose looks: an accent on light and on dark, and a tint of it for boxes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """Colours of one purpose. Text in `accent` on white or on `tint`, and white on `accent`, has a contrast
    of at least 4.5 : 1, and so has `dark` on the dark ground and on `dark_tint` (WCAG 1.4.3)."""

    accent: str
    tint: str
    dark: str
    dark_tint: str


LOOKS = {
    "notice": Look("#0b5cab", "#e8f1fb", "#8fc0f7", "#16304a"),
    "reminder": Look("#8a5300", "#fdf3e0", "#f0b95c", "#3a2c12"),
    "correction": Look("#6b3fa0", "#f3edfb", "#c9a6f5", "#2e2145"),
    "withdrawal": Look("#515c66", "#eef1f4", "#b6c2ce", "#2a323b"),
    "digest": Look("#0b6b61", "#e5f5f2", "#6fd3c6", "#0f3530"),
    "letter": Look("#123a6b", "#e9eff8", "#9dbff0", "#1b2f4d"),
    "confirmation": Look("#1c6b3a", "#e6f5ec", "#7fd6a0", "#123522"),
    "sign-in": Look("#3b4a5a", "#edf1f5", "#c3d0de", "#27313c"),
    "alert": Look("#b3261e", "#fdecea", "#ff9b90", "#431d1a"),
}
URGENT = LOOKS["alert"]
"""What is urgent looks alarming, whatever its purpose."""
