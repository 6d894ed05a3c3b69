"""What the attention of a transformer looks at, for one clip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vidviz.errors import BackboneError
from vidviz.introspect.attention import Attention
from vidviz.introspect.fields.receptive_field import Box
from vidviz.introspect.fields.step_moments import even_centres
from vidviz.introspect.film_layout import TokenGrid, find_first_convolution
from vidviz.log.timing import timed
from vidviz.services.cache import cached
from vidviz.services.inside.clip_input import ClipInput, ReadyInput, prepare_input, running
from vidviz.services.inside.film_clock import FilmClock
from vidviz.services.inside.layer_moments import LayerMoments, find_moments

TRANSFORMERS = ("2-D transformer", "video transformer", "text-video")
"""The families whose networks attend."""


@dataclass(frozen=True)
class Attended:
    """Attention of all layers beside the clip.

    Attributes:
        attention: of all layers.
        frames: (T, H, W, 3) uint8.
        clock: when they were.
        grid: of the network's first layer, in whose positions a person asks.
        moments: where the steps of that layer stand.
    """

    attention: Attention
    frames: np.ndarray
    clock: FilmClock
    grid: TokenGrid
    moments: LayerMoments

    def find_position(self, frame: int, y: int, x: int) -> tuple[int, int, int]:
        """The position (t, y, x) of the grid that a pixel of a frame belongs to."""
        row, column = (
            min(place * cells // pixels, cells - 1)
            for place, cells, pixels in zip((y, x), self._cells[1:], self.frames.shape[1:], strict=False)
        )
        return int(self.moments.over_frames(len(self.frames))[frame]), row, column

    def box_of(self, position: tuple[int, int, int]) -> Box:
        """What a position of the grid covers of the clip: (start, end) in frames, rows and columns, ends excluded."""
        y, x = (
            (place * pixels // cells, max((place + 1) * pixels // cells, place * pixels // cells + 1))
            for place, cells, pixels in zip(position[1:], self._cells[1:], self.frames.shape[1:], strict=False)
        )
        nearest = np.flatnonzero(self.moments.over_frames(len(self.frames)) == position[0])
        return (int(nearest[0]), int(nearest[-1]) + 1) if len(nearest) else (0, 0), y, x

    def over_clip(self, heat: np.ndarray) -> np.ndarray:
        """Heat of the positions of a layer, (T', H', W'), at the size of the frames, (T, H, W), from 0 on."""
        from vidviz.introspect.saliency import resize_heat

        frames, height, width = self.frames.shape[:3]
        steps = len(heat)
        # Pooling inside a transformer leaves its steps in time alone, or shares them out among fewer.
        same = steps == len(self.moments.centres)
        centres = self.moments.centres if same else even_centres(steps, frames)
        return np.asarray(np.maximum(resize_heat(heat - heat.min(), (frames, height, width), centres), 0))

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
    first = find_first_convolution(ready.loaded.model)
    moments = find_moments(ready, first, ready.grid.frames)
    return Attended(attention, ready.frames, ready.clock, ready.grid, moments)


def _prepare(clip_input: ClipInput) -> ReadyInput:
    from vidviz.embed.backbones import find_backbone

    return prepare_input(clip_input, (find_backbone(clip_input.backbone).embedding_layer,))
