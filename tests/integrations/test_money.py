"""Sums of euros as Finnish, Swedish and English texts write them."""

from __future__ import annotations

import pytest

from integrations.money import euros


@pytest.mark.parametrize(
    ("text", "sums"),
    [
        ("Noin 1 500 000 euroa", [1_500_000]),
        ("1\u00a0500\u00a0000 €", [1_500_000]),
        ("1.500.000,50 €", [1_500_000.5]),
        ("1,5 miljoonaa euroa", [1_500_000]),
        ("2,25 milj. € ja 300 000 €", [2_250_000, 300_000]),
        ("cirka 1,4 miljoner euro", [1_400_000]),
        ("5.34 M€", [5_340_000]),
        ("EAKR 730000 EUR", [730_000]),
        ("21.10.2026 mennessä, 60 %", []),
        ("haku 1.500 hankkeelle", []),
        ("9" * 5_000, []),
    ],
)
def test_sums(text: str, sums: list[float]) -> None:
    assert euros(text) == sums
