"""The film of a network to take away: as GIF, MP4 or npz, and the lines of Python that give the same."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np

from vidviz.introspect.maps import FilmSheet
from vidviz.render.heat import enlarge, side_by_side, tile_channels, write_animation
from vidviz.services.inspecting import Inspection, activation_arrays

CLIP_PX = 256
MP4_ROUNDS = 2
"""A film of a second is too short to look at: it runs twice."""


def lay_film(frames: np.ndarray, sheets: Sequence[FilmSheet], scale: str = "viridis") -> np.ndarray:
    """The clip and the channels of its layers side by side on one clock.

    Args:
        frames: (T, H, W, 3) uint8.
        sheets: the chosen channels of each layer.
        scale: the colour map.

    Returns:
        (T, H', W', 3) uint8.
    """
    tiles = [tile_channels(sheet.pixels, tile_px=max(24, CLIP_PX // 6), scale=scale) for sheet in sheets]
    return side_by_side([enlarge(frames, CLIP_PX), *tiles])


def pack_gif(film: np.ndarray, seconds: float) -> bytes:
    """A film (T, H, W, 3) uint8 as an endless GIF."""
    return write_animation(film, seconds, "gif")


def pack_mp4(film: np.ndarray, seconds: float) -> bytes:
    """A film (T, H, W, 3) uint8 as an MP4 that browsers and slides play (H.264)."""
    from vidviz.decode.write import write_mp4

    return write_mp4(np.concatenate([film] * MP4_ROUNDS), len(film) / seconds)


def pack_arrays(inspection: Inspection) -> bytes:
    """`frames` and each layer's film (C, T, H, W) float32 as npz."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **activation_arrays(inspection))  # type: ignore[arg-type]
    return buffer.getvalue()


def say_python(
    workspace: str, clip_id: int, backbone: str, weights: str, layers: Sequence[str], *, backwards: bool = False
) -> str:
    """The lines of Python that give the same activations."""
    more = ", backwards=True" if backwards else ""
    return (
        "from vidviz import Workspace\n"
        "from vidviz.services.inspecting import inspect_clip\n"
        f"seen = inspect_clip(Workspace({workspace!r}).folder, {clip_id}, {backbone!r}, {weights!r}, "
        f"{list(layers)!r}{more})\n"
    )
