"""Calendars: the deadlines, openings, briefings and events of items as iCalendar (RFC 5545, RFC 7986).

`moments` says which moments an item has; `attachment` is one item as a file for a mail; `calendar` is a
whole calendar that programs subscribe to. Nothing here knows the database.
"""

from bot.calendars.calendar import attachment, calendar
from bot.calendars.entries import Entry
from bot.calendars.moments import About, Dated, moments

__all__ = ["About", "Dated", "Entry", "attachment", "calendar", "moments"]
