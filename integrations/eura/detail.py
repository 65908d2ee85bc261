"""A call's own page: texts below labels. Its labels are known from public client code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.clock import When
from bot.contracts import SourceFault
from integrations import dates, pages
from integrations.http import Page
from integrations.money import euros

AREA: Final = "Haun kohdealue"
REGIONS: Final = "Maakunnat"
_NUMBER, _OPENS, _CLOSES = "Hakuilmoituksen tunnus", "Alkaa", "Päättyy"
_MONEY: Final = "Käytettävissä oleva myöntövaltuus"
_FIELDS: Final = (_NUMBER, _OPENS, _CLOSES, AREA, REGIONS)
_TEXTS: Final = (
    "Hankehaun kuvaus", _MONEY, "Valintaperusteet ja pisteytysmalli", "Valintaperusteet", "Hakeminen", "Lisätiedot",
    "Lainsäädäntö",
)  # fmt: skip

_LABEL = re.compile(
    r"^[#*_\s>-]*(?:"
    + rf"(?P<field>{'|'.join(_FIELDS)})(?![^\W\d_])[*_:\s]*(?P<value>.*)"
    + rf"|(?P<text>{'|'.join(_TEXTS)})[*_\s]*(?:$|:[*_\s]*(?P<begin>.*)))$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Detail:
    """What a call's own page says; `texts` are Markdown, each under its label."""

    number: str | None = None
    opens: When | None = None
    closes: When | None = None
    area: str = ""
    regions: str = ""
    amount: float | None = None
    texts: tuple[str, ...] = ()


def read_detail(page: Page, today: date) -> Detail:
    """The page of one call. Raises SourceFault when it is not that, or has none of the labels."""
    tree = pages.document(page)
    main = next(iter(tree.iter("main")), tree.find("body"))
    found = _sections(pages.markdown(main if main is not None else tree, page.url))
    if not found:
        raise SourceFault("the call's own page has none of the labels it should have", kind="structure")
    sums = set(euros(found.get(_MONEY, "")))
    return Detail(
        number=_plain(found.get(_NUMBER, "").replace("\\", ""))[:200] or None,
        opens=dates.moment(found.get(_OPENS, ""), today=today),
        closes=dates.moment(found.get(_CLOSES, ""), today=today),
        area=_plain(found.get(AREA, "")),
        regions=_plain(found.get(REGIONS, "")),
        amount=sums.pop() if len(sums) == 1 else None,
        texts=tuple(f"## {label}\n\n{found[label]}" for label in _TEXTS if found.get(label)),
    )


def _sections(markdown: str) -> dict[str, str]:
    """What stands below each label, or behind it; the first of several."""
    labels = {label.casefold(): label for label in (*_FIELDS, *_TEXTS)}
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in markdown.splitlines():
        if label := _LABEL.match(line):
            name = labels[(label["field"] or label["text"]).casefold()]
            current = [label["value"] or label["begin"] or ""]
            found.setdefault(name, current)
        else:
            current.append(line)
    return {name: "\n".join(lines).strip() for name, lines in found.items()}


def _plain(said: str) -> str:
    return ", ".join(
        " ".join(line.strip("-*: ").split()) for line in said.splitlines() if line.strip("-*: ")
    )[:500]
