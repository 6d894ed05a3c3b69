"""The points of a map and how they are coloured, checked here and packed for the browser."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vidviz.numbers.digests import short_digest
from vidviz.render.colours import OTHER_COLOUR, OTHER_NAME, scale_stops
from vidviz.render.point_colours import Groups, Values

MOST_GROUPS = 255


@dataclass(frozen=True)
class MapPoints:
    """N clips on a map of 2 or 3 dimensions.

    Attributes:
        ids: (N,) int64.
        coordinates: (N, 2) or (N, 3).
        spans: (N, 2), start and end in seconds.
        titles: N names of the videos.
        labels: N labels, shown at the pointer; "" where there is none.
        scores: (N,) or None, shown at the pointer as `score_title`.
    """

    ids: np.ndarray
    coordinates: np.ndarray
    spans: np.ndarray
    titles: Sequence[str]
    labels: Sequence[str]
    scores: np.ndarray | None = None
    score_title: str = "similarity"

    def __post_init__(self) -> None:
        if self.coordinates.ndim != 2 or self.coordinates.shape[1] not in (2, 3):
            raise ValueError(f"a map has 2 or 3 coordinates a clip, got {self.coordinates.shape}")
        columns = [self.ids, self.coordinates, self.spans, self.titles, self.labels]
        lengths = {len(column) for column in columns} | ({len(self.scores)} if self.scores is not None else set())
        if lengths != {len(self.ids)}:
            raise ValueError(f"the columns of a map have different lengths: {sorted(lengths)}")
        if not np.isfinite(self.coordinates).all():
            raise ValueError("coordinates of a map must be finite")

    def __len__(self) -> int:
        return len(self.ids)


def fold_groups(colours: Groups | Values) -> Groups | Values:
    """At most 255 groups, so that one byte tells them apart: the largest in colour, all others as one grey "other"."""
    if isinstance(colours, Values) or len(colours.names) <= MOST_GROUPS:
        return colours
    counts = np.bincount(np.asarray(colours.index, np.int64), minlength=len(colours.names))
    grey = np.array([shade.upper() == OTHER_COLOUR for shade in colours.colours])
    largest = np.lexsort((-counts, grey))[: MOST_GROUPS - 1]
    kept = np.sort(largest[~grey[largest]])
    number = np.full(len(colours.names), len(kept))
    number[kept] = np.arange(len(kept))
    names, shades = [colours.names[i] for i in kept], [colours.colours[i] for i in kept]
    return Groups(number[np.asarray(colours.index, np.int64)], [*names, OTHER_NAME], [*shades, OTHER_COLOUR])


def pack_points(points: MapPoints, colours: Groups | Values) -> dict[str, Any]:
    """The points as JSON: numbers as base64 of little-endian arrays, texts once each with an index."""
    title_index, titles = index_texts(points.titles)
    label_index, labels = index_texts(points.labels)
    return {
        "dimensions": int(points.coordinates.shape[1]),
        "ids": _pack(points.ids, "<f8"),
        "axes": [_pack(axis, "<f4") for axis in points.coordinates.T],
        "starts": _pack(points.spans[:, 0], "<f4"),
        "ends": _pack(points.spans[:, 1], "<f4"),
        "titles": titles,
        "title_index": _pack(title_index, "<u4"),
        "labels": labels,
        "label_index": _pack(label_index, "<u4"),
        "scores": None if points.scores is None else _pack(points.scores, "<f4"),
        "score_title": points.score_title,
        **_pack_colours(colours, len(points)),
    }


def pack_flags(flags: np.ndarray | None, count: int) -> str | None:
    """(N,) bool as base64 bytes; None stays None."""
    if flags is None:
        return None
    check_count(flags, count, "flags")
    return _pack(flags, "u1")


def check_count(column: np.ndarray, count: int, name: str) -> None:
    """Refuse a column that is not as long as the map."""
    if len(column) != count:
        raise ValueError(f"{len(column)} {name} for {count} points")


def digest_coordinates(points: MapPoints) -> str:
    """A short text that changes when the map is laid out anew; the browser keeps its zoom while it stays."""
    if not len(points):
        return "empty"
    return short_digest(np.ascontiguousarray(points.coordinates, "<f4").tobytes())


def _pack_colours(colours: Groups | Values, count: int) -> dict[str, Any]:
    if isinstance(colours, Groups):
        check_count(colours.index, count, "groups")
        index = _pack(colours.index, "<u2")
        return {
            "groups": {"index": index, "names": list(colours.names), "colours": list(colours.colours)},
            "scale": None,
        }
    scale = describe_scale(colours, count)
    return {"groups": None, "scale": {"values": _pack(colours.values, "<f4"), **scale}}


def describe_scale(colours: Values, count: int) -> dict[str, Any]:
    """The colour scale without its values, which must be as many as the points."""
    values = np.asarray(colours.values, float)
    check_count(values, count, "values")
    low, high = colours.limits()
    stops = scale_stops(colours.scale)
    return {"title": colours.title, "stops": stops, "low": low, "high": high, "missing": OTHER_COLOUR}


def index_texts(texts: Sequence[str]) -> tuple[np.ndarray, list[str]]:
    """Each text once, and (N,) uint32 which of them is where."""
    number = {text: i for i, text in enumerate(dict.fromkeys(texts))}
    return np.array([number[text] for text in texts], dtype="<u4"), list(number)


def _pack(array: np.ndarray, kind: str) -> str:
    return base64.b64encode(np.ascontiguousarray(array, dtype=kind).tobytes()).decode("ascii")
