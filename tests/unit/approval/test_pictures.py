"""What of a picture is kept: how it looks, and neither where it was taken nor what hides in it."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image, ImageCms, ImageDraw
from PIL.PngImagePlugin import PngInfo

from bot.approval.file_kinds import Unfit
from bot.approval.files import looked_at
from tests.unit.approval.test_file_kinds import picture

SECRET = b"Alice at home"
MODES = {
    "JPEG": ("RGB", "L", "CMYK"),
    "PNG": ("RGBA", "P", "L", "I;16"),
    "GIF": ("P",),
    "WEBP": ("RGB", "RGBA"),
}
KINDS = [(kind, mode) for kind, modes in MODES.items() for mode in modes]
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def camera(orientation: int = 1) -> Image.Exif:
    """What a phone writes: which way up, whose it is, and where it stood."""
    said = Image.Exif()
    said[0x0112], said[0x8298] = orientation, SECRET.decode()
    said.get_ifd(0x8825).update({1: "N", 2: (61.0, 29.0, 53.0), 3: "E", 4: (23.0, 45.0, 36.0), 27: SECRET})
    return said


def half_red(mode: str = "RGB") -> Image.Image:
    """Wider than high, its left half red."""
    made = Image.new("RGB", (64, 32), "white")
    ImageDraw.Draw(made).rectangle((0, 0, 31, 31), fill="red")
    return (
        made if mode == "RGB" else made.convert("L").convert(mode) if mode == "I;16" else made.convert(mode)
    )


def told(kind: str, mode: str, orientation: int = 1) -> bytes:
    """A picture that tells of itself in every place that its format has, and after its end."""
    into, more = io.BytesIO(), {}
    if kind == "PNG":
        texts = PngInfo()
        texts.add_text("Comment", SECRET.decode())
        texts.add_itxt("XML:com.adobe.xmp", f"<x>{SECRET.decode()}</x>")
        more = {"pnginfo": texts}
    elif kind == "GIF":
        more = {"comment": SECRET}
    elif kind == "JPEG":
        more = {"comment": SECRET, "xmp": b"<x>" + SECRET + b"</x>"}
    else:
        more = {"xmp": b"<x>" + SECRET + b"</x>"}
    exif = {} if kind == "GIF" else {"exif": camera(orientation)}
    half_red(mode).save(into, kind, **exif, **more)
    return into.getvalue() + SECRET


def opened(body: bytes) -> Image.Image:
    return Image.open(io.BytesIO(body))


def frames(body: bytes) -> Iterator[tuple[bytes, Any]]:
    shown: Any = opened(body)
    for number in range(shown.n_frames):
        shown.seek(number)
        shown.load()
        yield shown.convert("RGBA").tobytes(), shown.info.get("duration")


@pytest.mark.parametrize(("kind", "mode"), KINDS)
def test_nothing_is_kept_but_the_picture(kind: str, mode: str) -> None:
    body = told(kind, mode)
    assert SECRET in body
    kept = looked_at(f"a.{kind}", body).body
    assert SECRET not in kept
    after = opened(kept)
    assert not after.getexif()
    assert (after.format, after.size, after.mode) == (kind, (64, 32), opened(body).mode)
    assert after.convert("RGB").getpixel((5, 16)) == pytest.approx(
        half_red(mode).convert("RGB").getpixel((5, 16)), abs=8
    )
    assert looked_at("again", kept).body == kept or kind in {"JPEG", "WEBP"}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(("orientation", "red"), [(3, (60, 16)), (6, (16, 5)), (8, (16, 60))])
def test_a_picture_that_a_camera_held_sideways_is_kept_upright(
    kind: str, orientation: int, red: tuple[int, int]
) -> None:
    kept = opened(looked_at("a", told(kind, "RGB", orientation)).body)
    assert kept.size == ((64, 32) if orientation == 3 else (32, 64))
    assert kept.convert("RGB").getpixel(red) == pytest.approx((254, 0, 0), abs=8)
    assert not kept.getexif()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_its_colours_stay_what_they_are(kind: str) -> None:
    into = io.BytesIO()
    half_red().save(into, kind, icc_profile=PROFILE, exif=camera())
    assert opened(looked_at("a", into.getvalue()).body).info["icc_profile"] == PROFILE


def test_a_picture_of_a_phone_is_kept_without_the_second_one_behind_it() -> None:
    into, hidden = io.BytesIO(), io.BytesIO()
    half_red().save(
        into, "MPO", save_all=True, append_images=[Image.new("RGB", (40, 30), "blue")], exif=camera()
    )
    Image.new("RGB", (40, 30), "blue").save(hidden, "JPEG")
    looked = looked_at("a.jpg", into.getvalue())
    assert (looked.name, looked.media_type) == ("a.jpg", "image/jpeg")
    assert opened(looked.body).format == "JPEG"
    assert into.getvalue().count(b"\xff\xd8\xff") == 2
    assert looked.body.count(b"\xff\xd8\xff") == 1


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
@pytest.mark.parametrize("ground", [(0, 0, 0, 0), (255, 255, 255, 255)])
def test_what_moves_moves_as_before(kind: str, ground: tuple[int, ...]) -> None:
    made = [Image.new("RGBA", (60, 40), ground) for _ in range(4)]
    for number, each in enumerate(made):
        ImageDraw.Draw(each).ellipse((number * 8, 5, number * 8 + 20, 25), fill=(255, number * 60, 0, 255))
    into = io.BytesIO()
    how: dict[str, Any] = {"GIF": {"disposal": 2}, "WEBP": {"lossless": True}}.get(kind, {})
    made[0].save(
        into, kind, save_all=True, append_images=made[1:], duration=[100, 200, 300, 400], loop=2, **how
    )
    body = into.getvalue()
    kept = looked_at("a", body).body
    assert list(frames(kept)) == list(frames(body))
    assert opened(kept).info["loop"] == 2


def test_what_a_moving_picture_shows_where_nothing_moves_stays() -> None:
    made = [Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
    into = io.BytesIO()
    made[0].save(into, "PNG", save_all=True, append_images=made[1:], default_image=True, duration=[100, 200])
    assert list(frames(looked_at("a", into.getvalue()).body)) == list(frames(into.getvalue()))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
@pytest.mark.parametrize("left", [0.3, 0.7])
def test_a_picture_that_cannot_be_read_whole_is_refused_in_words(kind: str, left: float) -> None:
    into = io.BytesIO()
    Image.effect_noise((200, 200), 90).convert("RGB").save(into, kind)
    with pytest.raises(Unfit, match=r"This picture is broken\."):
        looked_at("a", into.getvalue()[: int(len(into.getvalue()) * left)])


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_what_a_camera_wrote_without_sense_keeps_nobody_from_showing_the_picture() -> None:
    into = io.BytesIO()
    half_red().save(
        into, "JPEG", exif=b"Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\xff\xff\xff\xff"
    )
    assert opened(looked_at("a", into.getvalue()).body).size == (64, 32)


def _large(kind: str, width: int, height: int) -> bytes:
    into = io.BytesIO()
    Image.new("1" if kind == "PNG" else "L", (width, height)).save(into, kind)
    return into.getvalue()


def test_a_small_file_that_claims_a_huge_picture_is_refused() -> None:
    body = bytearray(picture("GIF"))
    body[6:10] = b"\xff\xff\xff\xff"
    many = [Image.new("P", (2_000, 2_000), number) for number in range(13)]
    moving = io.BytesIO()
    many[0].save(moving, "GIF", save_all=True, append_images=many[1:])
    for each in (bytes(body), _large("PNG", 7_100, 7_100), _large("PNG", 10_000, 9_500), moving.getvalue()):
        assert len(each) < 200_000
        with pytest.raises(Unfit, match="too large"):
            looked_at("a", each)


def test_how_large_a_picture_may_be_is_what_it_takes_to_write_it_anew() -> None:
    assert opened(looked_at("a", _large("JPEG", 4_100, 3_000)).body).size == (4_100, 3_000)
    with pytest.raises(Unfit, match="too large"):
        looked_at("a", _large("WEBP", 4_100, 3_000))
    with pytest.raises(Unfit, match="too large"):
        looked_at("a", _large("JPEG", 5_100, 5_000))


def test_a_house_without_pictures_does_not_load_what_reads_them() -> None:
    said = "import sys, bot.app, bot.approval.files; print([each for each in sys.modules if each.startswith('PIL')])"
    assert (
        subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )
