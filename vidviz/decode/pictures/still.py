"""A picture file -> one frame as a backbone sees it."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from vidviz.config import DecodeLimits
from vidviz.decode.file_names import file_label
from vidviz.decode.pictures.picture import ClipShaper
from vidviz.decode.probe import check_file
from vidviz.errors import MediaError
from vidviz.types import FrameSpec

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")


def is_still(path: str | os.PathLike[str]) -> bool:
    """Whether a file is a picture that does not move."""
    try:
        with Image.open(path, formats=FORMATS) as picture:
            return int(getattr(picture, "n_frames", 1)) == 1
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False


def read_still(path: str | os.PathLike[str], frames: FrameSpec, limits: DecodeLimits) -> np.ndarray:
    """A picture, upright and sized as the frames of a video are, (crop, crop, 3) uint8 RGB; of a moving one the first.

    Raises:
        MediaError: the file is no picture, is damaged, or claims more pixels than `limits.pixels`.
    """
    label = file_label(path)
    check_file(Path(path))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # bounded by what follows
            with Image.open(path, formats=FORMATS) as picture:
                width, height = picture.size
                if width * height > limits.pixels:
                    raise MediaError(f"{label} claims {width} x {height} pixels, more than is read; make it smaller.")
                upright = ImageOps.exif_transpose(picture)
                kind, pixel_format = ("RGBA", "rgba") if upright.has_transparency_data else ("RGB", "rgb24")
                pixels = np.ascontiguousarray(upright.convert(kind))
    except UnidentifiedImageError as error:
        raise MediaError(
            f"{label} is not a picture that can be read (PNG, JPEG, WebP, GIF, BMP or TIFF); ask with a video instead "
            "if it is one."
        ) from error
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise MediaError(f"{label} is damaged and cannot be read as a picture; save it again.") from error
    return ClipShaper(frames).shape(av.VideoFrame.from_ndarray(pixels, format=pixel_format))
