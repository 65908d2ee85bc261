"""Sums of euros in prose."""

from __future__ import annotations

import re

_EUROS = re.compile(
    r"(?<![\d.,])(\d{1,3}(?:[ .\u00a0\u202f]\d{3})+|\d+)(,\d+|\.\d{1,2}(?!\d))?[ \u00a0\u202f]*"
    r"(milj\w*\.?|mn\b|M)?[ \u00a0\u202f]*(?:euro\w*|€|EUR\b)",
    re.IGNORECASE,
)


def euros(text: str) -> list[float]:
    """All sums that a text states, in its order: "1 500 000 euroa", "1.500.000 €", "1,5 milj. euroa", "2 M€"."""
    return [
        round(
            float(re.sub(r"\D", "", whole) + decimals.replace(",", ".")) * (1_000_000 if millions else 1), 2
        )
        for whole, decimals, millions in _EUROS.findall(text)
    ]
