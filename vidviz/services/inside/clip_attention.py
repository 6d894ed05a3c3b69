"""What the attention of a transformer looks at, for one clip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vidviz.errors import BackboneError
from vidviz.introspect.attention import Attention
from vidviz.introspect.film_layout import TokenGrid
from vidviz.introspect.receptive_field import Box
from vidviz.log.timing import timed
from vidviz.services.cache import cached
from vidviz.services.inside.clip_input import ClipInput, ReadyInput, prepare_input, running

TRANSFORMERS = ("2-D transformer", "video transformer", "text-video")
"""The families whose networks attend."""


@dataclass(frozen=True)
class Attended:
    """Attention of all layers beside the clip: `frames` (T, H, W, 3) uint8 and its length.

    `grid` is that of the network's first layer, in whose positions a person asks.
    """

    attention: Attention
    frames: np.ndarray
    seconds: float
    grid: TokenGrid

    def find_position(self, frame: int, y: int, x: int) -> tuple[int, int, int]:
        """The position (t, y, x) of the grid that a pixel of a frame belongs to."""
        t, y, x = (
            min(place * cells // pixels, cells - 1)
            for place, cells, pixels in zip((frame, y, x), self._cells, self.frames.shape, strict=False)
        )
        return t, y, x

    def box_of(self, position: tuple[int, int, int]) -> Box:
        """What a position of the grid covers of the clip: (start, end) in frames, rows and columns, ends excluded."""
        t, y, x = (
            (place * pixels // cells, max((place + 1) * pixels // cells, place * pixels // cells + 1))
            for place, cells, pixels in zip(position, self._cells, self.frames.shape, strict=False)
        )
        return t, y, x

    def over_clip(self, heat: np.ndarray) -> np.ndarray:
        """Heat of the positions of a layer, (T', H', W'), at the size of the frames, (T, H, W), from 0 on."""
        from vidviz.introspect.saliency import resize_heat

        frames, height, width = self.frames.shape[:3]
        return np.asarray(np.maximum(resize_heat(heat - heat.min(), (frames, height, width)), 0))

    @property
    def _cells(self) -> tuple[int, int, int]:
        return self.grid.frames, self.grid.rows, self.grid.columns


def attends(backbone: str) -> bool:
    """Whether a network has attention to show."""
    from vidviz.embed.backbones import find_backbone

    return find_backbone(backbone).family in TRANSFORMERS


def grid_size(clip_input: ClipInput) -> tuple[int, int, int]:
    """Frames, rows and columns of the positions in whose terms a network attends."""
    grid = _prepare(clip_input).grid
    return grid.frames, grid.rows, grid.columns


@cached()
@timed
def attend(clip_input: ClipInput, query: tuple[int, int, int] | None = None) -> Attended:
    """Run a transformer on a clip and sum up where its attention goes.

    Args:
        clip_input: the clip and the network.
        query: from which position (t, y, x) of the network's grid; from the class token, or from all on average, for
            None.

    Raises:
        BackboneError: it has no attention, or could not run.
    """
    from vidviz.introspect.attention import read_attention

    if not attends(clip_input.backbone):
        raise BackboneError(f"{clip_input.backbone} has no attention: choose a transformer, such as timesformer_b.")
    ready = _prepare(clip_input)
    with running(ready.loaded):
        attention = read_attention(ready.loaded.model, ready.clips(), ready.grid, query)
    if not attention.layers:
        raise BackboneError(
            f"No attention was seen in {clip_input.backbone}: its code computes it in a way of its own."
        )
    return Attended(attention, ready.frames, ready.seconds, ready.grid)


def _prepare(clip_input: ClipInput) -> ReadyInput:
    from vidviz.embed.backbones import find_backbone

    return prepare_input(clip_input, (find_backbone(clip_input.backbone).embedding_layer,))
