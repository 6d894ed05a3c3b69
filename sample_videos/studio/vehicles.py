"""Things that travel, and the beacon that guides them."""

import numpy as np

from studio.paint import Canvas, mix, oval, place
from studio.props import CREAM, GOLD, INK, RED, TAU


def car(c: Canvas, x: float, y: float, colour: str, travel: float, lamp: bool = False) -> None:
    """A small car heading right; (x, y) is the road under its middle."""
    if lamp:
        for reach in (46, 74, 102):  # three overlapping cones, so that the light fades with distance
            c.poly(
                np.array([(x + 44, y - 20), (x + 44 + reach, y - 20 - reach / 8), (x + 44 + reach, y + 7)]),
                "#ffe7a3",
                0.11,
            )
        c.glow(x + 45, y - 18, 26, "#ffe7a3", 0.7)
    c.oval(x, y + 1, 52, 5, INK, 0.3)
    cabin = np.array([(-30, -26), (-20, -46), (12, -46), (27, -26)])
    c.poly(place(cabin, x, y), mix(colour, "#ffffff", 0.12))
    c.poly(place([(-23, -27), (-16, -42), (-6, -42), (-6, -27)], x, y), "#d7eef5")
    c.poly(place([(-2, -27), (-2, -42), (10, -42), (20, -27)], x, y), "#d7eef5")
    c.box(x - 46, y - 28, 92, 20, colour, corner=8)
    c.box(x - 46, y - 17, 92, 3, mix(colour, "#ffffff", 0.35))
    c.disc(x + 43, y - 19, 3.2, "#fff1bd")
    for side in (-26, 26):
        c.disc(x + side, y - 9, 10.5, "#232a3d")
        c.disc(x + side, y - 9, 5.2, "#cfd6df")
        for spoke in range(3):
            angle = travel / 10.5 + spoke * TAU / 3
            c.line([(x + side, y - 9), (x + side + 7 * np.cos(angle), y - 9 + 7 * np.sin(angle))], 1.4, "#6d7686")


def boat(c: Canvas, x: float, y: float, size: float, tilt: float, sail: str = CREAM) -> None:
    """A sailing boat on the water line (x, y)."""
    parts = (
        ([(-2, -6), (2, -6), (2, -82), (-2, -82)], "#6b4a3a"),
        ([(5, -78), (5, -16), (44, -16)], sail),
        ([(-5, -68), (-5, -16), (-34, -16)], mix(sail, RED, 0.75)),
        ([(-44, -10), (50, -10), (36, 10), (-32, 10)], "#b5493b"),
        ([(-44, -10), (50, -10), (47.5, -6), (-42, -6)], CREAM),
    )
    for points, colour in parts:
        c.poly(place(points, x, y, size, tilt), colour)


def lighthouse(c: Canvas, x: float, y: float, size: float, lit: bool = False) -> None:
    """A red and white lighthouse standing at (x, y)."""
    for step in range(5):
        low, high = 15 - 1.4 * step, 15 - 1.4 * (step + 1)
        points = [(-low, -18 * step), (low, -18 * step), (high, -18 * step - 18), (-high, -18 * step - 18)]
        c.poly(place(points, x, y, size), RED if step % 2 == 0 else CREAM)
    c.box(x - 12 * size, y - 93 * size, 24 * size, 4 * size, INK)
    c.box(x - 6 * size, y - 108 * size, 12 * size, 15 * size, "#ffe79a" if lit else "#dbeaf0")
    c.poly(place([(-10, -108), (10, -108), (0, -121)], x, y, size), RED)


def fish(c: Canvas, x: float, y: float, size: float, colour: str, wag: float) -> None:
    """A striped fish that swims right."""
    tail = np.array([(-0.75, 0.0), (-1.45, -0.5 + wag), (-1.25, wag * 0.6), (-1.45, 0.5 + wag)])
    c.poly(place(tail, x, y, size), mix(colour, INK, 0.15))
    c.poly(place([(-0.35, -0.4), (0.15, -0.85), (0.4, -0.4)], x, y, size), mix(colour, INK, 0.15))
    c.oval(x, y, size, size * 0.56, colour)
    c.poly(place(oval(0.02, 0, 0.13, 0.52), x, y, size), CREAM)
    c.poly(place(oval(-0.5, 0, 0.1, 0.4), x, y, size), CREAM)
    c.disc(x + size * 0.58, y - size * 0.12, size * 0.15, "#ffffff")
    c.disc(x + size * 0.62, y - size * 0.12, size * 0.08, INK)


def balloon(c: Canvas, x: float, y: float, size: float, colour: str, sway: float) -> None:
    """A striped hot-air balloon around (x, y), its basket below."""
    for across in (-0.42, 0.42):
        c.line(place([(across, 0.85), (across * 0.42, 1.5)], x, y, size, sway), 1.0, INK)
    angle = np.linspace(0, TAU, 60)
    skin = np.stack([np.cos(angle), np.sin(angle)], 1)
    skin[:, 0] *= np.where(skin[:, 1] > 0, 1 - 0.45 * skin[:, 1] ** 2, 1.0)
    for width, tone in ((1.0, colour), (0.68, CREAM), (0.32, GOLD)):
        c.poly(place(skin * (width, 1.0), x, y, size, sway), tone)
    c.poly(place([(-0.22, 1.45), (0.22, 1.45), (0.17, 1.82), (-0.17, 1.82)], x, y, size, sway), "#8a5a3c")


def train(c: Canvas, x: float, y: float, colour: str, wagons: int, glass: str, travel: float) -> None:
    """An engine at x heading right with wagons behind it, on rails at y."""
    for wagon in range(wagons):
        left = x - 84 * (wagon + 1)
        c.box(left + 78, y - 10, 10, 3, "#232a3d")
        c.box(left, y - 34, 80, 29, colour if wagon else mix(colour, INK, 0.2), corner=6)
        c.box(left, y - 14, 80, 3, CREAM)
        for pane in range(4):
            c.box(left + 8 + pane * 17, y - 28, 12, 10, glass, corner=2)
        for wheel in (14, 66):
            c.disc(left + wheel, y - 4, 5, "#232a3d")
            spot = place([(2.6, 0)], left + wheel, y - 4, 1.0, travel / 5)[0]
            c.disc(float(spot[0]), float(spot[1]), 1.3, "#cfd6df")


def umbrella(c: Canvas, x: float, y: float, size: float, colour: str, tilt: float = 0.0) -> None:
    """An open umbrella; (x, y) is the end of its handle."""
    c.line(place([(0, 0), (0, -1.5)], x, y, size, tilt), 2.0, INK)
    angle = np.linspace(np.pi, TAU, 30)
    dome = np.stack([np.cos(angle), np.sin(angle)], 1)
    for width, tone in ((1.0, colour), (0.5, mix(colour, "#ffffff", 0.25))):
        c.poly(place(dome * (width, 1.0) + (0, -1.1), x, y, size, tilt), tone)
