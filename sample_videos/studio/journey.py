"""Shots of the red ball's journey, first part: from sunrise to the desert."""

from collections.abc import Sequence

import numpy as np

from studio.paint import Canvas, mix, oval, place, smooth
from studio.props import BALL as R
from studio.props import H, W, ball, cloud, flower, hills, scatter, shade, sun, tree
from studio.vehicles import car

Stop = tuple[float, float]


def hops(part: float, stops: Sequence[Stop], heights: Sequence[float]) -> tuple[float, float, float, float]:
    """Follow hops between ground points.

    Args:
        part: Progress from 0 to 1 through all hops.
        stops: Where the ball touches the ground: x and ground height.
        heights: How high each hop goes above the line between its two stops.

    Returns:
        x, ground height, lift above it and how flattened the ball is.
    """
    lengths = np.sqrt(np.asarray(heights, float))  # a fall takes time in proportion to the root of its height
    ends = np.concatenate([[0.0], np.cumsum(lengths)]) / lengths.sum()
    index = int(np.clip(np.searchsorted(ends, part, side="right") - 1, 0, len(heights) - 1))
    share = float((part - ends[index]) / (ends[index + 1] - ends[index]))
    (x0, y0), (x1, y1) = stops[index], stops[index + 1]
    lift = heights[index] * 4 * share * (1 - share)
    squash = 0.2 * np.exp(-((lift / 7) ** 2)) - 0.05 * np.sin(np.pi * share)
    return x0 + (x1 - x0) * share, y0 + (y1 - y0) * share, lift, float(squash)


def sunrise(c: Canvas, t: float, part: float) -> None:
    """The sun rises over green hills; the ball waits."""
    c.sky(mix("#2d3a73", "#6fc0e0", part), mix("#b0708f", "#cdeaea", part), mix("#f7b184", "#fff1cf", part))
    sun(c, 330, 190 - 128 * smooth(0.1 + 0.9 * part), 26, "#ffdf86")
    hills(c, 172, 20, 340, mix("#54618c", "#8fc7b0", part), 4, 4 * t)
    hills(c, 206, 18, 260, mix("#3d5a70", "#5fae86", part), 7, 8 * t)
    for x, size in ((46, 60), (92, 44), (410, 66)):
        tree(c, x - 3 * t, 226, size, mix("#2f5a58", "#3f9c6c", part), 1.2 * np.sin(t * 1.5 + x))
    hills(c, 238, 7, 400, mix("#2f5f55", "#4aa571", part), 2)
    rock = 0.16 * np.sin(t * 2.2)
    shade(c, 190, 240, R)
    ball(c, 190 + 5 * rock, 225, R, rock)


def meadow(c: Canvas, t: float, part: float) -> None:
    """The ball rolls down a flowery slope."""
    c.sky("#6cc3e6", "#c9ecf0", "#fdf6dc")
    for index, (x, y, size) in enumerate(((120, 40, 16), (300, 64, 20), (430, 34, 14))):
        cloud(c, x - t * (7 + 3 * index), y, size)
    hills(c, 206, 24, 300, "#8fd0a4", 6, 6 * t)

    def ground(x: float) -> float:
        return 112 + 0.26 * x + 6 * np.sin(x / 46)

    edge = np.arange(-8, W + 12, 6.0)
    top = np.stack([edge, 112 + 0.26 * edge + 6 * np.sin(edge / 46)], 1)
    c.poly(np.vstack([top, [(W + 12, H + 4), (-8, H + 4)]]), "#55b478")
    c.poly(np.vstack([top + np.array([0, 34]), [(W + 12, H + 4), (-8, H + 4)]]), "#43a06b")
    x = -24 + 540 * (0.55 * part + 0.45 * part**2)
    ball(c, x + 4, ground(x) - R + 1, R, 1.05 * x / R)
    for index, (across, down, size) in enumerate(scatter(34, 14)):
        left = across * (W + 20) - 10
        tone = ("#ffffff", "#f58fb0", "#ffcf5c", "#c6a4f0")[index % 4]
        flower(c, left, ground(left) + 14 + down * 110, 3.4 + 2.6 * size, tone, 2 * np.sin(t * 2 + index))


def _bricks(c: Canvas, x: float, ground: float, wide: int, rows: int) -> None:
    """A brick wall ``wide`` half bricks across."""
    c.box(x - 2, ground - rows * 11 - 5, wide * 12 + 4, 6, "#f0d9c0", corner=2)
    c.box(x, ground - rows * 11, wide * 12, rows * 11, "#e8c7ae")
    for row in range(rows):
        for brick in range(-1, wide, 2):
            left = max(brick + row % 2, 0)
            right = min(brick + row % 2 + 2, wide)
            tone = ("#c4553f", "#b54a3a", "#d0644a")[(row * 5 + brick) % 3]
            if right > left:
                c.box(x + left * 12 + 1, ground - (row + 1) * 11 + 1, (right - left) * 12 - 2, 9.4, tone)


def wall(c: Canvas, t: float, part: float) -> None:
    """The ball jumps over a brick wall."""
    c.sky("#8fd3ea", "#d9f1ee", "#fff6dd")
    cloud(c, 90 - 6 * t, 52, 20)
    cloud(c, 372 - 9 * t, 38, 16)
    hills(c, 196, 18, 300, "#a6d8b2", 3)
    for x, size in ((34, 74), (446, 86), (396, 56)):
        tree(c, x, 222, size, "#5cb583", 1.5 * np.sin(t * 1.6 + x))
    c.sky("#62b97f", "#479f6c", top=220)
    _bricks(c, 222, 238, 3, 8)
    marks = [(x, 238.0) for x in (-30, 52, 138, 338, 424, 515)]
    x, low, lift, squash = hops(part, marks, (34, 30, 140, 36, 28))
    shade(c, x, low, R, lift)
    ball(c, x, low - lift - R * (1 - squash), R, x / 26, squash)


def stairs(c: Canvas, t: float, part: float) -> None:
    """The ball bounces down a flight of stairs between houses."""
    c.sky("#f8c9a0", "#fde4bd", "#fff3dc")
    for index, (x, high, tone) in enumerate(
        ((196, 150, "#e9a58c"), (276, 122, "#f3d6a4"), (352, 176, "#9fc4bd"), (424, 138, "#e8b9a6"))
    ):
        c.box(x, 270 - high, 70, high, tone)
        c.poly(
            np.array([(x - 5, 270 - high), (x + 75, 270 - high), (x + 62, 254 - high), (x + 8, 254 - high)]), "#b5543f"
        )
        for pane in range(2):
            c.box(x + 12 + 30 * pane, 292 - high, 16, 22, "#51708a", corner=3)
            c.box(x + 9 + 30 * pane, 315 - high, 22, 4, ("#d8788f", "#4f9d77")[index % 2])
    for step in range(8):
        top = 104 + 22 * step
        c.box(step * 60 - 4, top, 64, H - top + 4, mix("#fbf1e0", "#e2cdb4", step / 9))
        c.box(step * 60 - 4, top, 64, 4, "#fffaf0")
        c.box(step * 60 + 57, top + 3, 3, H, "#cdb497")
    c.box(14, 80, 20, 24, "#c96f4f", corner=3)
    for lean in (-0.7, 0.0, 0.7):
        c.poly(place(oval(0, -18, 6, 16), 24, 82, 1.0, lean + 0.05 * np.sin(2 * t)), "#3f8f66")
    marks = [(-26.0, 104.0)] + [(step * 60 + 34.0, 104.0 + 22 * step) for step in range(1, 8)] + [(520.0, 258.0)]
    x, low, lift, squash = hops(part, marks, (44, 40, 42, 40, 42, 40, 42, 30))
    ball(c, x, low - lift - R * (1 - squash), R, x / 24, squash)


def _cactus(c: Canvas, x: float, y: float, size: float) -> None:
    """A cactus with two arms."""
    for left, top, wide, high in (
        (-0.14, -1.0, 0.28, 1.02),
        (-0.5, -0.74, 0.2, 0.36),
        (0.32, -0.86, 0.2, 0.42),
        (-0.5, -0.5, 0.5, 0.18),
        (0.0, -0.58, 0.5, 0.18),
    ):
        c.box(x + left * size, y + top * size, wide * size, high * size, "#4c8a5f", corner=0.085 * size)


def desert(c: Canvas, t: float, part: float) -> None:
    """A car drives through the desert with the ball on its roof."""
    c.sky("#f58a5b", "#fbb873", "#ffe3a8", bottom=206)
    sun(c, 370, 84, 32, "#fff0bd", "#ffe3a0")
    for index, (x, wide, high) in enumerate(((60, 90, 70), (230, 60, 96), (420, 110, 60), (600, 80, 84))):
        left = (x - 14 * t * (1 + 0.2 * index) + 140) % 760 - 140
        ridge = [(0, 206), (10, 206 - high), (wide - 12, 206 - high), (wide + 16, 206)]
        c.poly(place(ridge, left, 0), ("#d9695a", "#c95a55")[index % 2])
        shady = [(wide - 26, 206 - high), (wide - 12, 206 - high), (wide + 16, 206), (wide - 8, 206)]
        c.poly(place(shady, left, 0), "#b04c50")
    c.sky("#efb873", "#dd9a5d", top=200)
    for index in range(4):
        _cactus(c, (index * 190 + 90 - 120 * t) % 760 - 70, 216 + 3 * (index % 2), 40 + 9 * (index % 3))
    c.sky("#6a5566", "#54465c", top=222, bottom=256)
    for index in range(7):
        c.box((index * 96 - 210 * t) % 672 - 70, 238, 44, 3, "#fbe3b0")
    shake = 0.9 * np.sin(t * 17)
    x = 130 + 150 * smooth(part)
    ball(c, x - 2, 244 - 45 - 12 + 1.6 * shake, 13, 0.1 * shake)
    car(c, x, 244 + shake, "#1f9c93", 210 * t)
