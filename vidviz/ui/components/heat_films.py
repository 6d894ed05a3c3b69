"""Films in colour, made on the server, as lanes of one clock: heat over frames, boxes, kernels."""

from __future__ import annotations

import numpy as np

from vidviz.render.heat import tile_channels
from vidviz.render.sheets import frames_sheet
from vidviz.services.inside.film_clock import FilmClock
from vidviz.ui.components.film import feature_film
from vidviz.ui.components.film_data import FilmClip, FilmLane, Place
from vidviz.ui.components.media import SHELF

LONGEST_SIDE_PX = 448
KERNEL_PX = 32
SECONDS_A_KERNEL_FRAME = 0.4


def colour_lane(frames: np.ndarray, title: str, clock: FilmClock, note: str = "", choosing: str = "") -> FilmLane:
    """A film (T, H, W, 3) uint8 as a lane without layers; larger pictures are thinned out.

    `clock` says when its frames were, `choosing` what a click on it does, where it does anything.
    """
    step = max(1, -(-max(frames.shape[1:3]) // LONGEST_SIDE_PX))
    sheet = frames_sheet(np.ascontiguousarray(frames[:, ::step, ::step]))
    times = clock.times.tolist()
    clip = FilmClip(title, SHELF.put(sheet.webp), sheet.layout, clock.seconds, note, choosing, times, clock.offset)
    return FilmLane(clip)


def play_side_by_side(
    lanes: list[FilmLane], *, key: str, title: str, start_frame: int | None = None
) -> tuple[int, float, float] | None:
    """Play colour films side by side on one clock, or let them wait at a frame.

    Returns:
        The place that a person has just chosen on one of them: the frame, and the row and column as parts of its
        height and width.
    """
    place = feature_film(lanes, key=key, title=title, start_frame=start_frame)
    if not isinstance(place, Place):
        return None
    layout = lanes[place.lane].clip.layout
    return place.frame, (place.y + 0.5) / layout.tile_height_px, (place.x + 0.5) / layout.tile_width_px


def play_kernels(kernels: np.ndarray, note: str, *, key: str) -> None:
    """Kernels (frames, filters, rows, columns, 3) uint8, side by side; those of one frame stand still."""
    page = tile_channels(kernels, tile_px=KERNEL_PX)
    seconds = max(0.5, SECONDS_A_KERNEL_FRAME * len(page))
    clock = FilmClock(np.arange(len(page)) * seconds / len(page), 0.0, seconds)
    feature_film([colour_lane(page, "Kernels", clock, note)], key=key, title="Kernels of a convolution")
