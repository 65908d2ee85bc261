"""A network of one's own: read whole, or refused with every fault and its place."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.network import Network, load_network
from bot.network_check import NetworkFault

NAMES = {"fi": "Suomi", "sv": "Svenska", "en": "English"}


def authority(slug: str, **more: Any) -> dict[str, Any]:
    return {"slug": slug, "kind": "council", "names": {key: f"{slug} {key}" for key in NAMES}, **more}


def small_network() -> dict[str, Any]:
    """A network of one city that has no fault."""
    return {
        "name": dict(NAMES),
        "coordinator": NAMES,
        "url": "https://network.example/",
        "areas": [{"slug": "north", "names": NAMES}],
        "topics": [{"slug": "water", "labels": NAMES}, {"slug": "food", "labels": NAMES}],
        "cities": [
            {
                "slug": "alice-town", "names": NAMES, "municipalities": [NAMES],
                "topics": ["water"], "council": "old", "area": "north",
            }
        ],
        "authorities": [
            authority("old", valid_to="2025-12-31", successor="new"),
            authority("new", valid_from="2026-01-01", aliases=["The New One"]),
        ],
    }  # fmt: skip


def written(folder: Path, document: Any) -> Path:
    file = folder / "network.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def test_authorities_of_two_files_that_follow_each_other_in_a_ring_end_somewhere() -> None:
    document = small_network()
    document["authorities"][1] |= {"valid_to": "2026-06-30", "successor": "old"}
    found = Network.model_validate(document).authority_on("old", date(2027, 1, 1))
    assert found is not None


def test_a_file_of_ones_own_replaces_the_shipped_one(tmp_path: Path) -> None:
    file = written(tmp_path, small_network())
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())  # as Windows' editor saves it
    assert [city.slug for city in load_network(file).cities] == ["alice-town"]


@pytest.mark.parametrize(
    ("change", "path", "what"),
    [
        (lambda n: n["cities"][0].update(topics=[]), "cities[0].topics", "at least 1"),
        (lambda n: n["cities"][0].update(topics=["watre"]), "cities[0].topics[0]", "did you mean 'water'"),
        (lambda n: n["cities"][0].update(council="bob"), "cities[0].council", "no authority 'bob'"),
        (lambda n: n["cities"][0].update(area="south"), "cities[0].area", "no area 'south'"),
        (lambda n: n["cities"][0].update(slug="Alice Town"), "cities[0].slug", "pattern"),
        (lambda n: n["cities"][0].update(mayor="Charlie"), "cities[0].mayor", "not permitted"),
        (lambda n: n["cities"][0].update(focus={"fi": ["vesi"]}), "cities[0].focus", "in fi, sv and en"),
        (lambda n: n["cities"].append(n["cities"][0]), "cities[1].slug", "cities[0] already"),
        (lambda n: n["topics"][1].update(slug="water"), "topics[1].slug", "topics[0] already"),
        (lambda n: n["topics"][1].update(labels={"fi": "ruoka"}), "topics[1].labels.sv", "required"),
        (lambda n: n.update(name=NAMES | {"sv": " "}), "name.sv", "at least 1"),
        (lambda n: n.update(url="javascript:alert(1)"), "url", "pattern"),
        (lambda n: n.update(cities=[]), "cities", "at least 1"),
        (lambda n: n.pop("topics"), "topics", "required"),
        (lambda n: n["authorities"][0].update(successor="newer"), "authorities[0].successor", "mean 'new'"),
        (lambda n: n["authorities"][0].update(successor="old"), "authorities[0].successor", "leads back"),
        (lambda n: n["authorities"][0].update(valid_to=None), "authorities[0]", "needs valid_to"),
        (lambda n: n["authorities"][0].update(valid_from="2026-01-01"), "authorities[0]", "lies before"),
        (lambda n: n["authorities"][0].update(valid_to="31.12.2025"), "authorities[0].valid_to", "date"),
        (lambda n: n["authorities"][0].update(aliases=["the NEW one"]), "authorities[1].aliases[0]", "call"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], path: str, what: str
) -> None:
    document = small_network()
    change(document)
    with pytest.raises(NetworkFault) as fault:
        load_network(written(tmp_path, document))
    assert [(at, what in text) for at, text in fault.value.problems if at == path] == [(path, True)], (
        fault.value
    )


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    document = small_network()
    del document["name"]["en"]
    document["cities"][0] |= {"topics": ["water", "fire"], "council": 7, "area": "south"}
    document["topics"].append({"slug": "food", "labels": NAMES})
    document["authorities"].append("Charlie")
    with pytest.raises(NetworkFault) as fault:
        load_network(written(tmp_path, document))
    assert sorted(path for path, _ in fault.value.problems) == [
        "authorities[2]", "cities[0].area", "cities[0].council", "cities[0].topics[1]", "name.en",
        "topics[2].slug",
    ]  # fmt: skip
    assert all(f"{path}: {what}" in str(fault.value) for path, what in fault.value.problems)
    assert str(tmp_path / "network.json") in str(fault.value)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"7", b"null", b"{}", '{"name": "Åbo"}'.encode("latin-1")]
)
def test_what_is_no_network_at_all_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "network.json"
    file.write_bytes(content)
    with pytest.raises(NetworkFault, match="cannot be used"):
        load_network(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NetworkFault, match=r"nowhere\.json"):
        load_network(tmp_path / "nowhere.json")
