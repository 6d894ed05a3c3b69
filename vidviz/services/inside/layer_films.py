"""Inside: what the layers of a network answer to one clip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vidviz.log.timing import timed
from vidviz.services.cache import cached
from vidviz.services.inside.clip_input import ClipInput, prepare_input
from vidviz.services.inside.fed_view import USUAL, FedView
from vidviz.services.inside.film_clock import FilmClock
from vidviz.services.inside.layer_energy import capture_films, corrected_energy, find_peak
from vidviz.services.inside.layer_moments import LayerMoments, find_moments
from vidviz.workspace_folder import WorkspaceFolder


@dataclass(frozen=True)
class InspectedLayer:
    """One layer's answer.

    Attributes:
        name: dotted path.
        title: how it is called on screen.
        film: (C, t, H, W) float32, t steps in time.
        energy: (t,) float32, how strongly it answers at each step, without what padding does; see
            `vidviz.services.inside.layer_energy`.
        moments: where each step stands among the frames.
    """

    name: str
    title: str
    film: np.ndarray
    energy: np.ndarray
    moments: LayerMoments

    @property
    def peak(self) -> int | None:
        """The step with most energy; None where it is flat."""
        return find_peak(self.energy)


@dataclass(frozen=True)
class Inspection:
    """A clip as a network saw it, one view of it, then the layers in the order asked for.

    Attributes:
        clip_id: which clip.
        backbone: which network.
        weights: which weights.
        view: what was fed: how many frames at which pace, which of how many views.
        frames: (T, H, W, 3) uint8.
        clock: when they were.
        layers: what was asked for.
        skipped: layer -> why it cannot be shown.
    """

    clip_id: int
    backbone: str
    weights: str
    view: FedView
    frames: np.ndarray
    clock: FilmClock
    layers: tuple[InspectedLayer, ...]
    skipped: dict[str, str]

    @property
    def seconds(self) -> float:
        """How long the frames last."""
        return self.clock.seconds

    @property
    def times(self) -> np.ndarray:
        """(T,) float64, the moment of each frame in seconds of the video."""
        return self.clock.times

    def layer(self, name: str) -> InspectedLayer | None:
        """The layer of this name, where it is shown."""
        return next((layer for layer in self.layers if layer.name == name), None)


@timed
def inspect_clip(
    folder: WorkspaceFolder,
    clip_id: int,
    backbone: str,
    weights: str = "auto",
    layers: Sequence[str] = (),
    *,
    backwards: bool = False,
    sampling: str = USUAL,
    view: int = 1,
) -> Inspection:
    """Show a clip to a network and keep what its layers answer (its stages, where none are named).

    Args:
        folder: the workspace.
        clip_id: which clip.
        backbone: which network.
        weights: which weights.
        layers: dotted paths; the stages where none are named.
        backwards: show the frames in reverse order.
        sampling: which frames it sees; "auto" is the network's usual way.
        view: which of the views that the sampling gives, from 1 on.

    Raises:
        WorkspaceError: no such clip, or view of it.
        MediaError: its video cannot be read.
        UnknownNameError: no such backbone, layer or sampling.
        BackboneError: the weights cannot be had, or memory is short.
    """
    return _inspect(ClipInput(folder.path, clip_id, backbone, weights, backwards, sampling, view), tuple(layers))


@cached()
def _inspect(clip_input: ClipInput, layers: tuple[str, ...]) -> Inspection:
    from vidviz.embed.backbones import find_backbone
    from vidviz.embed.prepare import prepare_backbone

    # As the weights describe it: a checkpoint may have fewer blocks than the registered network, or more.
    described = prepare_backbone(find_backbone(clip_input.backbone), clip_input.weights).backbone
    stages = {stage.layer: stage.title for stage in described.stages}
    wanted = layers or tuple(stages)
    ready = prepare_input(clip_input, wanted)
    films, skipped = capture_films(ready, wanted)
    energies = corrected_energy(ready, films)
    shown = tuple(
        InspectedLayer(
            name, stages.get(name, name), films[name], energies[name], find_moments(ready, name, films[name].shape[1])
        )
        for name in wanted
        if name in films
    )
    loaded = ready.loaded
    return Inspection(
        clip_input.clip_id,
        loaded.backbone.name,
        loaded.weights,
        clip_input.fed,
        ready.frames,
        ready.clock,
        shown,
        skipped,
    )


def summarise_layer(layer: InspectedLayer, clock: FilmClock | None = None) -> dict[str, Any]:
    """A layer's answer in numbers: its shape, mean, spread, norm, share of zeros and channels that are zero throughout.

    `norm` is the root mean square over all its values. With a clock also where its steps stand, in seconds of the
    video, and at which its energy peaks, None where it is flat.
    """
    when = {} if clock is None else _say_when(layer, clock)
    film = layer.film
    return {
        "layer": layer.name,
        "title": layer.title,
        "shape": list(film.shape),
        "mean": float(film.mean()),
        "standard_deviation": float(film.std()),
        "norm": float(np.sqrt(np.square(film, dtype=np.float64).mean())),
        "sparsity": float((film == 0).mean()),
        "dead": int((film == 0).all(axis=(1, 2, 3)).sum()),
        "energy": [round(float(value), 6) for value in layer.energy],
        **when,
    }


def _say_when(layer: InspectedLayer, clock: FilmClock) -> dict[str, Any]:
    seconds = [round(float(value), 3) for value in clock.at(layer.moments.centres)]
    peak = None if layer.peak is None else seconds[layer.peak]
    return {"seconds": seconds, "peak_seconds": peak, "sees_whole_clip": layer.moments.sees_whole}


def activation_arrays(inspection: Inspection) -> dict[str, np.ndarray]:
    """`frames` (T, H, W, 3) uint8 and each layer's film (C, T, H, W) float32, by name: what an .npz file holds."""
    return {"frames": inspection.frames, **{layer.name: layer.film for layer in inspection.layers}}
