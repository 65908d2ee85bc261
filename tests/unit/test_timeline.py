"""The picture of coming deadlines: small, true to its words, the same for the same content."""

from __future__ import annotations

import base64
from datetime import date, timedelta
from io import BytesIO

import pytest
from PIL import Image

from bot.contracts import LANGUAGES, Language, Picture
from bot.timeline import SHOWN, WIDTH, timeline

TODAY = date(2026, 11, 27)
TITLES = ("Vähähiilinen Tampere", "Åbo och Vasa – samarbete", "EIC Accelerator", "JTF")


def drawn(*days: int, language: Language = "fi", titles: tuple[str, ...] = TITLES) -> Picture | None:
    pairs = [(TODAY + timedelta(days=day), titles[at % len(titles)]) for at, day in enumerate(days)]
    return timeline(pairs, TODAY, language)


def image_of(picture: Picture) -> Image.Image:
    return Image.open(BytesIO(base64.b64decode(picture.png)))


@pytest.mark.parametrize("days", [(), (3,), (-3, -1), (-1, 3), (400, 500), (3, 400)])
def test_fewer_than_two_deadlines_ahead_are_no_picture(days: tuple[int, ...]) -> None:
    assert drawn(*days) is None


def test_the_same_deadline_twice_is_one() -> None:
    assert drawn(3, 3, titles=("Haku",)) is None


@pytest.mark.parametrize("days", [(0, 1), (0, 0), (3, 18, 18, 19, 24), (1, 364), tuple(range(0, 300, 3))])
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_twice_as_sharp_as_it_is_shown_and_light(days: tuple[int, ...], language: Language) -> None:
    picture = drawn(*days, language=language)
    assert picture is not None
    image = image_of(picture)
    assert (picture.width, image.width) == (WIDTH, WIDTH * 2)
    assert image.height == picture.height * 2
    assert len(base64.b64decode(picture.png)) < 30_000
    # its own light ground: dark programs leave a picture as it is
    assert all(part > 240 for part in image.convert("RGB").getpixel((8, 8)))  # type: ignore[union-attr]


def test_the_words_say_the_same_dates_in_the_readers_language() -> None:
    said = [picture.alt for language in LANGUAGES if (picture := drawn(49, 3, language=language))]
    assert said == [
        "Tulevat määräajat: 30. marraskuuta 2026: Åbo och Vasa – samarbete; "
        "15. tammikuuta 2027: Vähähiilinen Tampere",
        "Kommande tidsgränser: 30 november 2026: Åbo och Vasa – samarbete; "
        "15 januari 2027: Vähähiilinen Tampere",
        "Coming deadlines: 30 November 2026: Åbo och Vasa – samarbete; 15 January 2027: Vähähiilinen Tampere",
    ]


def test_the_nearest_are_shown_and_no_more_than_can_be_read() -> None:
    picture = drawn(*range(60, 0, -1))
    assert picture is not None
    assert picture.alt.count(";") == SHOWN - 1
    assert picture.alt.startswith("Tulevat määräajat: 28. marraskuuta 2026")


def test_the_same_content_is_drawn_once() -> None:
    assert drawn(3, 18) is drawn(3, 18)
    assert drawn(3, 18) is not drawn(3, 19)


def test_letters_that_the_font_lacks_are_left_to_the_words() -> None:
    strange = ("Haku 日本 🎉 \u202eabc", "שלום", "x" * 5_000, "\x00\r\n", "")
    picture, plain = drawn(3, 9, titles=strange), drawn(3, 9, titles=("Haku abc", "–"))
    assert picture is not None
    assert plain is not None
    assert "日本" in picture.alt
    assert image_of(picture).tobytes() == image_of(plain).tobytes()
    long = drawn(2, 4, 6, 8, 10, titles=strange)
    assert long is not None
    assert len(long.alt) < 1_000


def test_flags_never_cover_each_other() -> None:
    """Each flag's words begin right of its pole, in a row of their own where others would stand in the way."""
    from bot.timeline import _flags, _width

    deadlines = [(TODAY + timedelta(days=day), "Kestävä kaupunki " * 3) for day in (0, 1, 1, 2, 5, 9, 30, 31)]
    flags = _flags(deadlines, TODAY, 31, "sv")
    spans = [
        (flag.row, flag.x, flag.x + 5 + _width(flag.day, bold=True) + 5 + _width(flag.title))
        for flag in flags
    ]
    for at, (row, start, end) in enumerate(spans):
        assert end <= WIDTH
        for other_row, other_start, _ in spans[at + 1 :]:
            if other_row > row:  # its pole passes by on the left
                assert other_start <= start
            else:
                assert end > start > other_start
    assert len({row for row, *_ in spans}) == len(spans)
