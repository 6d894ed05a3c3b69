"""A flat map as SVG: true circles and words, for papers and slides."""

from __future__ import annotations

import html
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from vidviz.render.colours import SCALES
from vidviz.render.map_drawing import BAR_WIDTH_PX, HEIGHT_PX, PAPER, WIDTH_PX, ColourBar, Text, draw_map
from vidviz.render.map_picture import MapPicture, PictureError

MOST_CIRCLES = 20_000
"""Beyond this an SVG opens too slowly to be of use."""
FONTS = "system-ui, 'Segoe UI', 'DejaVu Sans', Arial, sans-serif"
OPACITY = 0.85


def map_svg(picture: MapPicture) -> str:
    """Draw a flat map as one SVG document, with its heading and legend; every name in it is escaped.

    Raises:
        PictureError: there are more points than `MOST_CIRCLES`, or the map has three dimensions.
    """
    if len(picture) > MOST_CIRCLES:
        raise PictureError(
            f"An SVG of {len(picture):,} points would open too slowly (at most {MOST_CIRCLES:,}); take the PNG."
        )
    drawing = draw_map(picture)
    page = f'width="{WIDTH_PX}" height="{HEIGHT_PX}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH_PX} {HEIGHT_PX}" {page}'
        f' style="max-width: 100%; max-height: 100vh" font-family="{FONTS}">',
        f"<title>{html.escape(drawing.texts[0].words if drawing.texts else 'Map of clips')}</title>",
        f'<rect {page} fill="{PAPER}"/>',
        f'<g fill-opacity="{OPACITY}">',
        *_circles(list(zip(drawing.shades, drawing.places.tolist(), strict=True)), drawing.radius_px),
        "</g>",
        *(f'<circle cx="{dot.x:g}" cy="{dot.y:g}" r="8" fill="{dot.colour}"/>' for dot in drawing.legend),
        *(_bar(drawing.bar) if drawing.bar else ()),
        *map(_text, drawing.texts),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _circles(points: list[tuple[str, list[float]]], radius_px: float) -> Iterator[str]:
    """Neighbours in the list that share a colour share a group; the order, and so who covers whom, stays."""
    for colour, members in groupby(points, key=itemgetter(0)):
        circles = "".join(f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{radius_px:.2f}"/>' for _, (x, y) in members)
        yield f'<g fill="{colour}">{circles}</g>'


def _bar(bar: ColourBar) -> Iterator[str]:
    colours = SCALES[bar.scale]
    stops = "".join(
        f'<stop offset="{place / (len(colours) - 1):.3f}" stop-color="{colour}"/>'
        for place, colour in enumerate(colours)
    )
    yield f'<defs><linearGradient id="scale" x1="0" y1="1" x2="0" y2="0">{stops}</linearGradient></defs>'
    yield (f'<rect x="{bar.x:g}" y="{bar.y:g}" width="{BAR_WIDTH_PX}" height="{bar.height_px:g}" fill="url(#scale)"/>')


def _text(text: Text) -> str:
    place = f'x="{text.x:g}" y="{text.y:g}" font-size="{text.size_px}" fill="{text.ink}"'
    return f"<text {place}>{html.escape(text.words)}</text>"
