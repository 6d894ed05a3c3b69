"""A clip before a network: its frames as the network takes them, the network itself, and how it cuts them up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vidviz.errors import BackboneError
from vidviz.services.backbones.shared_backbones import load_shared
from vidviz.services.cache import get_or_compute
from vidviz.services.inside.fed_view import USUAL, FedView, find_view, read_view
from vidviz.services.inside.film_clock import FilmClock

if TYPE_CHECKING:
    from vidviz.embed.description import Backbone
    from vidviz.embed.load import LoadedBackbone
    from vidviz.introspect.film_layout import TokenGrid


@dataclass(frozen=True)
class ClipInput:
    """Which network looks at which clip of which workspace, forwards or backwards.

    It sees one view of the clip, the `view`-th from 1 on, of those that the `sampling` gives; "auto" is the network's
    usual one.
    """

    path: Path
    clip_id: int
    backbone: str
    weights: str = "auto"
    backwards: bool = False
    sampling: str = USUAL
    view: int = 1

    @property
    def fed(self) -> FedView:
        """The view that is looked at; raises as `vidviz.services.inside.fed_view.find_view`."""
        return find_view(self.path, self.clip_id, self.backbone, self.weights, self.sampling, self.view)


@dataclass(frozen=True)
class ReadyInput:
    """A clip for a network, which is to be locked while it runs.

    Attributes:
        loaded: the network.
        clock: when its frames were, in seconds of the video; running back where the clip is shown backwards.
        frames: (T, H, W, 3) uint8.
        grid: how the network cuts them up.
    """

    loaded: LoadedBackbone
    frames: np.ndarray
    clock: FilmClock
    grid: TokenGrid

    def clips(self, frames: np.ndarray | None = None) -> Any:
        """Frames (this clip's, where none are given) as the tensor that the network takes."""
        from vidviz.embed.preprocess import frames_to_tensor

        shown = self.frames if frames is None else frames
        return frames_to_tensor(self.loaded.backbone, shown[None], self.loaded.device, self.loaded.dtype)


def prepare_input(clip_input: ClipInput, layers: Sequence[str]) -> ReadyInput:
    """Read the clip's frames and have the network in memory that answers at these layers.

    Raises:
        WorkspaceError: no such clip, or view of it.
        MediaError: its video cannot be read.
        UnknownNameError: no such backbone or sampling.
        BackboneError: the weights cannot be had, or memory is short.
    """
    asked = clip_input
    fed = asked.fed
    frames = read_view(asked.path, asked.clip_id, asked.backbone, asked.weights, asked.sampling, asked.view)
    loaded = load_shared(clip_input.backbone, clip_input.weights, layers)
    refuse_untrained(loaded, layers)
    # A copy in order: torch takes no array that runs backwards.
    shown = np.ascontiguousarray(frames[::-1]) if clip_input.backwards else frames
    clock = FilmClock.of_view(fed, backwards=asked.backwards)
    return ReadyInput(loaded, shown, clock, grid_of(clip_input.backbone, clip_input.weights, loaded))


def refuse_untrained(loaded: LoadedBackbone, layers: Sequence[str]) -> None:
    """Show nothing that these weights did not make.

    Raises:
        BackboneError: they hold nothing for one of the layers.
    """
    for layer in layers:
        if not loaded.is_trained(layer):
            raise BackboneError(
                f"The weights {loaded.weights} of {loaded.backbone.name} hold nothing for the layer {layer!r}, so that "
                "what it answers would be random: choose another layer."
            )


@contextmanager
def running(loaded: LoadedBackbone) -> Iterator[None]:
    """Hold the network's lock while it runs or is hooked.

    Raises:
        BackboneError: it could not run, for want of memory mostly.
    """
    try:
        with loaded.lock:
            yield
    except RuntimeError as error:
        raise BackboneError(f"{loaded.backbone.name} could not run on this clip: {error}.") from error


def grid_of(backbone: str, weights: str, loaded: LoadedBackbone) -> TokenGrid:
    """The grid that a network lays over its clips, found once; a checkpoint may bring a size of its own."""
    return get_or_compute("inside.clip_input.grid_of", (backbone, weights), lambda: _find_grid(loaded))


def _find_grid(loaded: LoadedBackbone) -> TokenGrid:
    import torch

    from vidviz.introspect.film_layout import find_grid

    empty = torch.zeros(_shape_of(loaded.backbone), device=loaded.device, dtype=loaded.dtype)
    with running(loaded):
        return find_grid(loaded.model, empty)


def outline_of(backbone: Backbone) -> tuple[Any, Any]:
    """The network without numbers, and an empty clip for it: for shapes and arithmetic, at no cost."""
    import torch

    from vidviz.embed.build import build_outline

    return build_outline(backbone), torch.empty(_shape_of(backbone), device="meta")


def _shape_of(backbone: Backbone) -> tuple[int, ...]:
    """The shape of one clip as a network takes it."""
    spec = backbone.frames
    picture = (spec.crop_px, spec.crop_px)
    return (spec.num_frames, 3, *picture) if backbone.per_frame else (1, 3, spec.num_frames, *picture)
