"""How a stored picture is turned or mirrored to stand as it was filmed: the eight ways of a display matrix."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

MATRIX = struct.Struct("=9i")  # rows of three, 16.16 fixed point, as FFmpeg hands it on


@dataclass(frozen=True)
class Orientation:
    """What to do with stored pixels: exchange rows and columns, then mirror left and right, then top and bottom."""

    transposed: bool = False
    mirrored: bool = False
    upside_down: bool = False

    @property
    def is_upright(self) -> bool:
        """Whether the stored picture stands as it is."""
        return self == UPRIGHT

    @property
    def clockwise_degrees(self) -> int:
        """The turn in it, clockwise: 0, 90, 180 or 270; a mirrored picture is mirrored left and right after that."""
        if self.transposed:
            return 270 if self.upside_down else 90
        return 180 if self.upside_down else 0

    def apply(self, pixels: np.ndarray) -> np.ndarray:
        """Stored pixels (H, W, C) as they are to be seen, a view: (W, H, C) where rows and columns are exchanged."""
        if self.transposed:
            pixels = pixels.swapaxes(0, 1)
        rows, columns = (slice(None, None, -1 if turned else 1) for turned in (self.upside_down, self.mirrored))
        return pixels[rows, columns]


UPRIGHT = Orientation()


def orientation_of(frame: Any) -> Orientation:
    """The orientation that a decoded frame's display matrix asks for.

    The matrix sends a stored pixel (x, y) to (a x + c y, b x + d y). An odd angle is taken to the nearest quarter
    turn, and of a matrix that is all zeros nothing is believed.
    """
    found = frame.side_data.get("DISPLAYMATRIX")
    if found is None or found.buffer_size < MATRIX.size:
        return UPRIGHT
    a, b, _, c, d, *_ = MATRIX.unpack(bytes(found)[: MATRIX.size])
    if abs(a) + abs(d) < abs(b) + abs(c):
        return Orientation(transposed=True, mirrored=c < 0, upside_down=b < 0)
    return Orientation(mirrored=a < 0, upside_down=d < 0)
