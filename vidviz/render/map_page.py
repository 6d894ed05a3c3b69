"""A map as one HTML file that needs nothing else: no server, no network, and the clip's poster under the pointer."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

import numpy as np

from vidviz.render.figures import clip_scatter
from vidviz.render.map_picture import MapPicture, PictureError, one_line

if TYPE_CHECKING:
    import plotly.graph_objects as go

_ASSETS = Path(__file__).parent / "assets"
MOST_POINTS = 100_000
"""Beyond this the page grows too heavy to be sent or opened."""
LONGEST_NAME = 300
TOOLBAR_PX = 40  # Plotly lays its buttons over the legend otherwise


def map_page(picture: MapPicture, posters: Mapping[int, bytes] | None = None) -> str:
    """Write the page: a Plotly figure with plotly.js inside it, which follows the reader's light or dark.

    Its content security policy lets nothing be fetched; names are shown as text, whatever they hold.

    Args:
        picture: the map, flat or in space.
        posters: clip id -> WebP; clips without one show their name alone.

    Raises:
        PictureError: there are more points than `MOST_POINTS`.
    """
    from plotly.offline import get_plotlyjs

    if len(picture) > MOST_POINTS:
        raise PictureError(
            f"A page of {len(picture):,} points would be too heavy (at most {MOST_POINTS:,}); take the PNG, or fewer "
            "clips."
        )
    notes = [("warning", picture.warning)] if picture.warning else []
    notes += [("note", note) for note in picture.notes if note]
    return Template(_read("map_page.html")).substitute(
        title=html.escape(one_line(picture.title, LONGEST_NAME)),
        style=_read("map_page.css"),
        notes="\n".join(f'<p class="{kind}">{html.escape(note)}</p>' for kind, note in notes),
        figure=_inline(page_figure(picture).to_json()),
        clips=_inline(json.dumps(_clips(picture, posters or {}), allow_nan=False)),
        plotly=get_plotlyjs(),
        script=_read("map_page.js"),
    )


def page_figure(picture: MapPicture) -> go.Figure:
    """The figure of the page: each point's `customdata` is its row, and what is shown of it is up to the page."""
    figure = clip_scatter(
        picture.coordinates,
        clip_ids=picture.ids,
        titles=picture.titles,
        spans=picture.spans,
        labels=picture.labels,
        colours=picture.colours,
    )
    row_of = {str(number): row for row, number in enumerate(picture.ids.tolist())}
    for trace in figure.data:
        trace.update(customdata=[row_of[row[0]] for row in trace.customdata], hovertemplate=None, hoverinfo="none")
    figure.update_layout(margin={"l": 0, "r": 0, "t": TOOLBAR_PX, "b": 0}, hovermode="closest")
    return figure


def _clips(picture: MapPicture, posters: Mapping[int, bytes]) -> dict[str, Any]:
    title_index, titles = _index(picture.titles)
    label_index, labels = _index(picture.labels)
    spans = [f"{start:.2f}–{end:.2f} s" for start, end in np.asarray(picture.spans, float).reshape(-1, 2).tolist()]
    return {
        "ids": [str(number) for number in picture.ids.tolist()],
        "titles": titles,
        "title_index": title_index,
        "labels": labels,
        "label_index": label_index,
        "spans": spans,
        "posters": {str(number): base64.b64encode(webp).decode("ascii") for number, webp in posters.items()},
    }


def _index(texts: Sequence[str]) -> tuple[list[int], list[str]]:
    number = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    return [number[text] for text in texts], [one_line(text, LONGEST_NAME) for text in number]


def _inline(data: str) -> str:
    """JSON that cannot end the script element it stands in."""
    return data.replace("<", "\\u003c")


def _read(name: str) -> str:
    return (_ASSETS / name).read_text("utf-8")
