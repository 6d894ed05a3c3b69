"""Which matrix turns a frame's YUV into RGB, and what is seen through its transparent pixels."""

from __future__ import annotations

import math
from typing import Any

import av
import numpy as np
from av.video.reformatter import Interpolation

# Matrix coefficients as in ITU-T H.273: BT.709, FCC, two names of BT.601, SMPTE 240M, BT.2020.
BT709, BT601 = 1, 6
CONVERTED = frozenset({BT709, 4, 5, BT601, 7, 9})
SAME_AS = {0: BT709, 10: 9}  # RGB on frames that are YUV, and BT.2020 with constant luminance: as FFmpeg does
HD_HEIGHT_PX = 720
ALWAYS_BT601 = frozenset({"vp9", "av1"})
UNTAGGED = "vp8"  # has no tag of its own; FFmpeg gives it one of BT.601
LARGEST_COMPOSED_PX = 4096 * 2304  # what is larger is reduced first: it will be made much smaller anyway
GROUND = 255  # white, as under a picture on a page
OPAQUE = 255


def settle_matrix(frame: Any, codec: str) -> None:
    """Tag a decoded frame with a matrix that can be converted, where it has none or one that nothing here knows.

    An untagged picture counts as BT.709 from 720 rows on and as BT.601 below, untagged VP9 and AV1 always as BT.601:
    so does Chromium, and the model should see the colours that people see. Tags such as YCgCo, which files carry by
    mistake, count as none.

    Args:
        frame: changed in place; frames that are not YUV stay as they are.
        codec: as `vidviz.decode.probe.codec_name` tells it.
    """
    if frame.format.is_rgb or len(frame.format.components) < 3:
        return
    tag = int(frame.colorspace)
    if tag in CONVERTED and codec != UNTAGGED:
        return
    by_size = BT709 if frame.height >= HD_HEIGHT_PX and codec not in ALWAYS_BT601 else BT601
    frame.colorspace = SAME_AS.get(tag, by_size)


def has_alpha(frame: Any) -> bool:
    """Whether a frame's pixels can be transparent."""
    return bool(frame.format.has_palette) or any(part.is_alpha for part in frame.format.components)


def over_ground(frame: Any) -> Any:
    """A frame as it looks on white; the frame itself where it has no transparency.

    Without this, the colours hidden under transparent pixels would be seen, which are often arbitrary.
    """
    if not has_alpha(frame):
        return frame
    shrink = math.ceil(math.sqrt(frame.width * frame.height / LARGEST_COMPOSED_PX))
    width, height = (max(1, side // max(1, shrink)) for side in (frame.width, frame.height))
    pixels = frame.reformat(width, height, "rgba", interpolation=Interpolation.AREA, threads=1).to_ndarray()
    colours, alpha = pixels[..., :3], pixels[..., 3:].astype(np.uint16)
    if not (frame.format.has_palette and not alpha.any()):  # old palettes leave the fourth byte empty
        seen = colours * alpha + GROUND * (OPAQUE - alpha)
        colours = ((seen + OPAQUE // 2) // OPAQUE).astype(np.uint8)
    return av.VideoFrame.from_ndarray(np.ascontiguousarray(colours), format="rgb24")
