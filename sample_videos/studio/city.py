"""Shots of a night in a city."""

import numpy as np

from studio.paint import Canvas, mix, place, smooth
from studio.props import GOLD, INK, RED, TEAL, W, burst, house, moon, rain, scatter, stars, sun
from studio.vehicles import car, train, umbrella


def skyline(c: Canvas, ground: float, colour: str, lit: float, seed: int, pan: float, tall: float) -> None:
    """A row of houses that moves left by ``pan`` and comes round again."""
    left = -70.0
    sizes = scatter(14, seed)
    span = float(np.sum(30 + 34 * sizes[:, 0]))
    for index, (wide, high, _) in enumerate(sizes):
        width = 30 + 34 * wide
        x = (left - pan + 70) % span - 70
        house(c, x, ground, width - 2, tall * (0.45 + 0.55 * high), colour, lit, seed * 50 + index)
        left += width


def dusk(c: Canvas, t: float, part: float) -> None:
    """The sun sets behind the houses and the windows light up."""
    c.sky(mix("#4a5a9a", "#1a2150", part), mix("#d9748a", "#5a4488", part), mix("#ffc88a", "#d97a7a", part))
    sun(c, 320, 92 + 96 * smooth(part * 0.9), 30, "#ffd27d", "#ffb27d")
    skyline(c, 270, mix("#8a6a98", "#4a4580", part), 0.5 * part, 3, 6 * t, 150)
    skyline(c, 270, mix("#5b4a80", "#2c2f62", part), 0.75 * part, 5, 14 * t, 118)
    skyline(c, 276, mix("#2f2a56", "#171b40", part), 0.9 * part, 8, 28 * t, 76)


def drive(c: Canvas, t: float, part: float) -> None:
    """A car drives to the right through the streets."""
    c.sky("#141a42", "#3a3576", "#7a4f8c", bottom=200)
    moon(c, 396, 52, 17, "#2a2a66")
    skyline(c, 206, "#3a3a78", 0.4, 3, 20 * t, 140)
    skyline(c, 208, "#25285a", 0.6, 5, 60 * t, 104)
    c.sky("#3b3f63", "#2b2f50", top=204)
    c.box(0, 204, W, 5, "#6a6e92")
    for index in range(6):
        c.box((index * 100 - 190 * t) % 600 - 60, 243, 46, 4, "#f1dca0")
    for index in range(3):
        x = (index * 220 + 60 - 150 * t) % 660 - 60
        c.box(x - 2, 112, 4, 94, INK)
        c.box(x - 2, 110, 30, 4, INK, corner=2)
        c.glow(x + 26, 118, 44, "#ffdf9a", 0.75)
        c.disc(x + 26, 116, 5, "#fff0c4")
    car(c, 176 + 26 * part, 236 + 0.8 * np.sin(t * 16), "#ef5d50", 190 * t, lamp=True)


def _walker(c: Canvas, x: float, y: float, coat: str, shield: str, stride: float) -> None:
    """Somebody who walks under an umbrella."""
    for swing in (np.sin(stride), -np.sin(stride)):
        c.line([(x, y - 26), (x + 9 * swing, y - 1 - 3 * max(0.0, swing))], 4.4, INK)
    bob = abs(np.cos(stride)) * 2
    c.poly(place([(-8, -60), (8, -60), (14, -22), (-14, -22)], x, y - bob), coat)
    c.disc(x + 1, y - 68 - bob, 8.5, "#e8b48c")
    c.oval(x - 1, y - 72 - bob, 9, 6, "#4a2f36")
    umbrella(c, x + 11, y - 44 - bob, 30, shield, 0.08 + 0.03 * np.sin(stride))


def downpour(c: Canvas, t: float, part: float) -> None:
    """People walk through the rain under umbrellas."""
    c.sky("#20284f", "#3c4676", "#6a7096", bottom=212)
    skyline(c, 212, "#343c6c", 0.55, 6, 4 * t, 150)
    c.sky("#4a5280", "#2a3056", top=210)
    for index, (x, y, _) in enumerate(scatter(9, 15)):
        age = (t * 1.3 + index * 0.37) % 1.0
        c.oval(x * W, 222 + y * 44, 20 * age, 4.4 * age, "#a8b4d8", 0.5 * (1 - age))
    _walker(c, 420 - 52 * t, 226, "#7a6aa8", TEAL, t * 7 + 1)
    _walker(c, 60 + 62 * t, 240, "#34508a", GOLD, t * 8)
    _walker(c, -30 + 70 * t, 252, "#a8485a", "#ef6a6a", t * 8.6 + 2)
    rain(c, t, 4, 75)


def signal(c: Canvas, t: float, part: float) -> None:
    """A traffic light goes from red to green before blurred car lights."""
    c.sky("#12163a", "#252450", "#3a2c5c")
    tones = ("#ffb36b", "#ff7a6b", "#ffe0a0", "#7fc7e8", "#c58be0")
    for index, (x, y, size) in enumerate(scatter(22, 21)):
        way = 1 if index % 2 else -1
        left = (x * 600 + way * t * (24 + 60 * size)) % 600 - 60
        c.disc(left, 96 + y * 160, 11 + 20 * size, tones[index % 5], 0.22)
        c.disc(left, 96 + y * 160, 8 + 15 * size, tones[index % 5], 0.16)
    c.box(176, 200, 10, 80, "#0d1026")
    c.box(146, 26, 70, 184, "#0d1026", corner=18)
    c.box(150, 30, 62, 176, "#1d2242", corner=15)
    on = 0 if part < 0.42 else 1 if part < 0.6 else 2
    for index, tone in enumerate((RED, GOLD, "#39c58a")):
        y = 62 + index * 56
        if index == on:
            c.glow(181, y, 92, tone, 0.75)
        c.disc(181, y, 21, tone if index == on else mix(tone, "#12163a", 0.8))
        c.oval(174, y - 8, 7, 4, "#ffffff", 0.5 if index == on else 0.08, -0.5)


def viaduct(c: Canvas, t: float, part: float) -> None:
    """A lit train crosses a bridge under the moon."""
    c.sky("#0e1538", "#232d68", "#57508f", bottom=220)
    stars(c, t, 9, 130, 45)
    moon(c, 330, 70, 28, "#232d68")
    skyline(c, 222, "#2c3270", 0.35, 4, 0, 66)
    c.sky("#2d3772", "#141b45", top=216)
    for row in range(6):
        c.oval(330 + 3 * np.sin(t * 2 + row), 222 + row * 8, 30 - 3 * row, 1.5, "#f6efd8", 0.4)
    front = -10 + 205 * t
    train(c, front, 158, "#d9574a", 4, "#ffe4a0", 205 * t)
    c.box(0, 157, W, 10, "#191f48")
    for pier in range(6):
        x = pier * 96 - 12
        c.box(x, 160, 16, 70, "#191f48")
        arch = np.linspace(np.pi, 2 * np.pi, 24)
        curve = np.stack([x + 56 + 40 * np.cos(arch), 206 + 38 * np.sin(arch)], 1)
        c.poly(np.vstack([[(x + 16, 206), (x + 16, 164)], [(x + 96, 164), (x + 96, 206)], curve[::-1]]), "#191f48")
    for wagon in range(4):
        c.box(front - 84 * (wagon + 1), 236 + 2 * np.sin(t * 3 + wagon), 76, 3, "#ffe4a0", 0.35)


def fireworks(c: Canvas, t: float, part: float) -> None:
    """Fireworks open over the roofs."""
    c.sky("#0b1030", "#1d2358", "#46407e")
    stars(c, t, 5, 120, 40)
    shots = (
        (120, 84, 0.45, "#ff8a7a"),
        (330, 66, 0.85, "#ffd36b"),
        (226, 108, 1.35, "#7fd8c8"),
        (400, 112, 1.8, "#d99bf0"),
        (70, 120, 2.1, "#8ac2ff"),
        (270, 62, 2.5, "#ff9ac0"),
    )
    for x, y, start, tone in shots:
        burst(c, x, y, t - start, tone)
    skyline(c, 270, "#23275a", 0.6, 5, 0, 96)
    skyline(c, 276, "#12163a", 0.8, 8, 0, 62)
