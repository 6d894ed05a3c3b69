"""Which channels of the layers are shown, as bytes; of layers that two films have in common, the same ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vidviz.introspect.feature_films import feature_film, paired_films
from vidviz.services.inside.layer_films import InspectedLayer, Inspection
from vidviz.types import ChannelSheet

TILE_PX = 96
"""Feature maps larger than this are shown at every second, third, ... pixel, and so are the frames."""


@dataclass(frozen=True)
class ChannelChoice:
    """How many channels of each layer, in which order and brightness; see `vidviz.introspect.feature_films`.

    By "difference" come first those that differ most between two films; a film by itself is ordered by "variance" then.
    """

    num_channels: int = 16
    order: str = "variance"
    scale: str = "channel"
    page: int = 0


def choose_sheets(
    inspection: Inspection, choice: ChannelChoice, other: Inspection | None = None, *, swapped: bool = False
) -> list[ChannelSheet]:
    """The channels of each layer that are shown; of layers that both have, the same ones in the same brightness.

    Args:
        inspection: the film whose channels these are.
        choice: which of them.
        other: the film beside it.
        swapped: whether `other` is the first of the two, in whose order both are shown.

    Raises:
        UnknownNameError: no such order or scale.
    """
    return [_choose_sheet(layer, choice, other, swapped=swapped) for layer in inspection.layers]


def _choose_sheet(
    layer: InspectedLayer, choice: ChannelChoice, other: Inspection | None, *, swapped: bool
) -> ChannelSheet:
    film = thin_out(layer.film, 2, 3)
    count, order, scale = choice.num_channels, choice.order, choice.scale
    page = min(choice.page, (len(film) - 1) // count)
    twin = other.layer(layer.name) if other is not None else None
    if twin is None or twin.film.shape != layer.film.shape:
        alone = "variance" if order == "difference" else order
        return feature_film(film, num_channels=count, order=alone, scale=scale, page=page)
    beside = thin_out(twin.film, 2, 3)
    pair = (beside, film) if swapped else (film, beside)
    return paired_films(*pair, num_channels=count, order=order, scale=scale, page=page)[swapped]


def thin_out(pictures: np.ndarray, *axes: int) -> np.ndarray:
    """Every n-th pixel along the axes, so that no side is longer than a tile."""
    step = pixel_step(pictures, *axes)
    chosen = [slice(None, None, step if axis in axes else None) for axis in range(pictures.ndim)]
    return pictures[tuple(chosen)]


def pixel_step(pictures: np.ndarray, *axes: int) -> int:
    """The n of `thin_out`: 1 where all pixels are shown."""
    longest = max(int(pictures.shape[axis]) for axis in axes)
    return max(1, -(-longest // TILE_PX))
