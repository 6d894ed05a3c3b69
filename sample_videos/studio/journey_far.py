"""Shots of the red ball's journey, last part: from the balloons to sleep."""

import numpy as np

from studio.paint import Canvas, place, smooth
from studio.props import BALL as R
from studio.props import (
    CREAM,
    GOLD,
    INK,
    RED,
    TAU,
    H,
    W,
    ball,
    burst,
    cloud,
    fir,
    hills,
    moon,
    profile,
    scatter,
    shade,
    snow,
    stars,
    sun,
    tree,
)
from studio.vehicles import balloon, train


def flight(c: Canvas, t: float, part: float) -> None:
    """Hot-air balloons rise above the mountains, the ball on board."""
    c.sky("#4f9fd6", "#a7d9ea", "#fde9cf")
    sink = 74 * smooth(part)
    for base, high, tone, seed in ((214, 60, "#9db9d6", 21), (240, 46, "#7f9fc4", 22)):
        for index, (x, tall, _) in enumerate(scatter(7, seed)):
            left, top = index * 84 - 30 + 30 * x, base + sink * 0.8 - high * (0.7 + tall)
            c.poly(np.array([(left - 84, H + 70), (left, top), (left + 84, H + 70)]), tone)
            c.poly(
                np.array([(left - 16, top + 27), (left, top), (left + 16, top + 27), (left + 4, top + 20)]), "#f7fbfd"
            )
    hills(c, 256 + sink, 14, 260, "#5fae8a", 5)
    cloud(c, 400 - 8 * t, 60 + 12 * t, 22, "#ffffff")
    balloon(c, 392, 128 - 7 * t, 24, "#5f6fc0", 0.04 * np.sin(t + 1))
    balloon(c, 92, 96 - 5 * t, 17, "#2f9c93", 0.04 * np.sin(t + 2))
    x, y = 238 + 10 * np.sin(t * 0.7), 188 - 116 * smooth(part)
    ball(c, x, y + 46 * 1.42, 8.5, 0.2 * np.sin(t))
    balloon(c, x, y, 46, "#e8553f", 0.03 * np.sin(t * 0.9))
    cloud(c, 70 - 10 * t, 214 + 15 * t, 30, "#ffffff")
    cloud(c, 452 - 14 * t, 196 + 20 * t, 34, "#ffffff")


def winter(c: Canvas, t: float, part: float) -> None:
    """Snow falls; the ball rolls past fir trees and a snowman."""
    c.sky("#93b5d3", "#c9dceb", "#eef3f8")
    hills(c, 190, 26, 260, "#d5e3ef", 14)
    for x, size in ((36, 92), (92, 120), (150, 84), (330, 100), (438, 126)):
        fir(c, x, 222, size, "#3d7a74", "#ffffff")
    c.sky("#ffffff", "#dfe9f3", top=218)
    for y, radius in ((214, 22), (184, 16), (160, 11)):
        c.disc(380, y, radius, "#fbfdff")
        c.oval(380 + radius * 0.3, y + radius * 0.3, radius * 0.6, radius * 0.55, "#e6eef6")
    c.box(370, 138, 20, 14, INK, corner=2)
    c.box(364, 149, 32, 4, INK, corner=2)
    c.poly(np.array([(379, 159), (364, 163), (379, 164)]), "#ef7f3c")
    c.disc(375, 157, 1.6, INK)
    c.box(368, 169, 25, 6, RED, corner=3)
    x = -26 + 540 * part
    c.box(-20, 247, max(x + 20, 1), 5, "#c5d5e5", corner=2.5)
    shade(c, x, 250, R)
    ball(c, x, 250 - R, R, x / R)
    snow(c, t, 7)


def mill(c: Canvas, t: float, part: float) -> None:
    """A windmill turns over a wheat field in the evening."""
    c.sky("#6a5a9a", "#e58a7f", "#ffcf8d")
    sun(c, 120, 128 + 30 * part, 30, "#fff0b8", "#ffd08a")
    hills(c, 206, 12, 360, "#b9736a", 16)
    c.poly(np.array([(322, 214), (334, 108), (378, 108), (390, 214)]), "#6b4560")
    c.poly(np.array([(330, 110), (382, 110), (372, 90), (340, 90)]), "#4c3150")
    c.box(350, 186, 14, 28, "#ffd98a", corner=4)
    c.disc(356, 140, 5, "#ffd98a")
    for blade in range(4):
        turn = 0.95 * t + blade * TAU / 4
        c.poly(place([(-2, 0), (2, 0), (2, -86), (-2, -86)], 356, 104, 1.0, turn), "#3a2644")
        c.poly(place([(3, -18), (19, -20), (19, -84), (3, -86)], 356, 104, 1.0, turn), "#fbe9cf")
    c.disc(356, 104, 6, "#3a2644")
    c.sky("#e0a552", "#b9742f", top=210)
    x = 520 - 560 * part
    for row in range(3):
        low = 222 + row * 20
        if row == 2:
            ball(c, x, low - 8, R, x / R)
        for stalk in range(40):
            root = stalk * 12.4 + (row % 2) * 6
            lean = 3.4 * np.sin(t * 2 + stalk * 0.4 + row)
            c.poly(
                np.array([(root - 2.4, low + 22), (root + lean, low - 8), (root + 2.4, low + 22)]),
                ("#f3c56b", "#e8b255", "#d99c42")[row],
            )


def railway(c: Canvas, t: float, part: float) -> None:
    """A green train crosses the mountains with the ball on its roof."""
    c.sky("#79c4e8", "#cdeaf3", "#fff3dc")
    for layer, (base, tone, seed) in enumerate(((190, "#a9c3dd", 31), (214, "#84a9c4", 32))):
        for index, (x, tall, _) in enumerate(scatter(8, seed)):
            left = (index * 96 + 40 * x - t * (10 + 12 * layer) + 110) % 768 - 110
            top = base - 60 - 66 * tall
            c.poly(np.array([(left - 92, 240), (left, top), (left + 92, 240)]), tone)
            c.poly(np.array([(left - 17, top + 24), (left, top), (left + 17, top + 24), (left, top + 17)]), "#ffffff")
    hills(c, 226, 12, 220, "#6fb98d", 18, 46 * t)
    for index in range(7):
        fir(c, (index * 90 + 20 - 74 * t) % 640 - 50, 240, 50 + 12 * (index % 3), "#3d8a6c")
    c.box(0, 226, W, 8, "#7a5a4a")
    for tie in range(17):
        c.box((tie * 32 - 180 * t) % 544 - 30, 234, 16, 5, "#5a4238")
    front = 330 + 70 * part
    shake = 0.7 * np.sin(t * 15)
    train(c, front, 227 + shake, "#2f8f6f", 4, "#e8f6f8", 180 * t)
    for puff in range(5):
        age = (t * 0.8 + puff / 5) % 1
        c.disc(front - 16 - 130 * age, 186 - 38 * age, 5 + 14 * age, "#ffffff", 0.75 * (1 - age))
    c.box(front - 22, 178 + shake, 11, 17, INK, corner=2)
    ball(c, front - 130, 227 - 34 - 13 + 1.8 * shake, 13, 0.12 * shake)
    c.sky("#5da878", "#438a63", top=240)


def lake(c: Canvas, t: float, part: float) -> None:
    """Fireworks over a lake, mirrored in the water."""
    c.sky("#0c1236", "#232a66", "#5a4a8a", bottom=186)
    stars(c, t, 12, 120, 40)
    shots = (
        (130, 84, 0.5, "#ff8f7a"),
        (340, 70, 1.0, "#ffd36b"),
        (236, 56, 1.7, "#7fe0c8"),
        (400, 104, 2.3, "#e09bf2"),
        (84, 110, 2.8, "#8ac8ff"),
        (290, 84, 3.2, "#ff9ac4"),
    )
    c.sky("#3a3a78", "#12173f", top=184)
    for x, y, start, tone in shots:
        burst(c, x, y, t - start, tone)
        age = t - start
        if 0 < age < 1.5:
            for row in range(6):
                wide = (44 - 5 * row) * (1 - age / 1.5) * (0.8 + 0.2 * np.sin(t * 5 + row * 2))
                c.oval(x + 3 * np.sin(t * 3 + row), 196 + 11 * row, wide, 2, tone, 0.5 * (1 - age / 1.5))
    x = np.arange(-8, W + 12, 6.0)
    ridge = np.stack([x, 178 - np.abs(profile(x, 19, 20, 300))], 1)
    c.poly(np.vstack([ridge, [(W + 12, 187), (-8, 187)]]), "#171c48")
    c.box(150, 236, 180, 8, "#0d1130")
    for post in (164, 236, 308):
        c.box(post, 240, 8, 40, "#0d1130")
    hop = abs(np.sin(t * 3.2)) * 16
    ball(c, 240, 236 - R - hop, R, 0.2 * np.sin(t * 3.2))


def sleep(c: Canvas, t: float, part: float) -> None:
    """The ball comes to rest under a tree beneath the moon; the light fades."""
    c.sky("#10183f", "#28336f", "#54568f")
    stars(c, t, 15, 170)
    moon(c, 128, 74, 30, "#28336f")
    hills(c, 206, 20, 320, "#2a3a6a", 6)
    hills(c, 232, 12, 460, "#1c2c56", 23)
    tree(c, 352, 240, 128, "#24506a", 1.4 * np.sin(t * 1.2))
    c.sky("#1d3a5a", "#12233f", top=238)
    x = 180 + 118 * smooth(part * 1.5)
    shade(c, x, 248, R)
    ball(c, x, 248 - R, R, x / R)
    for index, (across, down, pace) in enumerate(scatter(11, 27)):
        shine = max(0.0, np.sin(t * (1.2 + pace) + index * 1.9))
        left, top = across * W + 9 * np.sin(t * 0.8 + index), 168 + 84 * down + 6 * np.cos(t + index)
        c.glow(left, top, 11, GOLD, 0.7 * shine)
        c.disc(left, top, 1.4, CREAM, shine)
    fade = smooth((part - 0.8) / 0.2)
    c.poly(np.array([(-2, -2), (W + 2, -2), (W + 2, H + 2), (-2, H + 2)]), "#0a0f28", fade)
