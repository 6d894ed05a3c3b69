"""A flat map as PNG, painted without a browser."""

from __future__ import annotations

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from vidviz.render.map_drawing import BAR_WIDTH_PX, HEIGHT_PX, PAPER, WIDTH_PX, ColourBar, Text, draw_map
from vidviz.render.map_picture import MapPicture
from vidviz.render.point_colours import scale_colours

SUPERSAMPLING = 3
FONTS = ("DejaVuSans.ttf", "LiberationSans-Regular.ttf", "Arial.ttf", "Helvetica.ttc")


def map_png(picture: MapPicture) -> bytes:
    """Paint a flat map, laid out as in `vidviz.render.map_svg`, 1600 x 1200 px.

    It is painted three times as large and reduced, so that edges are smooth.

    Raises:
        PictureError: the map has three dimensions.
    """
    drawing = draw_map(picture)
    page = Image.new("RGB", (WIDTH_PX * SUPERSAMPLING, HEIGHT_PX * SUPERSAMPLING), PAPER)
    pen = ImageDraw.Draw(page)
    for (x, y), shade in zip(drawing.places.tolist(), drawing.shades, strict=True):
        _circle(pen, x, y, drawing.radius_px, shade)
    for dot in drawing.legend:
        _circle(pen, dot.x, dot.y, 8, dot.colour)
    if drawing.bar:
        _bar(page, drawing.bar)
    for text in drawing.texts:
        _write(pen, text)
    buffer = io.BytesIO()
    page.resize((WIDTH_PX, HEIGHT_PX), Image.Resampling.BOX).save(buffer, "PNG")
    return buffer.getvalue()


def _circle(pen: ImageDraw.ImageDraw, x: float, y: float, radius_px: float, colour: str) -> None:
    box = np.array([x - radius_px, y - radius_px, x + radius_px, y + radius_px]) * SUPERSAMPLING
    pen.ellipse(box.tolist(), fill=colour)


def _bar(page: Image.Image, bar: ColourBar) -> None:
    height = round(bar.height_px * SUPERSAMPLING)
    shades = scale_colours(bar.scale, np.linspace(1, 0, height))
    column = Image.new("RGB", (1, height))
    column.putdata([(int(c[1:3], 16), int(c[3:5], 16), int(c[5:7], 16)) for c in shades])
    place = (round(bar.x * SUPERSAMPLING), round(bar.y * SUPERSAMPLING))
    page.paste(column.resize((BAR_WIDTH_PX * SUPERSAMPLING, height)), place)


def _write(pen: ImageDraw.ImageDraw, text: Text) -> None:
    place = (text.x * SUPERSAMPLING, text.y * SUPERSAMPLING)
    pen.text(place, text.words, fill=text.ink, font=_font(text.size_px * SUPERSAMPLING), anchor="ls")


@lru_cache(maxsize=8)
def _font(size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """A font of this machine that knows more than Latin letters; Pillow's own where there is none."""
    for name in FONTS:
        try:
            return ImageFont.truetype(name, size_px)
        except OSError:
            continue
    return ImageFont.load_default(size_px)
