"""Things the films are built from; sizes are in film units, times in seconds."""

from collections.abc import Sequence

import numpy as np

from studio.paint import Canvas, Points, mix, oval, place

W, H = 480, 270
TAU = 2 * np.pi
BALL = 17.0  # radius of the red ball wherever it is near
INK, CREAM, GOLD, CORAL, RED, TEAL = "#1b2340", "#fff3dc", "#f7b733", "#f0765a", "#e2503f", "#1f8f86"


def scatter(count: int, seed: int, columns: int = 3) -> Points:
    """The same random numbers between 0 and 1 for every frame of a shot."""
    return np.random.default_rng(seed).uniform(0, 1, (count, columns))


def profile(x: Points, seed: int, size: float, length: float) -> Points:
    """A rolling line: a few waves that never quite repeat."""
    phase = scatter(3, seed)[:, 0] * TAU
    parts = zip((1.0, 0.53, 0.29), (1.0, 0.5, 0.22), phase, strict=True)
    return size * sum(part * np.sin(TAU * x / (length * stretch) + shift) for stretch, part, shift in parts)


def hills(c: Canvas, base: float, size: float, length: float, colour: str, seed: int, pan: float = 0.0) -> None:
    """A rolling ridge that moves left by ``pan``."""
    x = np.arange(-8, W + 12, 6.0)
    top = base - profile(x + pan, seed, size, length)
    c.poly(np.vstack([np.stack([x, top], 1), [(W + 12, H + 4), (-8, H + 4)]]), colour)


def waves(c: Canvas, level: float, size: float, length: float, colour: str, shift: float) -> None:
    """One row of sea waves with a pale crest."""
    x = np.arange(-8, W + 12, 5.0)
    top = level + size * (np.abs(np.sin(np.pi * (x + shift) / length)) - 0.5)
    ends = [(W + 12, H + 4), (-8, H + 4)]
    c.poly(np.vstack([np.stack([x, top - 2.0], 1), ends]), mix(colour, "#ffffff", 0.3))
    c.poly(np.vstack([np.stack([x, top], 1), ends]), colour)


def sun(c: Canvas, x: float, y: float, radius: float, colour: str = "#ffe08a", light: str = "#ffd9a0") -> None:
    """A sun with a wide glow."""
    c.glow(x, y, radius * 5, light, 0.55)
    c.glow(x, y, radius * 2.2, light, 0.6)
    c.disc(x, y, radius, colour)


def moon(c: Canvas, x: float, y: float, radius: float, night: str) -> None:
    """A pale moon with three seas."""
    c.glow(x, y, radius * 4.5, mix(night, "#dfe6ff", 0.6), 0.55)
    c.disc(x, y, radius, "#f6efd8")
    for dx, dy, size in ((-0.35, -0.2, 0.22), (0.3, 0.3, 0.28), (0.25, -0.45, 0.13)):
        c.disc(x + dx * radius, y + dy * radius, size * radius, "#e3d9bd")


def stars(c: Canvas, t: float, seed: int, low: float = 150.0, count: int = 60) -> None:
    """Stars that twinkle slowly."""
    for index, (x, y, size) in enumerate(scatter(count, seed)):
        shine = 0.55 + 0.35 * np.sin(t * 2.2 + index * 1.7)
        c.disc(x * W, y * low, 0.5 + 0.8 * size**3, "#fff8e0", shine)


def cloud(c: Canvas, x: float, y: float, size: float, colour: str = "#ffffff") -> None:
    """A flat-bottomed cloud."""
    for dx, dy, radius in ((-1.1, 0.0, 0.55), (-0.4, -0.35, 0.75), (0.45, -0.2, 0.62), (1.1, 0.05, 0.5)):
        c.disc(x + dx * size, y + dy * size, radius * size, colour)
    c.box(x - 1.62 * size, y - 0.1 * size, 3.2 * size, 0.65 * size, colour, corner=0.32 * size)


def ball(c: Canvas, x: float, y: float, radius: float, turn: float, squash: float = 0.0) -> None:
    """The red ball with its cream band; (x, y) is its middle, ``turn`` in radians."""
    flat = np.array([1 + 0.7 * squash, 1 - squash])
    angle = np.linspace(-0.36, 0.36, 12)
    arc = np.stack([np.cos(angle), np.sin(angle)], 1)
    band = place(np.vstack([arc, -arc]), 0, 0, radius, turn)
    c.poly(oval(0, 0, radius, radius) * flat + (x, y), RED)
    c.poly(band * flat + (x, y), CREAM)
    c.poly(oval(0, 0, 0.2 * radius, 0.2 * radius) * flat + (x, y), GOLD)
    c.poly(oval(-0.38 * radius, -0.45 * radius, 0.2 * radius, 0.13 * radius, -0.7) * flat + (x, y), "#ffffff", 0.5)


def shade(c: Canvas, x: float, y: float, radius: float, lift: float = 0.0) -> None:
    """The shadow of a thing on the ground, fainter when it is ``lift`` higher."""
    c.oval(x, y, radius * (1 + lift / 200), radius * 0.24, INK, 0.3 * np.exp(-lift / 70))


def tree(c: Canvas, x: float, y: float, size: float, leaf: str = "#3f9c6c", sway: float = 0.0) -> None:
    """A round tree standing at (x, y)."""
    c.box(x - 0.07 * size, y - 0.7 * size, 0.14 * size, 0.7 * size, "#6b4a3a")
    for dx, dy, radius in ((-0.2, -0.75, 0.3), (0.22, -0.8, 0.28), (0.0, -1.08, 0.34)):
        c.disc(x + dx * size - sway * dy, y + dy * size, radius * size, leaf)
    c.disc(x - 0.1 * size + sway, y - 1.12 * size, 0.18 * size, mix(leaf, "#ffffff", 0.16))


def fir(c: Canvas, x: float, y: float, size: float, leaf: str, snow: str | None = None) -> None:
    """A fir tree of three tiers, with snow on them if given."""
    c.box(x - 0.05 * size, y - 0.2 * size, 0.1 * size, 0.2 * size, "#5a4034")
    for low, wide, high in ((0.15, 0.36, 0.45), (0.42, 0.29, 0.4), (0.66, 0.21, 0.36)):
        for shape, colour in ((1.0, leaf), (0.45, snow)):
            if colour:
                tip = y - (low + high) * size
                half, drop = wide * shape * size, high * shape * size
                c.poly(np.array([(x, tip), (x + half, tip + drop), (x - half, tip + drop)]), colour)


def house(c: Canvas, x: float, ground: float, width: float, height: float, colour: str, lit: float, seed: int) -> None:
    """A tower block; ``lit`` is the share of windows with the light on."""
    c.box(x, ground - height, width, height + 60, colour)
    columns, rows = max(2, int(width // 11)), max(2, int(height // 15))
    pitch = width / columns
    for index, (light, warm, _) in enumerate(scatter(columns * rows, seed)):
        column, row = index % columns, index // columns
        glass = ("#ffd98a" if warm < 0.7 else "#ffefc9") if light < lit else mix(colour, "#000000", 0.22)
        c.box(x + (column + 0.28) * pitch, ground - height + 7 + row * 15, pitch * 0.44, 8, glass)


def rain(c: Canvas, t: float, seed: int, count: int = 70, colour: str = "#b9cbe4", slant: float = 0.18) -> None:
    """Streaks of rain at two depths."""
    for x, y, depth in scatter(count, seed):
        length = 9 + 9 * depth
        top = (y * 330 + t * (330 + 200 * depth)) % 330 - 30
        left = (x * (W + 120) - top * slant) % (W + 60) - 30
        c.poly(
            np.array(
                [
                    (left, top),
                    (left + 1.1, top),
                    (left - slant * length + 1.1, top + length),
                    (left - slant * length, top + length),
                ]
            ),
            colour,
            0.35 + 0.4 * depth,
        )


def snow(c: Canvas, t: float, seed: int, count: int = 60) -> None:
    """Flakes that sway as they fall."""
    for x, y, depth in scatter(count, seed):
        top = (y * 290 + t * (26 + 30 * depth)) % 290 - 10
        c.disc((x * W + 9 * np.sin(t * 1.4 + y * 30)) % W, top, 1.0 + 1.7 * depth, "#ffffff", 0.9)


def burst(c: Canvas, x: float, y: float, age: float, colour: str, size: float = 70.0) -> None:
    """A firework: a climbing spark below age 0, a fading flower after it."""
    if not -0.7 < age < 1.5:
        return
    if age < 0:
        c.disc(x, y - age * 220, 1.8, "#fff3c4")
        return
    reach, fade = size * (1 - np.exp(-3.2 * age)), max(0.0, 1 - age / 1.5)
    c.glow(x, y, reach * 1.7 + 4, colour, 0.45 * fade)
    for ring, share in ((18, 1.0), (12, 0.6)):
        tone = colour if share == 1.0 else mix(colour, "#ffffff", 0.6)
        for spoke in range(ring):
            way = place([(reach * share, 0), (reach * share * 0.66, 0)], x, y + 26 * age**2, 1.0, TAU * spoke / ring)
            c.line(way, 1.0 + fade, mix("#2a2a5e", tone, min(1.0, fade * 1.5)))
            c.disc(float(way[0, 0]), float(way[0, 1]), 2.8 * fade + 0.3, tone, min(1.0, fade * 1.8))


def gulls(c: Canvas, t: float, spots: Sequence[tuple[float, float, float]], colour: str = INK) -> None:
    """Birds that flap; each spot gives x, y and size."""
    for index, (x, y, size) in enumerate(spots):
        flap = np.sin(t * 7 + index * 2.1) * 0.35
        left, right = (x - size, y - size * (0.25 + flap)), (x + size, y - size * (0.25 + flap))
        c.line(
            [
                left,
                (x - size * 0.45, y - size * (0.3 + flap * 0.4)),
                (x, y),
                (x + size * 0.45, y - size * (0.3 + flap * 0.4)),
                right,
            ],
            1.6,
            colour,
        )


def flower(c: Canvas, x: float, y: float, size: float, colour: str, sway: float) -> None:
    """A small flower with five petals."""
    head = (x + sway, y - 2.6 * size)
    c.line([(x, y), head], 1.3, "#2f7d55")
    for petal in range(5):
        at = place([(0.62 * size, 0)], *head, 1.0, petal * 2 * np.pi / 5 + sway * 0.1)[0]
        c.disc(float(at[0]), float(at[1]), 0.48 * size, colour)
    c.disc(*head, 0.36 * size, GOLD)
