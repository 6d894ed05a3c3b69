"""Shots of the red ball's journey, the wet part: rain, a pond and the deep sea."""

import numpy as np

from studio.paint import Canvas, mix, place, smooth
from studio.props import BALL as R
from studio.props import GOLD, INK, TAU, H, W, ball, cloud, fir, flower, gulls, hills, rain, scatter, shade
from studio.vehicles import umbrella


def shelter(c: Canvas, t: float, part: float) -> None:
    """Rain falls and the ball rolls under an umbrella."""
    c.sky("#5f7690", "#8fa5b3", "#c2cfcf")
    for index, x in enumerate((30, 150, 280, 410)):
        cloud(c, x + 7 * t, 26 + 12 * (index % 2), 38, "#70859b")
    hills(c, 196, 18, 310, "#7fa08f", 11)
    for x, size in ((60, 90), (110, 66), (420, 96)):
        fir(c, x, 226, size, "#4b7a70")
    c.sky("#6fa57e", "#4f8767", top=222)
    for index, (x, y, _) in enumerate(scatter(7, 31)):
        age = (t * 1.4 + index * 0.31) % 1.0
        c.oval(x * W, 236 + y * 28, 16 * age, 3.6 * age, "#d3e2e0", 0.5 * (1 - age))
    way = smooth(part * 1.7)
    x = -24 + 302 * way
    shade(c, x, 244, R)
    ball(c, x, 244 - R, R, x / R)
    umbrella(c, 296, 246, 84, "#f2b43c", -0.12 + 0.03 * np.sin(t * 2.4))
    rain(c, t, 9, 64, "#e3ecf2", 0.1)


def _duckling(c: Canvas, x: float, y: float) -> None:
    """A duckling that swims right."""
    c.oval(x, y, 12, 7.5, GOLD)
    c.disc(x + 8, y - 9, 6, "#ffd35c")
    c.poly(np.array([(x + 13, y - 11), (x + 20, y - 8), (x + 13, y - 6)]), "#ef7f3c")
    c.disc(x + 10, y - 10.5, 1.2, INK)


def pond(c: Canvas, t: float, part: float) -> None:
    """The ball crosses a pond in a paper boat, ducklings behind it."""
    c.sky("#a9dccf", "#e3f3dc", "#fff7df", bottom=140)
    gulls(c, t, [(330 - 22 * t, 46, 10), (370 - 22 * t, 60, 8)], INK)
    hills(c, 128, 16, 240, "#8cc9a1", 8)
    c.sky("#7cc9c4", "#46a3ad", "#2f8299", top=134)
    for index, (x, y, size) in enumerate(scatter(12, 17)):
        c.box(x * 560 - 60 + 6 * np.sin(t + index), 146 + y * 116, 18 + 26 * size, 1.6, "#d9f2ea", 0.5, corner=0.8)
    for x, y, size in ((70, 246, 26), (392, 232, 30), (450, 256, 20), (236, 254, 18)):
        c.oval(x, y + np.sin(t * 1.6 + x), size, size * 0.34, "#3f9a68")
        flower(c, x + 4, y + np.sin(t * 1.6 + x), 5, "#fbd3df", 0.0)
    x, y = 130 + 78 * t, 196 + 2.5 * np.sin(t * 2.6)
    tilt = 0.05 * np.sin(t * 2.6 + 1)
    ball(c, x, y - 21, R, 0.16 * np.sin(t * 2))
    c.poly(place([(-62, -26), (-16, -12), (16, -12), (62, -26), (38, 12), (-38, 12)], x, y, 1.0, tilt), "#fffdf6")
    c.poly(place([(-16, -12), (16, -12), (0, 12)], x, y, 1.0, tilt), "#e3e6e0")
    c.box(x - 46, y + 11, 92, 3, "#d9f2ea", 0.7, corner=1.5)
    for index in range(3):
        left, low = x - 100 - 38 * index, y + 6 + 1.6 * np.sin(t * 4 + index)
        _duckling(c, left, low)
    for index, (across, high, _) in enumerate(scatter(10, 41)):
        root = across * 110 - 6 if index % 2 else W + 6 - across * 90
        tip = (root + 4 * np.sin(t * 1.5 + index), 214 - 46 * high)
        c.line([(root, H), tip], 2.2, "#2f7d5d")
        c.oval(*tip, 2.6, 9, "#8a5a3c")


def _jelly(c: Canvas, x: float, y: float, size: float, colour: str, beat: float) -> None:
    """A jellyfish that opens and closes its bell."""
    wide = size * (1 + 0.14 * np.sin(beat))
    c.glow(x, y, size * 2.6, colour, 0.35)
    for arm in range(5):
        down = np.linspace(0, 1, 8)
        across = (arm - 2) * 0.36 * wide + 0.2 * size * np.sin(beat * 0.8 - down * 5 + arm) * down
        c.line(np.stack([x + across, y + down * size * 1.9], 1), 1.8, mix(colour, "#102a5c", 0.35))
    angle = np.linspace(np.pi, TAU, 30)
    bell = np.stack([x + wide * np.cos(angle), y + size * 0.95 * np.sin(angle)], 1)
    c.poly(bell, colour, 0.9)
    c.oval(x - wide * 0.3, y - size * 0.5, size * 0.2, size * 0.13, "#ffffff", 0.45, -0.5)


def deep(c: Canvas, t: float, part: float) -> None:
    """The ball sinks through the deep sea among jellyfish."""
    c.sky("#1b6c9c", "#134a84", "#0d2c62", "#0a1a45")
    for x, y, size in scatter(26, 6):
        c.disc(x * W, (y * 300 - t * (14 + 26 * size)) % 300 - 15, 0.8 + 1.6 * size, "#bfe6f2", 0.45)
    places = ((84, 110, 28, "#f59ac0"), (190, 196, 18, "#9ad8f0"), (352, 84, 22, "#c9a4f2"), (420, 186, 32, "#ffb58a"))
    for index, (x, y, size, tone) in enumerate(places):
        _jelly(
            c, x + 8 * np.sin(t * 0.7 + index), y - 13 * t - 7 * np.sin(t * 2.4 + index), size, tone, t * 2.4 + index
        )
    x, y = 262 + 26 * np.sin(t * 1.3), -22 + 238 * part
    for index in range(6):
        rise = (t * 0.9 + index / 6) % 1
        c.disc(
            x + 7 * np.sin(index * 2 + t * 3), y - 12 - 74 * rise, 1.4 + 2.2 * (1 - rise), "#dff4fa", 0.65 * (1 - rise)
        )
    ball(c, x, y, R, 0.9 * np.sin(t * 1.1))
    hills(c, 262, 10, 200, "#08153a", 12)
