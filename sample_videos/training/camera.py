"""What a camera and a codec do to drawn frames: light, blur, noise, blocks."""

from __future__ import annotations

import cv2  # the script needs it at once
import numpy as np
from numpy.typing import NDArray
from studio.paint import Pixels


def film(frames: NDArray[np.float32], rng: np.random.Generator) -> Pixels:
    """Frames (T, H, W, 3) in 0..255 as they would come out of a file, mildly worse."""
    blur = rng.uniform(0, 0.75)
    if blur > 0.25:
        frames = np.stack([cv2.GaussianBlur(frame, (0, 0), blur) for frame in frames])
    frames = (frames - 128) * rng.uniform(0.85, 1.1) + 128 + rng.uniform(-18, 18)
    if rng.random() < 0.6:
        frames = frames + rng.normal(0, rng.uniform(0.5, 5), frames.shape)
    pixels = np.clip(frames + 0.5, 0, 255).astype(np.uint8)
    if rng.random() < 0.3:
        quality = int(rng.integers(55, 96))
        pixels = np.stack([_through_jpeg(frame, quality) for frame in pixels])
    return pixels


def _through_jpeg(frame: Pixels, quality: int) -> Pixels:
    """The frame with the blocks and the coarse colour of a compressed picture."""
    return cv2.imdecode(cv2.imencode(".jpg", frame, (cv2.IMWRITE_JPEG_QUALITY, quality))[1], cv2.IMREAD_COLOR)
