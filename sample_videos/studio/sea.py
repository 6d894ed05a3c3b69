"""Shots of a day at sea."""

import numpy as np

from studio.paint import Canvas, mix, place, rounded, smooth
from studio.props import CREAM, H, W, cloud, gulls, hills, moon, rain, scatter, stars, sun, waves
from studio.vehicles import boat, fish, lighthouse


def dawn(c: Canvas, t: float, part: float) -> None:
    """The sun comes up over the water."""
    c.sky("#33416f", "#a8648a", "#f59a76", "#ffd59a", bottom=176)
    height = 196 - 92 * smooth(0.15 + 0.85 * part)
    sun(c, 300, height, 27)
    c.sky("#c97b7f", "#5d6b94", "#2f4a78", top=172)
    for row in range(9):
        wide = (52 - 3.2 * row) * (0.8 + 0.2 * np.sin(t * 3 + row * 1.9)) * (0.35 + 0.65 * part)
        c.oval(300 + 3 * np.sin(t * 2 + row), 180 + row * 9, wide, 1.6, "#ffdca0", 0.75)
    gulls(c, t, [(90 + 34 * t, 84 - 4 * t, 13), (128 + 34 * t, 104 - 4 * t, 9), (66 + 34 * t, 112 - 4 * t, 8)])
    waves(c, 236, 9, 74, "#2b4470", t * 22)
    waves(c, 256, 11, 96, "#20345c", t * 40 + 30)


def sailing(c: Canvas, t: float, part: float) -> None:
    """A boat sails to the right past an island."""
    c.sky("#5fb6d9", "#bfe6ea", "#fdf3d8", bottom=180)
    for index, (x, y, size) in enumerate(((90, 60, 17), (290, 42, 22), (450, 78, 14))):
        cloud(c, x - t * (5 + 2 * index), y, size)
    c.sky("#3fa3bd", "#2180a6", top=170)
    island = 350 - 16 * t
    island_top = rounded([(-84, 4), (-60, -16), (-22, -32), (18, -28), (58, -10), (86, 4)])
    c.poly(place(island_top, island, 174), "#4f9d77")
    c.poly(place(np.array([(-94, 0), (-70, -7), (70, -7), (96, 0)]), island, 176), "#f0d9a2")
    lighthouse(c, island - 14, 148, 0.62)
    waves(c, 190, 5, 52, "#2b8fb2", t * 14)
    boat(c, 66 + 100 * t, 204 + 3 * np.sin(t * 3.4), 1.0, 0.06 * np.sin(t * 3.4 + 1))
    waves(c, 214, 8, 70, "#1f7aa1", t * 40)
    waves(c, 244, 10, 100, "#17628a", t * 66 + 20)


def reef(c: Canvas, t: float, part: float) -> None:
    """Fish swim past swaying weed while bubbles rise."""
    c.sky("#5fd0d3", "#2494b8", "#135f93", "#0d3f6e")
    for index, x in enumerate((60, 170, 300, 410)):
        lean = 50 + 8 * np.sin(t * 0.8 + index)
        c.poly(np.array([(x, -4), (x + 34, -4), (x + 34 + lean, 274), (x - 22 + lean, 274)]), "#c9f4ee", 0.1)
    hills(c, 240, 12, 230, "#0c3763", 5)
    for index, (x, high, _) in enumerate(scatter(13, 8)):
        root, tall = x * W, 46 + 62 * high
        up = np.linspace(0, 1, 9)
        bend = 11 * np.sin(t * 1.7 + index + up * 2.6) * up
        width = 6 * (1 - up**2) + 0.6
        left = np.stack([root + bend - width, 268 - tall * up], 1)
        right = np.stack([root + bend + width, 268 - tall * up], 1)[::-1]
        c.poly(np.vstack([left, right]), ("#1d8a7a", "#35ab7f", "#157068")[index % 3])
    school = scatter(7, 3)
    for index, (x, y, size) in enumerate(school):
        tone = ("#ff9a4d", "#ffc24b", "#f2705c")[index % 3]
        left = x * 300 + (52 + 26 * size) * t
        fish(c, left, 46 + index * 23 + 8 * np.sin(t * 2 + y * 6), 13 + 7 * size, tone, 0.3 * np.sin(t * 9 + index))
    for x, y, size in scatter(18, 12):
        rise = (y * 300 - t * (40 + 30 * size)) % 300 - 15
        c.disc(x * W + 5 * np.sin(t * 2 + x * 20), rise, 1.6 + 3 * size, "#dffaf7", 0.5)
    hills(c, 266, 8, 170, "#e3c48d", 9)


_WHALE_X = (62, 54, 30, -4, -42, -72, -94, -90, -96, -72, -38, 6, 42)
_WHALE_Y = (4, -13, -25, -27, -15, -5, -22, 0, 20, 6, 14, 23, 19)


def _leaper(c: Canvas, x: float, y: float, turn: float) -> None:
    """A whale in the air."""
    belly = [(58, 5), (42, 18), (6, 23), (-40, 12), (4, 11), (40, 6)]
    fin = [(16, 10), (2, 40), (-16, 38), (-2, 10)]
    for points, colour in ((np.stack([_WHALE_X, _WHALE_Y], 1), "#2c4a72"), (belly, CREAM), (fin, "#213a5c")):
        c.poly(place(rounded(points), x, y, 1.06, turn), colour)
    eye = place([(40, -3)], x, y, 1.06, turn)[0]
    c.disc(float(eye[0]), float(eye[1]), 2.6, "#ffffff")


def whale(c: Canvas, t: float, part: float) -> None:
    """A whale leaps out of the sea in an arc."""
    c.sky("#f6b48f", "#fbd8a6", "#fdf0cf", bottom=178)
    sun(c, 120, 96, 22, "#fff2c4", "#fff0c8")
    c.sky("#5b9fb0", "#2f7590", top=170)
    waves(c, 186, 5, 60, "#4590a8", t * 16)
    angle = -1.25 + 2.5 * part
    x, y = 240 + 135 * np.sin(angle), 290 - 190 * np.cos(angle)
    _leaper(c, x, y, angle * 0.95)
    for centre, start in ((112, 0.1), (368, 0.72)):
        age = (part - start) * 2.2
        for spread, lift, size in scatter(16, 4):
            if 0 < age < 0.75:
                drop = 190 * age * (0.5 + lift) - 300 * age**2
                c.disc(centre + (spread - 0.5) * 150 * age, 196 - drop, 1.5 + 2.6 * size, "#eaf7f6", 0.9)
    waves(c, 208, 8, 78, "#2f7893", t * 34)
    waves(c, 242, 10, 104, "#205f7c", t * 56)


def storm(c: Canvas, t: float, part: float) -> None:
    """Lightning and rain over high waves that toss a boat."""
    flash = max(0.0, 1 - abs(t - 0.9) / 0.14) + 0.8 * max(0.0, 1 - abs(t - 1.55) / 0.12)
    c.sky(*(mix(tone, "#cfd8f2", 0.6 * flash) for tone in ("#1d2740", "#33415f", "#55627c")))
    for index, x in enumerate((40, 150, 270, 390, 480)):
        cloud(c, x - 10 * t, 34 + 12 * (index % 2), 36, mix("#2a3550", "#aab4d0", 0.4 * flash))
    if flash > 0.05:
        bolt = [(0, 0), (-16, 44), (-3, 42), (-24, 96), (14, 34), (1, 36), (16, 0)]
        c.poly(place(bolt, 330 if t < 1.2 else 120, 60), "#fff6cc", min(1.0, flash))
    swell = np.sin(t * 2.6)
    waves(c, 176, 16, 120, "#3a5272", t * 50)
    boat(c, 214 + 12 * np.sin(t * 1.3), 190 + 15 * swell, 0.95, 0.26 * np.cos(t * 2.6), "#e8dcc0")
    waves(c, 206, 20, 150, "#2c4362", t * 84 + 40)
    waves(c, 244, 18, 180, "#1f3350", t * 120)
    rain(c, t, 6, 60, slant=0.42)


def beacon(c: Canvas, t: float, part: float) -> None:
    """A lighthouse turns its light through the night."""
    c.sky("#0f1738", "#22306a", "#4a4f8c", bottom=190)
    stars(c, t, 2, 160)
    moon(c, 92, 62, 20, "#22306a")
    c.sky("#2b3a72", "#131d44", top=188)
    for row in range(7):
        c.oval(
            92 + 3 * np.sin(t * 2 + row),
            194 + row * 8,
            (24 - 2 * row) * (0.8 + 0.2 * np.sin(t * 3 + row * 2)),
            1.3,
            "#f6efd8",
            0.5,
        )
    sweep = 2.5 * np.sin(t * 1.5 - 1.2)
    lamp = (356.0, 96.0)
    for reach, alpha in ((0.16, 0.2), (0.09, 0.3)):
        ends = place([(0, 0), (520 * np.sin(sweep), -520 * reach), (520 * np.sin(sweep), 520 * reach)], *lamp, 1, 0.04)
        c.poly(ends, "#ffeeb0", alpha)
    cliff = np.array([(270, H), (286, 226), (312, 206), (392, 200), (440, 214), (W + 4, 206), (W + 4, H)])
    c.poly(cliff, "#0f1836")
    lighthouse(c, 356, 204, 1.06, lit=True)
    c.glow(*lamp, 30, "#fff0b8", 0.9)
    waves(c, 246, 8, 84, "#111a3d", t * 26)
