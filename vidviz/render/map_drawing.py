"""Where everything lies on a drawn map: dots, heading, legend or colour bar. SVG and PNG draw the same drawing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from vidviz.render.colours import OTHER_COLOUR
from vidviz.render.map_picture import MapPicture, PictureError, one_line
from vidviz.render.point_colours import Groups, Values, point_colours

WIDTH_PX, HEIGHT_PX = 1600, 1200
MARGIN_PX = 48
LEGEND_PX = 330
LINE_PX = 34
TEXT_PX, HEADING_PX = 22, 30
INK, QUIET_INK, WARNING_INK, PAPER = "#1B1F24", "#57606A", "#B42318", "#FFFFFF"
LONGEST_LINE, LONGEST_NAME = 125, 24
BAR_WIDTH_PX = 26


@dataclass(frozen=True)
class Text:
    """Words from their left end on a base line."""

    x: float
    y: float
    words: str
    size_px: int = TEXT_PX
    ink: str = INK


@dataclass(frozen=True)
class Dot:
    """A filled circle of the legend."""

    x: float
    y: float
    colour: str


@dataclass(frozen=True)
class ColourBar:
    """A colour scale, its highest number on top."""

    x: float
    y: float
    height_px: float
    scale: str


@dataclass(frozen=True)
class MapDrawing:
    """A map on a page of `WIDTH_PX` x `HEIGHT_PX`: `places` (N, 2) are the dots' centres, `shades` their colours."""

    places: np.ndarray
    shades: Sequence[str]
    radius_px: float
    texts: Sequence[Text]
    legend: Sequence[Dot]
    bar: ColourBar | None


def draw_map(picture: MapPicture) -> MapDrawing:
    """Lay a flat map out on a page: heading, points with equal scales on both axes, legend or colour bar.

    Raises:
        PictureError: the map has three dimensions.
    """
    if picture.coordinates.shape[1] != 2:
        raise PictureError(
            "A map in 3-D has no one picture. Turn it on the page, or in the HTML file, and press the camera above it."
        )
    heading = list(_heading(picture))
    top = MARGIN_PX + LINE_PX * len(heading) + LINE_PX / 2
    legend, names, bar = _explain(picture.colours, top)
    radius = float(np.clip(13 - 2.2 * np.log10(max(len(picture), 1)), 2, 9))
    box = (MARGIN_PX, top, WIDTH_PX - LEGEND_PX - MARGIN_PX, HEIGHT_PX - MARGIN_PX)
    places = _fit(np.asarray(picture.coordinates, float), box, radius)
    return MapDrawing(places, point_colours(picture.colours), radius, [*heading, *names], legend, bar)


def _heading(picture: MapPicture) -> Iterator[Text]:
    lines = [(picture.title, HEADING_PX, INK), (picture.warning, TEXT_PX, WARNING_INK)]
    lines += [(note, TEXT_PX, QUIET_INK) for note in picture.notes]
    y = MARGIN_PX + TEXT_PX
    for words, size, ink in lines:
        if words:
            yield Text(MARGIN_PX, y, one_line(words, LONGEST_LINE if size == TEXT_PX else 90), size, ink)
            y += LINE_PX


def _fit(points: np.ndarray, box: tuple[float, float, float, float], radius: float) -> np.ndarray:
    """Points in the middle of a box, y upwards; all in one place where they do not differ."""
    if not len(points):
        return points
    left, top, right, bottom = box
    low, high = points.min(axis=0), points.max(axis=0)
    room = np.array([right - left, bottom - top]) - 2 * radius
    extent = high - low
    scales = [space / reach for space, reach in zip(room, extent, strict=True) if reach > 0]
    scale = min(scales) if scales else 0.0
    centred = (points - (low + high) / 2) * scale * (1, -1)
    return np.asarray(centred + np.array([(left + right) / 2, (top + bottom) / 2]))


def _explain(colours: Groups | Values, top: float) -> tuple[list[Dot], list[Text], ColourBar | None]:
    x = WIDTH_PX - LEGEND_PX
    if isinstance(colours, Groups):
        return (*_legend(colours, x, top), None)
    low, high = colours.limits()
    height = HEIGHT_PX * 0.45
    bar = ColourBar(x, top + LINE_PX, height, colours.scale)
    texts = [Text(x, top + TEXT_PX * 0.4, one_line(colours.title, LONGEST_NAME))]
    for part in (1.0, 0.5, 0.0):
        y = bar.y + height * (1 - part)
        texts.append(Text(x + BAR_WIDTH_PX + 12, y + TEXT_PX * 0.35, f"{low + part * (high - low):.4g}"))
    dots = []
    if not np.isfinite(np.asarray(colours.values, float)).all():
        y = bar.y + height + 2 * LINE_PX
        dots.append(Dot(x + 10, y, OTHER_COLOUR))
        texts.append(Text(x + 28, y + TEXT_PX * 0.35, "no value"))
    return dots, texts, bar


def _legend(groups: Groups, x: float, top: float) -> tuple[list[Dot], list[Text]]:
    present = np.bincount(np.asarray(groups.index, int), minlength=len(groups.names))
    shown = [number for number in range(len(groups.names)) if present[number]]
    room = int((HEIGHT_PX - MARGIN_PX - top) // LINE_PX) - 1
    dots, texts = [], []
    for row, number in enumerate(shown[:room]):
        y = top + row * LINE_PX
        dots.append(Dot(x + 10, y, groups.colours[number]))
        texts.append(Text(x + 28, y + TEXT_PX * 0.35, one_line(groups.names[number], LONGEST_NAME)))
    if len(shown) > room:
        y = top + room * LINE_PX + TEXT_PX * 0.35
        texts.append(Text(x + 28, y, f"and {len(shown) - room} more", ink=QUIET_INK))
    return dots, texts
