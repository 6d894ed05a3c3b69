"""Large maps: the points as typed arrays that the browser fetches, and single rows that it asks for at the pointer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vidviz.render.point_colours import Groups, Values
from vidviz.ui.components.map_points import MapPoints, check_count, describe_scale, index_texts
from vidviz.ui.components.shelf import ByteShelf, Shelf, name_content

VALUE_STEPS = 255
MISSING_VALUE = 255


@dataclass(frozen=True)
class MapRows:
    """What the browser may ask of single points: N rows, each text kept once."""

    ids: np.ndarray
    spans: np.ndarray
    titles: tuple[np.ndarray, list[str]]
    labels: tuple[np.ndarray, list[str]]
    scores: np.ndarray | None
    colours: Groups | Values

    def describe(self, row: int) -> dict[str, Any] | None:
        """One point as JSON has it, numbers that are not finite as None; None where there is no such row."""
        if not 0 <= row < len(self.ids):
            return None
        start, end = self.spans[row]
        return {
            "id": int(self.ids[row]),
            "title": _text_at(self.titles, row),
            "label": _text_at(self.labels, row),
            "start": float(start),
            "end": float(end),
            "score": None if self.scores is None else _finite(self.scores[row]),
            **self._describe_colour(row),
        }

    def _describe_colour(self, row: int) -> dict[str, Any]:
        if isinstance(self.colours, Groups):
            return {"colour": self.colours.colours[int(self.colours.index[row])], "value": None}
        return {"colour": None, "value": _finite(self.colours.values[row])}

    @property
    def num_bytes(self) -> int:
        """How much of the shelf it takes, nearly."""
        numbers = self.colours.index if isinstance(self.colours, Groups) else self.colours.values
        arrays = [self.ids, self.spans, self.titles[0], self.labels[0], np.asarray(numbers), self.scores]
        texts = sum(len(text) for text in (*self.titles[1], *self.labels[1]))
        return texts + sum(array.nbytes for array in arrays if array is not None)


POINTS = ByteShelf(128 * 2**20)
"""The typed arrays of this server's large maps, for all its sessions."""

ROWS: Shelf[MapRows] = Shelf(256 * 2**20)
"""Their rows."""


def shelve_points(points: MapPoints, colours: Groups | Values, *, with_ids: bool) -> dict[str, Any]:
    """Lay out a large map for the browser to fetch; returns the tokens, and the little that goes along as JSON.

    A point is nine bytes: x and y as float32, and one byte for its group (255 at most) or for one of 255 steps of the
    colour scale (255: no value). The clip ids (float64) are laid out only where posters are to be fetched by them.
    """
    places = np.ascontiguousarray(points.coordinates, "<f4")
    ids = np.ascontiguousarray(points.ids, "<f8")
    index, described = _index_colours(colours, len(points))
    return {
        "dimensions": 2,
        "count": len(points),
        "bounds": _find_bounds(places),
        "places": POINTS.put(places.tobytes()),
        "colour_index": POINTS.put(index.tobytes()),
        "rows": _shelve_rows(points, colours),
        "clip_ids": POINTS.put(ids.tobytes()) if with_ids else None,
        "same_clips": name_content(ids.tobytes()),
        "score_title": points.score_title,
        **described,
    }


def shelve_flags(flags: np.ndarray | None, count: int) -> str | None:
    """The token of (N,) bool as bits, the first in the lowest; None stays None."""
    if flags is None:
        return None
    check_count(flags, count, "flags")
    return POINTS.put(np.packbits(np.asarray(flags, bool), bitorder="little").tobytes())


def _index_colours(colours: Groups | Values, count: int) -> tuple[np.ndarray, dict[str, Any]]:
    if isinstance(colours, Groups):
        index = np.asarray(colours.index)
        check_count(index, count, "groups")
        counts = np.bincount(index.astype(np.int64), minlength=len(colours.names)).tolist()
        groups = {"names": list(colours.names), "colours": list(colours.colours), "counts": counts}
        return index.astype("u1"), {"groups": groups, "scale": None}
    scale = describe_scale(colours, count)
    return _quantise(np.asarray(colours.values, float), scale["low"], scale["high"]), {"groups": None, "scale": scale}


def _quantise(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """(N,) uint8: which of 255 even steps from low to high is nearest; 255 where the value is not finite."""
    known = np.isfinite(values)
    share = np.clip((np.where(known, values, low) - low) / (high - low), 0.0, 1.0)
    return np.where(known, np.round(share * (VALUE_STEPS - 1)), MISSING_VALUE).astype("u1")


def _find_bounds(places: np.ndarray) -> list[float]:
    """x0, x1, y0, y1 of all points."""
    if not len(places):
        return [0.0, 1.0, 0.0, 1.0]
    return [float(edge) for axis in places.T for edge in (axis.min(), axis.max())]


def _shelve_rows(points: MapPoints, colours: Groups | Values) -> str:
    """Texts are sorted out only where the same rows are not on the shelf already."""
    if isinstance(colours, Groups):
        legend: list[object] = list(colours.colours)
        numbers = colours.index
    else:
        legend, numbers = [colours.title], colours.values
    columns = [points.ids, points.spans, numbers, *([] if points.scores is None else [points.scores])]
    texts = (_spell(points.titles), _spell(points.labels), json.dumps(legend).encode())
    token = name_content(*texts, *(np.ascontiguousarray(column, "<f8").tobytes() for column in columns))
    if ROWS.get(token) is None:
        titles, labels = index_texts(points.titles), index_texts(points.labels)
        rows = MapRows(points.ids, points.spans, titles, labels, points.scores, colours)
        ROWS.keep(token, rows, rows.num_bytes)
    return token


def _spell(texts: Sequence[str]) -> bytes:
    """The texts as bytes that no other texts of that number share; JSON only where one of them holds the separator."""
    joined = "\0".join(texts)
    plain = joined.count("\0") == max(len(texts) - 1, 0)
    return joined.encode("utf-8", "surrogatepass") if plain else json.dumps(list(texts)).encode()


def _text_at(texts: tuple[np.ndarray, list[str]], row: int) -> str:
    index, distinct = texts
    return distinct[int(index[row])]


def _finite(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None
