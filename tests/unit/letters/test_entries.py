"""What the letter says of an item: nothing that sources state differently stands there as the truth."""

from __future__ import annotations

from bot.letters.entries import entry_of
from bot.network import Network
from bot.store.items import Item
from tests.factories import details


def test_deadlines_and_sums_that_differ_stand_side_by_side(network: Network) -> None:
    said = details(
        stated_deadlines=[{"when": day, "source": name} for day, name in (("2027-01-15", "a"), ("2027-01-29", "b"))],
        figures=[{"name": "amount_eur", "value": value, "source": name} for value, name in ((5, "a"), (7, "b"))],
    )  # fmt: skip
    item = Item(id=1, kind="call", revision=1, details=said.model_dump(mode="json", exclude_defaults=True))
    entry = entry_of(item, "en", network, "https://silta.example.org")
    assert "15 January 2027 (a) · 29 January 2027 (b)" in " ".join(entry.notes)
    assert [fact.text for fact in entry.facts if fact.label == "Amount"] == ["5 euros (a) · 7 euros (b)"]
