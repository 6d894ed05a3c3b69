"""One decoded frame -> upright pixels of the size that is asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter
from PIL import Image

from vidviz.decode.pictures.colour import over_ground
from vidviz.decode.pictures.orientation import orientation_of
from vidviz.types import FrameSpec

# In swscale, too, a bilinear filter widens with the reduction, so that nothing aliases: the same triangle as
# PIL's and torchvision's antialiased bilinear. Full chroma keeps coloured edges where they are.
_EXACT = Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
SMOOTH = Interpolation.BILINEAR | _EXACT
FILTERS = {"bilinear": SMOOTH, "bicubic": Interpolation.BICUBIC | _EXACT}
WIDEST_SCALED = 8  # times the crop; a longer picture is cropped before it is scaled


class FrameShaper:
    """Scales whole frames to a fixed way of sizing and turns them upright; keeps swscale's tables between frames."""

    def __init__(self, pixel_format: str = "rgb24", interpolation: int = SMOOTH) -> None:
        self._format = pixel_format
        self._interpolation = interpolation
        self._scaler = VideoReformatter()

    def upright(self, frame: Any, width_px: int, height_px: int) -> np.ndarray:
        """The frame's pixels, (H, W, 3) uint8, where H and W are of the upright picture."""
        orientation = orientation_of(frame)
        if orientation.transposed:
            width_px, height_px = height_px, width_px
        scaled = self._scaler.reformat(
            over_ground(frame), width_px, height_px, self._format, interpolation=self._interpolation, threads=1
        )
        return orientation.apply(scaled.to_ndarray())


def upright_size(frame: Any) -> tuple[int, int]:
    """Width and height in pixels of the frame when it stands upright."""
    if orientation_of(frame).transposed:
        return frame.height, frame.width
    return frame.width, frame.height


def size_within(width_px: int, height_px: int, longest_px: int) -> tuple[int, int]:
    """Width and height reduced, never enlarged, so that the longer side is at most `longest_px`."""
    scale = min(1.0, longest_px / max(width_px, height_px))
    return max(1, round(width_px * scale)), max(1, round(height_px * scale))


def resized_size(width_px: int, height_px: int, resize_px: int | tuple[int, int]) -> tuple[int, int]:
    """Width and height after `FrameSpec.resize_px`, by torchvision's rounding (`transforms.Resize`)."""
    if not isinstance(resize_px, int):
        return resize_px[1], resize_px[0]
    if width_px <= height_px:
        return resize_px, int(resize_px * height_px / width_px)
    return int(resize_px * width_px / height_px), resize_px


def crop_start(length_px: int, spec: FrameSpec) -> int:
    """Where the crop of a picture begins along one axis."""
    margin = length_px - spec.crop_px
    return margin // 2 if spec.odd_margin == "lower" else round(margin / 2)


class ClipShaper:
    """Turns frames into a backbone's pictures: upright, resized, cropped in the centre."""

    def __init__(self, spec: FrameSpec) -> None:
        self._spec = spec
        # Planes of R, G and B: swscale has vector code for them and none for rgb24; the pixels are the same.
        self._shaper = FrameShaper("gbrp", FILTERS[spec.interpolation])

    def shape(self, frame: Any) -> np.ndarray:
        """The frame as (crop, crop, 3) uint8 RGB."""
        crop = self._spec.crop_px
        width, height = upright_size(frame)
        if not self._spec.antialias:
            return sample_bilinear(self._shaper.upright(frame, width, height), self._spec)
        new_width, new_height = resized_size(width, height, self._spec.resize_px)
        left, top = crop_start(new_width, self._spec), crop_start(new_height, self._spec)
        if max(new_width, new_height) > WIDEST_SCALED * crop:
            scale_x, scale_y = width / new_width, height / new_height
            box = (left * scale_x, top * scale_y, (left + crop) * scale_x, (top + crop) * scale_y)
            return self._crop_first(frame, box)
        return self._shaper.upright(frame, new_width, new_height)[top : top + crop, left : left + crop]

    def _crop_first(self, frame: Any, box: tuple[float, float, float, float]) -> np.ndarray:
        """The same for a very long or flat frame, which would grow huge if all of it were scaled."""
        whole = Image.fromarray(np.ascontiguousarray(self._shaper.upright(frame, *upright_size(frame))))
        side = self._spec.crop_px
        return np.asarray(whole.resize((side, side), Image.Resampling[self._spec.interpolation.upper()], box=box))


def sample_bilinear(pixels: np.ndarray, spec: FrameSpec) -> np.ndarray:
    """A picture resized and cropped without antialiasing, (crop, crop, 3) uint8.

    Each pixel is made of the four around its place, whatever the reduction: torch's `interpolate` with
    `align_corners=False`, OpenCV's `INTER_LINEAR`.

    Args:
        pixels: (H, W, 3) uint8, upright.
        spec: the size.
    """
    height, width = pixels.shape[:2]
    new_width, new_height = resized_size(width, height, spec.resize_px)
    above, below, down = _neighbours(height, new_height, spec)
    before, after, right = _neighbours(width, new_width, spec)
    down, right = down[:, None, None], right[:, None]
    # Rows first: they lie together in memory.
    upper, lower = (
        pixels[rows].take(before, axis=1) * (1 - right) + pixels[rows].take(after, axis=1) * right
        for rows in (above, below)
    )
    rounded: np.ndarray = np.rint(upper * (1 - down) + lower * down).astype(np.uint8)
    return rounded


def _neighbours(length: int, new_length: int, spec: FrameSpec) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of the pixels of a crop along one axis: the two that each lies between, and how far it is from the first."""
    first = crop_start(new_length, spec)
    places = np.maximum(
        (np.arange(first, first + spec.crop_px, dtype=np.float64) + 0.5) * (length / new_length) - 0.5, 0.0
    )
    low = np.minimum(places.astype(np.int64), length - 1)
    return low, np.minimum(low + 1, length - 1), (places - low).astype(np.float32)
