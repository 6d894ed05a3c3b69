"""A map as it is taken away: its points, their colours, and what must be said beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vidviz.errors import VidvizError
from vidviz.render.point_colours import Groups, Values
from vidviz.words import count_of

# What XML 1.0 cannot hold, and what a terminal or a page may obey: control characters and turned writing.
_UNSEEN = re.compile("[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]")


class PictureError(VidvizError):
    """A map that cannot be drawn in the way that was asked for."""


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
        count = count_of(len(self), "clip")
        return f"{self.heading or 'Map of clips'} · {count}"


def one_line(text: str, longest: int) -> str:
    """A person's text on one line, shortened; characters that cannot be shown become a replacement mark."""
    line = _UNSEEN.sub("\ufffd", " ".join(text.split()))
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
