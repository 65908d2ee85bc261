"""Pictures as anybody may have them: their pixels and colours, upright, and nothing else that they carry.

A camera writes where a picture was taken, and a phone hides a second picture behind the first. What is written anew
has neither, nor a comment, a thumbnail or anything after its end. Import it only where there is a picture: Pillow is
large.
"""

from __future__ import annotations

import io
import threading
from typing import Any

from PIL import Image, ImageOps, ImageSequence
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile, get_sampling
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from bot.approval.file_kinds import Unfit

FORMATS = ("GIF", "JPEG", "PNG", "WEBP")
"""All are imported above: Pillow loads every format that it has as soon as it lacks one."""

MOST_PIXELS, MOST_OF_WEBP = 25_000_000, 12_000_000
"""Of all frames together. More than any screen shows, and a few kilobytes may claim to be far more.

While one is written anew it takes 8 bytes a pixel, as WebP 22: some 250 MB at most, measured.
"""

_TOO_LARGE, _BROKEN = "This picture is too large to be shown.", "This picture is broken."
_STAYS = ("icc_profile", "transparency")
_one = threading.Lock()
"""One at a time."""


def bare(body: bytes) -> bytes:
    """The picture alone, in the format that it has. Raises Unfit for one that is too large or cannot be read whole."""
    with _one:
        try:
            with Image.open(io.BytesIO(body), formats=FORMATS) as picture:
                into = io.BytesIO()
                if isinstance(picture, JpegImageFile):
                    _write_photograph(picture, into)
                else:
                    _write_frames(picture, into, lossless=b"VP8L" in body)
                return into.getvalue()
        except Unfit:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as fault:
            raise Unfit(_TOO_LARGE) from fault
        except Exception as fault:  # nobody lists what decoders raise over broken bytes
            raise Unfit(_BROKEN) from fault


def _write_photograph(picture: JpegImageFile, into: io.BytesIO) -> None:
    """The first where there are several. By its own tables: what it has lost is lost, and hardly anything more."""
    _check_size(picture)
    tables, sampling = picture.quantization, get_sampling(picture)
    shown = _alone(picture)
    profile = shown.info.get("icc_profile")
    shown.save(into, "JPEG", qtables=tables, subsampling=sampling, icc_profile=profile)


def _write_frames(picture: ImageFile, into: io.BytesIO, *, lossless: bool) -> None:
    count = getattr(picture, "n_frames", 1)
    frames, lengths = [], []
    for each in ImageSequence.Iterator(picture):
        _check_size(each, count)  # a frame may say that it is larger than the first
        frames.append(_alone(each))
        lengths.append(each.info.get("duration", 0))
    how: dict[str, Any] = {}
    if isinstance(picture, WebPImageFile):
        how |= {"lossless": lossless, "quality": 85, "icc_profile": picture.info.get("icc_profile")}
    if count > 1:
        how |= {"save_all": True, "append_images": frames[1:], "duration": lengths}
        how |= {"loop": picture.info["loop"]} if "loop" in picture.info else {}
    if (
        isinstance(picture, PngImageFile) and picture.default_image
    ):  # shown where nothing moves, and no part of what does
        how |= {"default_image": True, "duration": lengths[1:]}
    if isinstance(picture, GifImageFile) and any(each.has_transparency_data for each in frames):
        how["disposal"] = 2  # each is whole: where one is clear, the one before must not stay
    frames[0].save(into, picture.format, **how)


def _check_size(picture: Image.Image, frames: int = 1) -> None:
    most = MOST_OF_WEBP if picture.format == "WEBP" else MOST_PIXELS
    if picture.width * picture.height * frames > most:
        raise Unfit(_TOO_LARGE)


def _alone(picture: Image.Image) -> Image.Image:
    """As it is to be looked at, with what its colours need and no other word about it."""
    picture.load()
    try:
        shown = ImageOps.exif_transpose(picture)
    except Exception:  # what its camera wrote makes no sense: it lies as it lies
        shown = picture.copy()
    shown.info = {name: picture.info[name] for name in _STAYS if name in picture.info}
    return shown
