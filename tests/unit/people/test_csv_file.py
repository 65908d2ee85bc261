"""Files as people save them: separators, letters, quotes, and every faulty line named."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from bot.network import Network
from bot.people.csv_file import LIMIT, ImportFault
from bot.people.enrolment import Person
from bot.people.import_csv import read_people
from tests.unit.people.lists import HEAD, a_file

ROWS = 'name,email,city\n"Åke Öhman",åke@example.org,"tampere;turku"\n'


def written(folder: Path, content: bytes | str) -> Path:
    path = folder / "contacts.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def faults(path: Path, network: Network) -> list[str]:
    with pytest.raises(ImportFault) as caught:
        read_people(path, network)
    return caught.value.faults


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "utf-16-be-bom", "latin-1", "cp1252"]
)
def test_any_separator_line_end_and_encoding_is_read(
    tmp_path: Path, network: Network, separator: str, line_end: str, encoding: str
) -> None:
    text = ROWS.replace(",", separator).replace("\n", line_end)
    mark = {"utf-16-le-bom": codecs.BOM_UTF16_LE, "utf-16-be-bom": codecs.BOM_UTF16_BE}.get(encoding, b"")
    path = written(tmp_path, mark + text.encode(encoding.removesuffix("-bom")))
    assert read_people(path, network) == [
        Person(
            "Åke Öhman", "åke@example.org", cities=("tampere", "turku"),
            unstated=frozenset(HEAD.split(",")) - {"name", "email", "city"},
        )
    ]  # fmt: skip


def test_letters_of_windows_and_of_a_mac_are_the_same_letters(tmp_path: Path, network: Network) -> None:
    smart = written(tmp_path, "name,email\n“Bob” – €,bob@example.org\n".encode("cp1252"))
    assert read_people(smart, network)[0].name == "“Bob” – €"
    apart = written(tmp_path, "name,email,city\nA\u030ake,ake@example.org,Jyva\u0308skyla\u0308\n")
    assert [(each.name, each.cities) for each in read_people(apart, network)] == [("Åke", ("jyvaskyla",))]


def test_blank_lines_and_empty_trailing_fields_do_not_count(tmp_path: Path, network: Network) -> None:
    text = "Name;Email\n\n;;\nAlice;alice@example.org;;;\n  ; \nBob;bob@example.org\n\n"
    people = read_people(written(tmp_path, text), network)
    assert [person.name for person in people] == ["Alice", "Bob"]


def test_column_names_are_read_in_any_case_and_order(tmp_path: Path, network: Network) -> None:
    people = read_people(
        written(tmp_path, " Slack User ID ,EMAIL,Name\nUALICE,a@example.org,Alice\n"), network
    )
    assert [(each.name, each.email, each.slack_user_id) for each in people] == [
        ("Alice", "a@example.org", "UALICE")
    ]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "is empty"),
        (b" \r\n\n", "is empty"),
        (b"name,email\n", "has no contacts"),
        (b"name,email\n,\n\n", "has no contacts"),
        (b"PK\x03\x04rest of a workbook", "save it as CSV"),
        (b"\xff\xfeabc", "is not a text file"),
        (b"nimi;osoite\nAlice;alice@example.org\n", "line 1 must name the columns; name, email is missing"),
        (b"Alice,alice@example.org\n", "line 1 must name the columns; name, email is missing"),
        (b"name\nAlice\n", "line 1 must name the columns; email is missing"),
        (
            b"name,email,phone\nAlice,alice@example.org,1\n",
            "line 1: unknown column phone: the columns are name,",
        ),
        (b"name,email,,city\nA,a@example.org,1,2\n", "line 1: unknown column without a name"),
        (b"name,email,Email\nA,a@example.org,b@example.org\n", "line 1: column email is there twice"),
        (b'name,email,"city\nAlice,a@example.org,oulu\n', "line 1: a quote is opened here and never closed"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    tmp_path: Path, network: Network, content: bytes, fault: str
) -> None:
    assert fault in faults(written(tmp_path, content), network)[0]


def test_a_file_that_is_not_there_says_so(tmp_path: Path, network: Network) -> None:
    assert "No such file or directory" in faults(tmp_path / "none.csv", network)[0]
    assert "Is a directory" in faults(tmp_path, network)[0]
    assert "cannot be read" in faults(Path("nul\0byte"), network)[0]


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path, network: Network) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(LIMIT + 1)
    assert faults(path, network) == [f"{path} is larger than 64 MB: split it"]


def test_a_half_written_quote_is_named_by_the_line_it_begins_on(tmp_path: Path, network: Network) -> None:
    path = a_file(
        tmp_path, "Alice,nobody", '"Bob,bob@example.org', "Charlie,charlie@example.org", head="name,email"
    )
    assert faults(path, network) == [
        "line 2: email: 'nobody' is not a mail address",
        "line 3: a quote is opened here and never closed",
    ]
    endless = a_file(
        tmp_path, '"Bob,bob@example.org', *["Alice,alice@example.org"] * 20_000, head="name,email"
    )
    assert faults(endless, network) == ["line 2: a quote is opened here and never closed"]


def test_a_quote_inside_a_field_is_named(tmp_path: Path, network: Network) -> None:
    path = a_file(tmp_path, '"Bob "the builder"",bob@example.org', head="name,email")
    assert faults(path, network) == ["line 2: a quote inside a field must be written twice"]
    well = a_file(tmp_path, '"Bob ""the builder""",bob@example.org', head="name,email")
    assert read_people(well, network)[0].name == 'Bob "the builder"'


def test_lines_with_too_many_fields_are_all_named_with_the_other_faults(
    tmp_path: Path, network: Network
) -> None:
    head = "name;email;city"
    path = a_file(
        tmp_path,
        "Alice;alice@example.org;tampere;turku",
        "Bob;bob",
        "Charlie;c@example.org;;;oulu",
        head=head,
    )
    assert faults(path, network) == [
        "line 2: has 4 fields, the heading has 3: put several cities or topics between quotes",
        "line 3: email: 'bob' is not a mail address",
        "line 4: has 5 fields, the heading has 3: put several cities or topics between quotes",
    ]


def test_a_field_over_several_lines_keeps_the_count_right(tmp_path: Path, network: Network) -> None:
    path = a_file(tmp_path, '"Alice\nof Tampere",alice@example.org', "Bob,bob", head="name,email")
    assert faults(path, network) == ["line 4: email: 'bob' is not a mail address"]
