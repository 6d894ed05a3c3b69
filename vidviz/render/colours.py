"""Which colour a label, a number or a signed number gets, the same on every page and in every export."""

from __future__ import annotations

from collections.abc import Iterable

from vidviz.render.colour_maps import take_colours

# Okabe and Ito, "Color Universal Design" (2008), without its black, which vanishes on a dark page.
OKABE_ITO = ("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7")

# Thirteen of Paul Tol's colours ("Colour Schemes", SRON/EPS/TN/09-002), each in turn the one that stays farthest
# (in OKLab, as seen with normal sight, protanopia, deuteranopia and tritanopia) from all before it, and that can
# be told from both a white and a nearly black page.
_TOL = (
    "#882255", "#90C987", "#FFAABB", "#AA4499", "#DC050C", "#EE6677", "#762A83",
    "#88CCEE", "#994455", "#BBCC33", "#6699CC", "#DDCC77", "#9970AB",
)  # fmt: skip

CATEGORY_COLOURS = OKABE_ITO + _TOL
OTHER_COLOUR = "#9AA5B1"
OTHER_NAME = "other"

# The lines of a figure, in turn: Okabe and Ito's, the yellow last that is hard to see on a white page, and a grey.
LINE_COLOURS = ("#E69F00", "#56B4E9", "#009E73", "#CC79A7", "#D55E00", "#0072B2", "#F0E442", "#999999")

STOPS = 11  # of each map; Plotly joins them by straight lines
SCALES = {name: take_colours(name, STOPS) for name in ("viridis", "magma", "cividis")} | {
    # ColorBrewer's RdBu, blue for negative.
    "diverging": (
        "#053061", "#2166AC", "#4393C3", "#92C5DE", "#D1E5F0", "#F7F7F7",
        "#FDDBC7", "#F4A582", "#D6604D", "#B2182B", "#67001F",
    ),
}  # fmt: skip


def scale_stops(name: str) -> list[tuple[float, str]]:
    """The colour scale of this name (viridis, magma, cividis, diverging) as Plotly wants it."""
    colours = SCALES[name]
    return [(i / (len(colours) - 1), colour) for i, colour in enumerate(colours)]


def colour_labels(labels: Iterable[str]) -> dict[str, str]:
    """Give every label its colour.

    The colours follow the sorted order of the distinct labels, so the caller passes all labels of the workspace
    and not only those in view; then a label looks the same everywhere. An empty label, and labels beyond
    the twentieth, are grey.

    Returns:
        label -> "#RRGGBB", in sorted order.
    """
    distinct = set(labels)
    names = sorted(distinct - {""})
    colours = {name: CATEGORY_COLOURS[i] if i < len(CATEGORY_COLOURS) else OTHER_COLOUR for i, name in enumerate(names)}
    if "" in distinct or not names:
        colours[""] = OTHER_COLOUR
    return colours


def is_colour(text: str) -> bool:
    """Whether the text is a colour as `#RRGGBB`, and nothing that could smuggle style into a page."""
    return len(text) == 7 and text[0] == "#" and all(c in "0123456789abcdefABCDEF" for c in text[1:])
