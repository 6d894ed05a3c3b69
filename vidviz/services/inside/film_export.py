"""The film of a network to take away: as GIF, MP4 or npz, and the lines of Python that give the same."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from vidviz.errors import WorkspaceError
from vidviz.introspect.feature_films import feature_film
from vidviz.render.heat import enlarge, side_by_side, tile_channels, write_animation
from vidviz.services.inside.clip_input import ClipInput
from vidviz.services.inside.fed_view import USUAL
from vidviz.services.inside.layer_films import Inspection, activation_arrays
from vidviz.store.files import replace_file
from vidviz.types import ChannelSheet

CLIP_PX = 256
MP4_ROUNDS = 2
"""A film of a second is too short to look at: it runs twice."""


def lay_film(inspection: Inspection, sheets: Sequence[ChannelSheet], scale: str = "viridis") -> np.ndarray:
    """The clip and the channels of its layers side by side on one clock, over each frame the nearest step of a layer.

    Args:
        inspection: the clip and its layers.
        sheets: the chosen channels of each layer.
        scale: the colour map.

    Returns:
        (T, H', W', 3) uint8.
    """
    frames = inspection.frames
    tiles = [
        tile_channels(sheet.pixels, tile_px=max(24, CLIP_PX // 6), scale=scale)[layer.moments.over_frames(len(frames))]
        for layer, sheet in zip(inspection.layers, sheets, strict=True)
    ]
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


def save_inspection(inspection: Inspection, out: Path, *, num_channels: int = 16, order: str = "variance") -> None:
    """Write what a network saw to a file: .npz holds the activations, .gif and .mp4 the film.

    Args:
        inspection: the clip and its layers.
        out: where to; its ending says what is written.
        num_channels: of each layer's film.
        order: which channels come first; see `vidviz.introspect.feature_films.feature_film`.

    Raises:
        WorkspaceError: the ending is none of these, or the folder does not exist.
        UnknownNameError: no such order.
    """
    pack = _PACKERS.get(out.suffix.lower())
    if pack is None:
        raise WorkspaceError(f"{out.name!r} should end in one of: {', '.join(_PACKERS)}.")
    if not out.parent.is_dir():
        raise WorkspaceError(f"The folder {str(out.parent)!r} does not exist.")
    data = pack(inspection, num_channels, order)
    with replace_file(out) as file:
        file.write(data)


def _pack_npz(inspection: Inspection, _num_channels: int, _order: str) -> bytes:
    return pack_arrays(inspection)


def _pack_film(pack: Callable[[np.ndarray, float], bytes]) -> Callable[[Inspection, int, str], bytes]:
    def pack_one(inspection: Inspection, num_channels: int, order: str) -> bytes:
        sheets = [feature_film(layer.film, num_channels=num_channels, order=order) for layer in inspection.layers]
        return pack(lay_film(inspection, sheets), inspection.seconds)

    return pack_one


_PACKERS = {".npz": _pack_npz, ".gif": _pack_film(pack_gif), ".mp4": _pack_film(pack_mp4)}


def say_python(workspace: str, asked: ClipInput, layers: Sequence[str]) -> str:
    """The lines of Python that give the same activations; public names only, so that they go on working."""
    more = ", backwards=True" if asked.backwards else ""
    more += f", sampling={asked.sampling!r}" if asked.sampling != USUAL else ""
    more += f", view={asked.view}" if asked.view > 1 else ""
    what = f"{asked.clip_id}, {asked.backbone!r}, {asked.weights!r}, {list(layers)!r}{more}"
    return f"import vidviz\nworkspace = vidviz.Workspace({workspace!r})\ninspection = workspace.inspect({what})\n"
