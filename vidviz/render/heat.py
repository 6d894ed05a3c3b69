"""Heat, boxes and channels drawn into pictures: arrays in, RGB frames out."""

from __future__ import annotations

import math

import numpy as np

from vidviz.render.colours import SCALES

HEAT_OPACITY = 0.7
BOX_COLOUR = (255, 176, 0)
GAP_PX = 2


def colour_values(values: np.ndarray, scale: str = "magma") -> np.ndarray:
    """Values in 0 to 1 as RGB, (...,) -> (..., 3) uint8; values outside are clipped.

    Args:
        values: any shape.
        scale: viridis, magma, cividis, or diverging, whose middle is at 0.5.
    """
    stops = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in SCALES[scale]], np.float32)
    table = np.stack([np.interp(np.linspace(0, len(stops) - 1, 256), range(len(stops)), stops[:, c]) for c in range(3)])
    index = np.clip(np.rint(np.nan_to_num(values) * 255), 0, 255).astype(np.uint8)
    return np.asarray(np.rint(table.T).astype(np.uint8)[index])


def overlay_heat(frames: np.ndarray, heat: np.ndarray, *, peak: float | None = None) -> np.ndarray:
    """Heat laid over the frames it belongs to; where there is none, the frame shows, in grey.

    Args:
        frames: (T, H, W, 3) uint8.
        heat: (T, H, W), not negative.
        peak: the heat of the brightest colour; the largest of `heat` when not given.

    Returns:
        (T, H, W, 3) uint8.
    """
    most = float(heat.max()) if peak is None else peak
    share = np.clip(heat / most, 0, 1) if most > 0 else np.zeros_like(heat)
    grey = np.repeat(frames.mean(axis=3, keepdims=True) * 0.75, 3, axis=3)
    # The square root shows weak heat as well; the opacity follows the heat itself.
    opacity = (HEAT_OPACITY * np.sqrt(share))[..., None]
    return np.rint(grey * (1 - opacity) + colour_values(0.25 + 0.75 * share) * opacity).astype(np.uint8)


def draw_box(
    frames: np.ndarray, box: tuple[tuple[int, int], tuple[int, int], tuple[int, int]], *, dim: bool = True
) -> np.ndarray:
    """Frames with a box's outline on those that it spans; the others are dimmed.

    Args:
        frames: (T, H, W, 3) uint8.
        box: (start, end) in frames, rows and columns, ends excluded.
        dim: whether the frames outside the box are dimmed.
    """
    (first, last), (top, bottom), (left, right) = box
    drawn = frames // 3 if dim else frames.copy()
    drawn[first:last] = frames[first:last]
    if bottom > top and right > left:
        width = max(1, round(min(frames.shape[1:3]) / 64))
        inner = (
            slice(top + width, max(top + width, bottom - width)),
            slice(left + width, max(left + width, right - width)),
        )
        outline = np.zeros(frames.shape[1:3], bool)
        outline[top:bottom, left:right] = True
        outline[inner] = False
        drawn[first:last, outline] = BOX_COLOUR
    return drawn


def tile_channels(pixels: np.ndarray, *, tile_px: int = 48, scale: str = "viridis") -> np.ndarray:
    """The channels of a layer side by side in a square, coloured: (T, K, h, w) uint8 -> (T, H, W, 3) uint8.

    Each tile is `tile_px` wide, its pixels kept apart; pictures in colour, (T, K, h, w, 3), stay as they are.
    """
    coloured = pixels if pixels.ndim == 5 else colour_values(pixels / 255.0, scale)
    frames, count, height, width = coloured.shape[:4]
    columns = math.ceil(math.sqrt(count))
    factor = max(1, round(tile_px / width))
    large = coloured.repeat(factor, axis=2).repeat(factor, axis=3)
    tall, wide = height * factor + GAP_PX, width * factor + GAP_PX
    rows = math.ceil(count / columns)
    page = np.full((frames, rows * tall, columns * wide, 3), 255, np.uint8)
    for k in range(count):
        top, left = k // columns * tall, k % columns * wide
        page[:, top : top + tall - GAP_PX, left : left + wide - GAP_PX] = large[:, k]
    return page[:, : rows * tall - GAP_PX, : columns * wide - GAP_PX]


def enlarge(frames: np.ndarray, height_px: int) -> np.ndarray:
    """Frames (T, H, W, 3) in whole multiples of their pixels, about `height_px` high."""
    factor = max(1, round(height_px / frames.shape[1]))
    return np.ascontiguousarray(frames.repeat(factor, axis=1).repeat(factor, axis=2))


def side_by_side(films: list[np.ndarray], *, gap_px: int = 8) -> np.ndarray:
    """Films of different sizes in one, frame by frame, from left to right on white.

    Args:
        films: each (T, H, W, 3) uint8, of one length.
        gap_px: white between them.
    """
    frames, height = len(films[0]), max(film.shape[1] for film in films)
    parts: list[np.ndarray] = []
    for film in films:
        part = np.full((frames, height, film.shape[2], 3), 255, np.uint8)
        part[:, : film.shape[1]] = film
        parts += [part, np.full((frames, height, gap_px, 3), 255, np.uint8)]
    return np.concatenate(parts[:-1], axis=2)


def write_animation(frames: np.ndarray, seconds: float, kind: str = "gif") -> bytes:
    """Frames (T, H, W, 3) uint8 as an endless GIF or WebP.

    Args:
        frames: at least one.
        seconds: how long one round takes.
        kind: "gif" or "webp".
    """
    import io

    from PIL import Image

    pictures = [Image.fromarray(frame) for frame in frames]
    buffer = io.BytesIO()
    step_ms = max(20, round(1000 * seconds / len(frames)))
    settings = {"quality": 80, "method": 4} if kind == "webp" else {"optimize": False}
    pictures[0].save(
        buffer, kind.upper(), save_all=True, append_images=pictures[1:], duration=step_ms, loop=0, **settings
    )
    return buffer.getvalue()
