"""The moving object: the studio's five outlines and colours, bent, recoloured and given other textures."""

from __future__ import annotations

import colorsys

import cv2  # the script needs it at once
import numpy as np
from numpy.typing import NDArray
from studio.looks import COLOURS, Sprite, outline
from studio.paint import rgb

from training.patterns import Pattern

SPREAD = 1.5  # a sprite reaches this many object radii from its middle
_FINE = 2
_SHIFT = 4  # fractional bits of cv2's coordinates

Colour = NDArray[np.float32]


def random_colour(name: str, rng: np.random.Generator) -> Colour:
    """One of the five colours, in another light: RGB in 0..1."""
    hue, saturation, value = colorsys.rgb_to_hsv(*(channel / 255 for channel in rgb(COLOURS[name])))
    hue += rng.uniform(-0.02, 0.02)
    saturation *= rng.uniform(0.85, 1.1)
    value *= rng.uniform(0.82, 1.12)
    return np.array(colorsys.hsv_to_rgb(hue % 1, min(saturation, 1), min(value, 1)), np.float32)


def _filled(points: NDArray[np.float64], side: int, unit: float, width: float) -> NDArray[np.float32]:
    """A contour, filled and fattened by `width` radii: (side, side, 1) opacity."""
    mask = np.zeros((side, side), np.uint8)
    path = np.round((points * unit + side / 2) * 2**_SHIFT).astype(np.int32)
    cv2.fillPoly(mask, [path], 255, cv2.LINE_AA, _SHIFT)
    if width > 0:
        cv2.polylines(mask, [path], True, 255, max(1, round(width * unit)), cv2.LINE_AA, _SHIFT)
    return mask[..., None].astype(np.float32) / 255


def _bent(shape: str, rng: np.random.Generator) -> NDArray[np.float64]:
    """The outline, a little stretched and sheared."""
    stretch, shear = np.exp(rng.uniform(-0.08, 0.08)), rng.uniform(-0.08, 0.08)
    return outline(shape) @ np.array([[stretch, shear], [0, 1 / stretch]])


def _paint(deep: Colour, pattern: Pattern | None, side: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """The textured body, (side, side, 3) in 0..1: a second tone that is paler or darker, and a slight shade."""
    line = np.linspace(-SPREAD, SPREAD, side, dtype=np.float32)
    u, v = np.meshgrid(line, line)
    angle, depth = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.12)
    shade = 1 + depth * (u * np.cos(angle) + v * np.sin(angle))
    pale = rng.random() < 0.75
    second = deep + ((1.0, 0.96, 0.9) - deep) * rng.uniform(0.35, 0.65) if pale else deep * rng.uniform(0.55, 0.75)
    share = np.zeros_like(u) if pattern is None else pattern(u, v, rng)
    return (deep + (second - deep) * share[..., None]).astype(np.float32) * shade[..., None]


def random_sprite(
    shape: str, deep: Colour, pattern: Pattern | None, unit_px: float, rng: np.random.Generator
) -> Sprite:
    """Draw an object of `unit_px` pixels in radius, with or without a rim and a soft shadow."""
    side = 2 * int(np.ceil(SPREAD * unit_px))
    outside = _bent(shape, rng)
    width, rim_width = rng.uniform(0.06, 0.18), rng.uniform(0.08, 0.24) * (rng.random() < 0.8)
    large, unit = side * _FINE, unit_px * _FINE
    body, whole = _filled(outside, large, unit, width), _filled(outside, large, unit, width + rim_width)
    rim = np.array((1.0, 0.98, 0.94) if rng.random() < 0.85 else (0.12, 0.12, 0.16), np.float32)
    rim = rim * rng.uniform(0.85, 1.0)
    small = cv2.resize(
        np.concatenate([np.broadcast_to(rim, (large, large, 3)) * (whole - body).clip(0), body, whole], 2),
        (side, side),
        interpolation=cv2.INTER_AREA,
    )
    colour = np.concatenate(
        [_paint(deep, pattern, side, rng).clip(0, 1) * small[..., 3:4] + small[..., :3], small[..., 4:]], 2
    )
    shadow = cv2.GaussianBlur(small[..., 4], (0, 0), max(0.5, unit_px * rng.uniform(0.06, 0.16)))
    return Sprite(colour.astype(np.float32), shadow)
