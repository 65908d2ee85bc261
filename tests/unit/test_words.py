"""Silta's sentences: three languages, and catalogues that agree with each other and with the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages import Message
from babel.messages.pofile import PoFileError, read_po

from bot import words
from bot.contracts import LANGUAGES
from tests import msgids

BOT = Path(words.__file__).parent
PLACEHOLDER = re.compile(r"\{[a-z_]+\}")


def catalogue(language: str) -> dict[str, Message]:
    with (words.LOCALE / language / "messages.po").open("rb") as source:
        return {_first(message.id): message for message in read_po(source, abort_invalid=True) if message.id}


def _first(text: str | list[str] | tuple[str, ...]) -> str:
    """A sentence, or of one with a plural the form for one thing."""
    return text if isinstance(text, str) else text[0]


def forms(text: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or ())


@pytest.mark.parametrize(
    ("language", "msgid", "values", "said"),
    [
        ("en", "{city} follows {topic}", {"city": "Tampere", "topic": "carbon neutrality"},
         "Tampere follows carbon neutrality"),
        ("fi", "{city} follows {topic}", {"city": "Tampere", "topic": "vähähiilisyys"},
         "Tampere seuraa teemaa vähähiilisyys"),
        ("sv", "{city} follows {topic}", {"city": "Tammerfors", "topic": "koldioxidsnålhet"},
         "Tammerfors följer temat koldioxidsnålhet"),
        ("sv", "You get this because {reason}.", {"reason": "det gäller alla städer"},
         "Du får detta eftersom det gäller alla städer."),
        ("fi", "Only in Swedish.", {}, "Vain ruotsiksi."),
        ("fi", "Funding call", {}, "Rahoitushaku"),
        ("sv", "Closes on {day}", {"day": "15 januari 2027"}, "Stänger den 15 januari 2027"),
        ("fi", "{percent} %", {"percent": 60}, "60 %"),
        ("sv", "No catalogue has this of {name}.", {"name": "Alice"}, "No catalogue has this of Alice."),
    ],
)  # fmt: skip
def test_a_sentence_is_said_in_the_language_or_else_in_english(
    language: str, msgid: str, values: dict[str, object], said: str
) -> None:
    assert words.gettext(language, msgid, **values) == said


@pytest.mark.parametrize(
    "text", ["{day}", "{", "}} {0} {x.y}", "<b>&amp;</b>", "<!channel>", "\u202e\x00\ud800"]
)
def test_a_value_from_outside_is_put_in_as_it_is(text: str) -> None:
    assert words.gettext("en", "Hello {name}", name=text) == f"Hello {text}"


def test_a_value_may_be_called_like_a_parameter() -> None:
    said = words.gettext("sv", "{language} and {msgid}", language="svenska", msgid="suomi")
    assert said == "svenska and suomi"


@pytest.mark.parametrize(("n", "said"), [(0, "0 calls"), (1, "one call"), (2, "2 calls")])
def test_a_number_chooses_between_one_and_many(n: int, said: str) -> None:
    assert words.ngettext("fi", "one call", "{n} calls", n) == said


def test_a_catalogue_says_its_own_plural(tmp_path: Path) -> None:
    file = tmp_path / "messages.po"
    file.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "{n} call"\nmsgid_plural "{n} calls"\nmsgstr[0] "{n} haku"\nmsgstr[1] "{n} hakua"\n',
        encoding="utf-8",
    )
    read = words.read_catalogue(file)
    assert [read.ngettext("{n} call", "{n} calls", n) for n in (1, 3)] == ["{n} haku", "{n} hakua"]


@pytest.mark.parametrize(
    "text",
    [
        'msgid "Save"\n',
        '<<<<<<< HEAD\nmsgid "Save"\nmsgstr "Spara"\n',
        'msgid "Save"\nSpara\nmsgstr "Spara"\n',
    ],
)
def test_a_broken_catalogue_is_refused_whole(tmp_path: Path, text: str) -> None:
    file = tmp_path / "messages.po"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PoFileError):
        words.read_catalogue(file)


@pytest.mark.parametrize("language", ["de", "", "../fi", "FI"])
def test_a_language_silta_does_not_speak_is_refused(language: str) -> None:
    with pytest.raises(ValueError, match="no catalogue"):
        words.gettext(language, "Save")


def test_a_placeholder_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="name"):
        words.gettext("en", "Hello {name}")


def test_every_catalogue_has_the_same_entries() -> None:
    everything = set().union(*(catalogue(language) for language in LANGUAGES))
    assert {language: everything - set(catalogue(language)) for language in LANGUAGES} == {
        language: set() for language in LANGUAGES
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_entry_stands_twice(language: str) -> None:
    text = (words.LOCALE / language / "messages.po").read_text("utf-8")
    assert text.count("\nmsgid ") == len(catalogue(language)) + 1  # and the head


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_is_translated_with_the_same_placeholders_and_the_same_stop(language: str) -> None:
    for msgid, message in catalogue(language).items():
        assert not message.fuzzy, msgid
        for said, text in zip(forms(message.id), forms(message.string), strict=True):
            assert text.strip() == text != "", msgid
            assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(said)), msgid
            assert (text[-1] in ".?") == (said[-1] in ".?"), msgid


def test_english_says_what_the_code_says() -> None:
    for message in catalogue("en").values():
        assert forms(message.string) == forms(message.id)


def test_every_sentence_of_the_code_is_in_the_catalogues() -> None:
    known = {form for message in catalogue("en").values() for form in forms(message.id)}
    unknown = [
        (str(file), msgid)
        for file in sorted(BOT.rglob("*.py"))
        for msgid in msgids.in_python(file.read_text("utf-8")) - known
    ]
    unknown += [
        (str(file), msgid)
        for file in sorted(BOT.rglob("*"))
        if "templates" in file.parts and file.suffix in {".html", ".txt", ".j2", ".xml"}
        for msgid in msgids.in_template(file.read_text("utf-8")) - known
    ]
    assert unknown == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('words.gettext(language, "Event")', {"Event"}),
        ('gettext(contact.language, "Hello "\n    "{name}", name="No")', {"Hello {name}"}),
        ('_("Save") + ngettext(lang, "one", "many", 3)', {"Save", "one", "many"}),
        ('gettext(language, "Opens" if state == "early" else "Closes")', {"Opens", "Closes"}),
        ('gettext(language, {"call": "Funding call"}[kind])', {"Funding call"}),
        ('LABELS: dict[str, str] = {"call": "Funding call"}\ngettext(l, LABELS[kind])', {"Funding call"}),
        ('LABELS = {"call": "Call"}\ngettext(l, LABELS.get(kind, "News"))', {"Call", "News"}),
        ('facts = [("Place", "here"), ("Fund", "x")]\n[gettext(l, a) for a, b in facts]', {"Place", "Fund"}),
        ('for a, b in {"x": "Save"}.items():\n    gettext(l, b)', {"Save"}),
        ('for a in ("Save", "Back"):\n    gettext(l, a)', {"Save", "Back"}),
        ('def say(msgid): return gettext(l, msgid)\nsay("Urgent")', {"Urgent"}),
        ('class A:\n  def say(self, x, msgid): ...\na.say(1, "Urgent")', {"Urgent"}),
        ('x = y\ny = x\ngettext(l, x); gettext(l); gettext(l, f()); other("No")', set()),
    ],
)  # fmt: skip
def test_the_scanner_finds_what_python_says(source: str, found: set[str]) -> None:
    assert msgids.in_python(source) == found


def test_the_scanner_refuses_a_sentence_put_together_at_run_time() -> None:
    with pytest.raises(AssertionError, match="line 1: a msgid must not be an f-string"):
        msgids.in_python('gettext(language, f"Hello {name}")')


def test_the_scanner_finds_what_templates_say() -> None:
    source = """<h1>{{ _("Save") }}</h1> {{ _( 'Only in my city\\'s conversation' ) }}
        {{ words.gettext(reader.language, "Hello {name}", name=name) }} {{ a_("No") }}"""
    assert msgids.in_template(source) == {"Save", "Only in my city's conversation", "Hello {name}"}
