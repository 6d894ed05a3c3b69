"""Pictures over time, packed into one WebP file that the browser cuts apart again.

A sheet lays equal tiles in rows of `columns`, without gaps. Tile `time * num_channels + channel` holds one channel
at one time step; so channels run to the right first, then time, wrapped where a row is full:

    T = 2, K = 3, columns = 4      t0k0 t0k1 t0k2 t1k0
                                   t1k1 t1k2  .    .
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

from vidviz.errors import VidvizError

LONGEST_SIDE_PX = 16383  # of a WebP file
MOST_PIXELS = 48_000_000  # a browser holds 4 bytes for each while it unpacks the sheet
FRAME_QUALITY = 86


class SheetError(VidvizError):
    """Activations or frames that do not fit on one sheet."""


@dataclass(frozen=True)
class SheetLayout:
    """Where each tile of a sheet lies: `num_frames` x `num_channels` tiles in rows of `columns`."""

    num_frames: int
    num_channels: int
    tile_width_px: int
    tile_height_px: int
    columns: int

    def __post_init__(self) -> None:
        values = (self.num_frames, self.num_channels, self.tile_width_px, self.tile_height_px, self.columns)
        if min(values) < 1:
            raise ValueError(f"a sheet needs at least one tile of one pixel, got {values}")

    @property
    def num_tiles(self) -> int:
        """Tiles on the sheet."""
        return self.num_frames * self.num_channels

    @property
    def width_px(self) -> int:
        """Width of the whole sheet."""
        return self.columns * self.tile_width_px

    @property
    def height_px(self) -> int:
        """Height of the whole sheet."""
        return math.ceil(self.num_tiles / self.columns) * self.tile_height_px

    def corner(self, frame: int, channel: int) -> tuple[int, int]:
        """Left and top pixel of the tile of a channel at a time step."""
        row, column = divmod(frame * self.num_channels + channel, self.columns)
        return column * self.tile_width_px, row * self.tile_height_px


@dataclass(frozen=True)
class FilmSheet:
    """A WebP file and where its tiles lie."""

    webp: bytes
    layout: SheetLayout


def plan_sheet(num_frames: int, num_channels: int, height_px: int, width_px: int) -> SheetLayout:
    """Lay the tiles out as squarely as they go, within what WebP and a browser can take.

    Raises:
        SheetError: they do not fit.
    """
    tiles = num_frames * num_channels
    if min(tiles, height_px, width_px) < 1:
        raise SheetError(
            f"There is nothing to show in {num_frames} x {num_channels} maps of {width_px} x {height_px} px."
        )
    square = math.ceil(math.sqrt(tiles * height_px / width_px))
    columns = max(1, min(square, tiles, LONGEST_SIDE_PX // width_px))
    layout = SheetLayout(num_frames, num_channels, width_px, height_px, columns)
    too_long = max(layout.width_px, layout.height_px) > LONGEST_SIDE_PX
    if too_long or layout.width_px * layout.height_px > MOST_PIXELS:
        raise SheetError(
            f"{num_channels} channels of {width_px} x {height_px} px over {num_frames} time steps are too much "
            "for one film; show fewer channels at a time, or a deeper layer with smaller maps."
        )
    return layout


def film_sheet(tiles: np.ndarray) -> FilmSheet:
    """Pack the channels of a layer over time into one lossless grey WebP.

    Args:
        tiles: (T, K, h, w) uint8, K channels at T time steps; the bytes arrive in the browser as they are.

    Raises:
        SheetError: the sheet would be larger than WebP or a browser can take.
    """
    if tiles.ndim != 4 or tiles.dtype != np.uint8:
        raise ValueError(f"a film needs (T, K, h, w) uint8, got {tiles.shape} {tiles.dtype}")
    frames, channels, height, width = tiles.shape
    layout = plan_sheet(frames, channels, height, width)
    page = _lay_tiles(tiles.reshape(-1, height, width), layout)
    return FilmSheet(_write_webp(Image.fromarray(page), lossless=True), layout)


def frames_sheet(frames: np.ndarray) -> FilmSheet:
    """Pack the frames of a clip into one colour WebP, one tile a frame.

    Args:
        frames: (T, H, W, 3) uint8, RGB.

    Raises:
        SheetError: the sheet would be larger than WebP or a browser can take.
    """
    if frames.ndim != 4 or frames.shape[3] != 3 or frames.dtype != np.uint8:
        raise ValueError(f"frames need (T, H, W, 3) uint8, got {frames.shape} {frames.dtype}")
    layout = plan_sheet(frames.shape[0], 1, frames.shape[1], frames.shape[2])
    page = _lay_tiles(frames, layout)
    return FilmSheet(_write_webp(Image.fromarray(page), lossless=False), layout)


def _lay_tiles(tiles: np.ndarray, layout: SheetLayout) -> np.ndarray:
    """(n, h, w[, 3]) -> (H, W[, 3]): tiles in rows of `layout.columns`, the rest black."""
    height, width = tiles.shape[1:3]
    rows = math.ceil(len(tiles) / layout.columns)
    full = np.zeros((rows * layout.columns, *tiles.shape[1:]), np.uint8)
    full[: len(tiles)] = tiles
    grid = full.reshape(rows, layout.columns, *tiles.shape[1:]).swapaxes(1, 2)
    return np.ascontiguousarray(grid.reshape(rows * height, layout.columns * width, *tiles.shape[3:]))


def _write_webp(image: Image.Image, *, lossless: bool) -> bytes:
    # method=0: half a second sooner on the screen is worth more than a smaller file on the same machine.
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", lossless=lossless, quality=0 if lossless else FRAME_QUALITY, method=0)
    return buffer.getvalue()
