"""Calendars that others keep: iCalendar feeds, whose events become events here."""

from __future__ import annotations

from bot.contracts import Integration
from integrations.calendar.source import CalendarOptions, CalendarSource

INTEGRATION = Integration(
    name="calendar",
    title="Calendar (iCalendar)",
    options=CalendarOptions,
    source=CalendarSource,
    every=3_600,
    least_every=900,
)
