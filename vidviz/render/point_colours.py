"""The colours of the points of a map: one a group, or by a number on a scale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vidviz.render.colours import OTHER_COLOUR, OTHER_NAME, SCALES, colour_labels, is_colour


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


def group_by_label(
    labels: Sequence[str], *, colours: Mapping[str, str] | None = None, unlabelled: str = "no label"
) -> Groups:
    """Groups for the labels of N points; those without a colour of their own are one grey "other".

    Args:
        labels: N labels.
        colours: the colour of every label of the workspace; made from these labels when not given.
        unlabelled: what the group of the empty label is called.
    """
    colours = colour_labels(labels) if colours is None else colours
    counts = Counter(labels)
    named = [name for name in colours if name and colours[name] != OTHER_COLOUR and counts[name]]
    number = {name: i for i, name in enumerate(named)}
    names, shades = list(named), [colours[name] for name in named]
    rest = [name for name in counts if name and name not in number]
    for extra, members in ((OTHER_NAME, rest), (unlabelled, [""] if counts[""] else [])):
        if members:
            number |= dict.fromkeys(members, len(names))
            names.append(extra)
            shades.append(OTHER_COLOUR)
    return Groups(np.array([number[label] for label in labels], dtype=np.uint16), names, shades)


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
