"""One decoded frame -> upright pixels of the size that is asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter
from PIL import Image

from vidviz.decode.frames import rotation_clockwise
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
        turn = rotation_clockwise(frame)
        if turn in (90, 270):
            width_px, height_px = height_px, width_px
        scaled = self._scaler.reformat(
            frame, width_px, height_px, self._format, interpolation=self._interpolation, threads=1
        )
        pixels: np.ndarray = scaled.to_ndarray()
        return np.rot90(pixels, k=-turn // 90) if turn else pixels


def upright_size(frame: Any) -> tuple[int, int]:
    """Width and height in pixels of the frame when it stands upright."""
    if rotation_clockwise(frame) in (90, 270):
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
        new_width, new_height = resized_size(width, height, self._spec.resize_px)
        left, top = round((new_width - crop) / 2), round((new_height - crop) / 2)
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
