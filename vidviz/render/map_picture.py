"""A map as it is taken away: its points, their colours, and what must be said beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vidviz.errors import VidvizError
from vidviz.render.colours import OTHER_COLOUR, SCALES, is_colour

# What XML 1.0 cannot hold, and what a terminal or a page may obey: control characters and turned writing.
_UNSEEN = re.compile("[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]")


class PictureError(VidvizError):
    """A map that cannot be drawn in the way that was asked for."""


@dataclass(frozen=True)
class Groups:
    """One colour a group: `index` (N,) says which of `names` each point belongs to; colours as #RRGGBB."""

    index: np.ndarray
    names: Sequence[str]
    colours: Sequence[str]

    def __post_init__(self) -> None:
        if len(self.names) != len(self.colours) or not all(map(is_colour, self.colours)):
            raise ValueError("each group needs a name and a colour as #RRGGBB")
        if len(self.index) and not 0 <= int(np.min(self.index)) <= int(np.max(self.index)) < len(self.names):
            raise ValueError(f"groups are numbered 0 to {len(self.names) - 1}")

    def __len__(self) -> int:
        return len(self.index)


@dataclass(frozen=True)
class Values:
    """A colour by number: `values` (N,), NaN where unknown (grey); `scale` as in `vidviz.render.colours.SCALES`."""

    values: np.ndarray
    title: str
    scale: str = "viridis"

    def __post_init__(self) -> None:
        if self.scale not in SCALES:
            raise ValueError(f"a colour scale is one of {sorted(SCALES)}, not {self.scale!r}")

    def __len__(self) -> int:
        return len(self.values)

    def limits(self) -> tuple[float, float]:
        """The numbers at both ends of the scale; a diverging one is centred on zero."""
        finite = np.asarray(self.values, float)
        finite = finite[np.isfinite(finite)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        if self.scale == "diverging":
            reach = max(abs(low), abs(high)) or 1.0
            return -reach, reach
        return (low, high) if high > low else (low - 0.5, low + 0.5)


@dataclass(frozen=True)
class MapPicture:
    """N clips on a map, ready to be drawn.

    Attributes:
        ids: (N,) int64.
        coordinates: (N, 2) or (N, 3), finite.
        spans: (N, 2), start and end in seconds.
        titles: N names of the videos.
        labels: N labels, "" where there is none.
        colours: by group or by number.
        heading: what network and layer the map is of.
        notes: sentences below it: weights, projection, trust.
        warning: what must not be overlooked, e.g. that the network was never trained; "" for nothing.
    """

    ids: np.ndarray
    coordinates: np.ndarray
    spans: np.ndarray
    titles: Sequence[str]
    labels: Sequence[str]
    colours: Groups | Values
    heading: str = ""
    notes: Sequence[str] = ()
    warning: str = ""

    def __post_init__(self) -> None:
        if self.coordinates.ndim != 2 or self.coordinates.shape[1] not in (2, 3):
            raise ValueError(f"a map has 2 or 3 coordinates a clip, got {self.coordinates.shape}")
        columns = (self.ids, self.coordinates, self.spans, self.titles, self.labels, self.colours)
        lengths = {len(column) for column in columns}
        if len(lengths) != 1:
            raise ValueError(f"the columns of a map have different lengths: {sorted(lengths)}")
        if not np.isfinite(self.coordinates).all():
            raise ValueError("coordinates of a map must be finite")

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def title(self) -> str:
        """The heading and how many clips there are."""
        count = "1 clip" if len(self) == 1 else f"{len(self):,} clips"
        return f"{self.heading or 'Map of clips'} · {count}"


def point_colours(colours: Groups | Values) -> list[str]:
    """The colour of each point, N times #RRGGBB; numbers fall on the straight lines between a scale's stops."""
    if isinstance(colours, Groups):
        return [colours.colours[int(number)] for number in colours.index]
    values = np.asarray(colours.values, float)
    low, high = colours.limits()
    known = np.isfinite(values)
    parts = np.clip((np.where(known, values, low) - low) / (high - low), 0, 1)
    return [
        shade if fine else OTHER_COLOUR for shade, fine in zip(scale_colours(colours.scale, parts), known, strict=True)
    ]


def scale_colours(scale: str, parts: np.ndarray) -> list[str]:
    """The colours at these parts (0 to 1) of a scale, as #RRGGBB."""
    stops = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in SCALES[scale]], float)
    places = np.linspace(0, 1, len(stops))
    mixed = np.stack([np.interp(parts, places, channel) for channel in stops.T], axis=-1).round().astype(int)
    return [f"#{red:02X}{green:02X}{blue:02X}" for red, green, blue in mixed.tolist()]


def one_line(text: str, longest: int) -> str:
    """A person's text on one line, shortened; characters that cannot be shown become a replacement mark."""
    line = _UNSEEN.sub("\ufffd", " ".join(text.split()))
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
